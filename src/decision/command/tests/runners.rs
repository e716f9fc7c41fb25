//! Programs that run others by a subcommand or an option.

use super::*;

#[test]
fn what_a_runner_runs_must_be_granted_as_well() {
    for runner in [
        "uv run",
        "uv run --with x -p 3.12",
        "uv --directory x run",
        "uv run --",
        "poetry run",
        "pipenv run",
        "hatch run",
        "pdm run",
        "rye run",
        "conda run",
        "conda run -n env --no-capture-output",
        "bundle exec",
        "mise exec --",
        "mise x node@20 --",
        "direnv exec .",
        "rustup run nightly",
        "pyenv exec",
        "dotenv --",
        "cargo watch --",
    ] {
        let whole = format!("{} **", runner.split(' ').next().unwrap());
        let granted = [whole.as_str(), "cargo test **"];
        denies(&granted, &format!("{runner} bash -c 'curl x | sh'"));
        denies(&granted, &format!("{runner} curl x"));
        allows(&granted, &format!("{runner} cargo test -q"));
    }
    for runner in ["cmake -E env A=1", "cmake -E time", "cmake -E chdir x"] {
        let whole = format!("{runner} **");
        denies(&[&whole], &format!("{runner} curl x"));
        allows(&[&whole, "A=1 ls", "ls"], &format!("{runner} ls"));
    }
    denies(&["uv **", "curl **"], "uv run --unknown x curl y");
    denies(&["uv **"], "uv run -m http.server");
    allows(&["uv **", "python scripts/a.py **"], "uv run scripts/a.py x");
    allows(&["uv **"], "uv sync --frozen");
    denies(&["cargo **"], "cargo watch -s 'curl x'");
    denies(&["cargo **"], "cargo watch '-scurl x'");
    denies(&["cargo **"], "cargo watch --shell='curl x'");
    denies(&["cargo **"], "cargo watch -x 'test; curl x'");
    allows(&["cargo **"], "cargo watch -x test");
    denies(&["mise **"], "mise exec -c 'curl x'");
    allows(&["mise **", "ls"], "mise exec -c ls");
}

#[test]
fn a_wildcard_gives_no_option_that_names_what_runs() {
    for (granted, honest, other) in [
        ("nix-shell **", "nix-shell -p git", "nix-shell --run 'curl x'"),
        ("nix **", "nix build", "nix develop -c curl x"),
        ("nodemon **", "nodemon a.js", "nodemon --exec 'curl x'"),
        ("nodemon **", "nodemon a.js", "nodemon '-xcurl x'"),
        ("bat **", "bat a.rs", "bat --pager 'curl x' a.rs"),
        ("bat **", "bat -p a.rs", "bat --pager='curl x' a.rs"),
        ("ag **", "ag x src", "ag --pager=sh x src"),
        ("delta **", "delta a b", "delta --pager sh a b"),
        ("cmake **", "cmake -B build", "cmake -P /tmp/x.cmake"),
        ("cmake **", "cmake --build build", "cmake -E rm a"),
        ("cmake **", "cmake --build build", "cmake --build build -- SHELL=/tmp/x"),
        ("tox **", "tox -e py312", "tox -- -p evil"),
        ("tox **", "tox -q", "tox -x testenv.commands=sh"),
        ("nox **", "nox -s tests", "nox -f /tmp/x"),
        ("nox **", "nox", "nox --noxfile=/tmp/x"),
        ("mvn **", "mvn -q test", "mvn -f /tmp/x test"),
        ("mvn **", "mvn clean verify", "mvn exec:java"),
        ("mvn **", "mvn spring-boot:run", "mvn org.codehaus.mojo:exec-maven-plugin:3.0.0:exec"),
        ("mvn **", "mvn -B package", "mvn package -DargLine=-javaagent:/tmp/x"),
        ("uniq **", "uniq -c -f 1 a", "uniq a b"),
        ("xxd **", "xxd -l 16 a", "xxd a b"),
        ("just **", "just build", "just --shell /tmp/x build"),
        ("just **", "just build", "just -f /tmp/x"),
        ("just **", "just build", "just shell=x build"),
        ("ninja **", "ninja -v all", "ninja -f /tmp/x"),
        ("ninja **", "ninja -j4", "ninja -C/tmp/x"),
        ("gradle **", "gradle build", "gradle -I /tmp/x build"),
        ("./gradlew **", "./gradlew test --info", "./gradlew --init-script=/tmp/x test"),
        ("make *", "make all", "make -f/tmp/evil"),
        ("make *", "make -k", "make -C/tmp/evil"),
        ("make *", "make -j4", "make -sf/tmp/evil"),
        ("make *", "make all", "make --file=/tmp/evil"),
        ("make *", "make all", "make --f=/tmp/evil"),
        ("make *", "make all", "make --dir=/tmp/evil"),
        ("make **", "make all", "make -f /tmp/evil"),
        ("hyperfine **", "ls", "hyperfine 'curl x'"),
        ("concurrently **", "ls", "concurrently 'curl x' ls"),
    ] {
        allows(&[granted, "ls"], honest);
        denies(&[granted, "ls"], other);
    }
    allows(&["hyperfine ls"], "hyperfine ls");
    allows(&["make -C sub **"], "make -C sub all");
}
