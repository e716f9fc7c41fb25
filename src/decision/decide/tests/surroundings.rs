//! What a text says of where its commands stand: the home, the folder, the repository.

use super::*;

/// Every command is granted; places decide.
#[track_caller]
pub(super) fn judges(allowed: &[&str], denied: &[&str]) {
    let under = Under::policy(
        "servers: { sh: { allowed_tools: [exec], allowed_paths: [.], denied_paths: [./secret, ./conf/secret] } }",
    );
    under.judges_commands(allowed, denied);
}

#[test]
fn a_home_that_the_text_sets_is_what_a_tilde_leads_to() {
    judges(
        &["HOME=src sh -c ls", "home=conf; ls src", "env -i ls src"],
        &[
            "HOME=/x; cat ~/y",
            "HOME=conf; cat ~/secret",
            "HOME=/etc cat ~/shadow",
            "HOME=conf sh -c 'cat ~/secret'",
            "HOME=conf sh -c 'cat $HOME/secret'",
            "env HOME=conf sh -c 'cat ~/secret'",
            "export HOME=conf; cat ~/secret",
            "eval HOME=conf; cat ~/secret",
            "HOME=$PWD/conf; cp src/a ~/secret",
            "HOME=conf; cd ~; cat secret",
            "HOME=$(cat src/a); cat ~/x",
            "unset HOME; cat $HOME/home/ada/web/secret",
        ],
    );
    // A grant of the home is none of what a text calls so.
    let under = Under::policy("servers: { sh: { allowed_tools: [exec], allowed_paths: ['~', .] } }");
    let call = |text: &str| json!({"command": text});
    for text in ["cat ~/y", "cd; cat y", "cat $HOME/y", "HOME=~/x sh -c 'cat ~/y'"] {
        under.allows("sh", "exec", call(text));
    }
    for text in [
        "HOME=/etc; cat ~/y",
        "HOME=/et; cat ${HOME}c/y",
        "HOME=; cat ~/etc/y",
        "read HOME < src/a; cat ~/y",
        "HOME=/; cd; cat etc/y",
        "unset HOME; cat $HOME/etc/y",
        "env -i sh -c 'cat $HOME/etc/y'",
        "env -u HOME sh -c 'cat $HOME/etc/y'",
        "for HOME in /etc; do cat ~/y; done",
    ] {
        under.denies("sh", "exec", call(text), "servers.sh.allowed_paths");
    }
}

#[test]
fn a_change_of_folder_leads_where_the_text_says() {
    judges(
        &[
            "cd src && make && cd - && ls src",
            "pushd src && make && popd && cat a",
            "pushd src; pushd; cat a",
            "cat $(pwd)/src/a",
            "cd src && cat \"$PWD/a\"",
            "cd $(git rev-parse --show-toplevel) && ls src",
            "d=src; cd $d && cat a",
            "CDPATH=src; cd sub && cat a",
        ],
        &[
            "CDPATH=conf; cd secret",
            "CDPATH=conf cd secret",
            "export CDPATH=src:conf; cd secret",
            "CDPATH=/etc; cd ssh; cat a",
            "OLDPWD=conf; cd -; cat secret",
            "cd -; cat a",
            "cd conf; cd ../src; cat ~-/secret",
            "cd conf && cat $PWD/secret",
            "cd conf && cat ${PWD}/secret",
            "cd conf && cat ~+/secret",
            "cat $(pwd)/secret",
            "cd conf && cat \"`pwd`/secret\"",
            "cat \"$(git rev-parse --show-toplevel)/secret\"",
            "cd $(pwd)/conf; cat secret",
            "d=conf; cd $d && cat secret",
            "PWD=/etc; cat $PWD/shadow",
            "OLDPWD=x; cd src; cat $OLDPWD/secret/f",
            "OLDPWD=x; cd src; cat ~-/secret/f",
        ],
    );
}

#[test]
fn a_variable_that_leads_a_program_is_read_as_the_option_would_be() {
    judges(
        &[
            "GIT_DIR=.git git log",
            "GIT_WORK_TREE=src git add a",
            "OUTPUT_DIR=build make",
            "CARGO_HOME=x cargo build",
            "GIT_AUTHOR_NAME=secret git commit -m x",
            "NAME=secret make",
        ],
        &[
            "GIT_WORK_TREE=conf git add secret",
            "export GIT_WORK_TREE=conf; git add secret",
            "env GIT_WORK_TREE=conf git add secret",
            "GIT_WORK_TREE=conf sh -c 'git add secret'",
            "GIT_DIR=/x git log",
            "GIT_DIR=secret git log",
            "export GIT_DIR=secret; git log",
            "GIT_DIR=conf/.git git show HEAD:./secret",
            "GIT_INDEX_FILE=secret git status",
            "KUBECONFIG=secret kubectl get pods",
            "PYTHONPATH=src:secret python3 src/a.py",
        ],
    );
    let narrow = Under::policy("servers: { sh: { allowed_tools: [exec], allowed_paths: [./src] } }");
    narrow.allows("sh", "exec", json!({"command": "GIT_DIR=src/.git git log"}));
    narrow.denies("sh", "exec", json!({"command": "GIT_DIR=docs git log"}), "servers.sh.allowed_paths");
}

#[test]
fn a_name_that_the_shell_spells_otherwise_is_the_same_place() {
    judges(
        &[
            "cat $'src/\\x61'",
            "cat \"${PWD:-x}/src/a\"",
            "cat src/{1..3}.txt",
            "touch out{1..500}.txt",
            "for i in {1..3}; do cat src/$i; done",
            "while IFS= read -r line; do echo $line; done < src/a",
            "shuf -n 5 src/a",
            "bash",
        ],
        &[
            "cat $'\\x73ecret'",
            "cat $'sec\\162et'",
            "cat \"${PWD:-x}/secret\"",
            "cat ${PWD%/}/secret",
            "cat secr{a..z}t",
            "a=axsecret; IFS=x; cat $a",
            "pr secret",
            "shuf secret",
            "join src/a secret",
            "expand secret",
            "basenc --base64 secret",
            "env -S 'cat secret'",
            "sh -c \"$(echo cat secret)\"",
            "echo 'cat secret' | bash",
        ],
    );
    // Where nothing is granted by its place, denials and protections see what it spells.
    let under = Under::policy("servers: { sh: { allowed_tools: [exec] } }");
    under.denies("sh", "exec", json!({"command": "cat $'\\x2eenv'"}), "protection.env-files");
    under.allows("sh", "exec", json!({"command": "cat $'\\x61env'"}));
}

#[test]
fn what_runs_only_where_a_cd_led_is_read_from_there() {
    judges(
        &[
            "cd src && make && cd ..",
            "cd src && cat ../README.md",
            "cd src/a && cat ../b && cd .. && ls && cd .. && ls",
            "cd src && cargo test 2>&1 | tail -20 && cat ../Cargo.toml | head",
            "cd src && git -C .. status",
            "cd conf && cat ../src/secret",
            "cd src && cd ../docs && cat ../README.md > ../out.txt",
            "cd src && cat ../docs/d.md || echo none",
            "cd src && cat ../docs/d.md || true && echo done",
            "cd src && FOO=1 cat ../docs/d.md",
            "cd src && cat <<EOF > ../docs/x\na $b\nEOF",
            "cd \"$PWD/src\" && ls ../docs",
        ],
        &[
            "cd src && cat ../../x",
            "cd src && cat ../secret/d || echo none",
            "cd src && FOO=1 cat ../secret/d",
            "cd src && cat <<EOF > ../secret/x\na\nEOF",
            "cd \"$PWD/src\" && ls ../../docs",
            "cd \"$PWD/conf\" && ls secret",
            "cd src && cd .. && cat ../x",
            "cd src && cd .. && cat secret",
            "cd src && cat ../secret",
            "cd src && git show HEAD:secret",
            "cd src && git add :/secret",
            "cd src && npm run fmt -- secret/x",
            "cd conf && cat secret",
            "cd conf && cat ./x | cat secret",
            "cd src && cat x > ../secret/y",
            "cd src && git -C ../secret status",
            "cd src && bash -c 'cd ..; cat secret/x'",
            "cd src && bash -c 'cd ../secret && cat x'",
        ],
    );
}

#[test]
fn where_a_command_may_run_elsewhere_it_is_read_from_there_too() {
    judges(
        &["cd src; ls", "cd src || ls", "cd src & ls"],
        &[
            "cd src; cat ../x",
            "cd src || cat ../x",
            "cd src || true && cat ../x",
            "cd src || echo a | cat ../x",
            "cd src || echo a > ../x",
            "cd src || echo $(cat ../x)",
            "cd src || echo a; cat ../x",
            "cd src && cat a || cat ../x",
            "cd src && cat <<EOF\n$(cd ..)\nEOF\ncat ../x",
            "cd src && `cd ..` cat ../../x",
            "FOO=1 cd src || cat ../x",
            "PWD=/etc; cd \"$PWD/src\" && ls ../docs",
            "read PWD < src/a && cd \"$PWD/src\" && ls ../docs",
            "cd $PWD/src && ls ../docs",
            "cd src && GIT_DIR=../../x git log",
            "cd \"$PWD/$x\" && cat ../x",
            "cd src & cat ../x",
            "! cd src && cat ../x",
            "cd src | cat && cat secret/x",
            "true | cd src && cat ../x",
            "cd src\ncat ../x",
            "(cd src) && cat ../x",
            "{ cd src; } && cat ../x",
            "env cd src && cat ../x",
            "sudo cd src && cat ../x",
            "bash -c 'cd src' && cat ../x",
            "cd src && cd - && cat secret/x",
            "cd src && cat $OLDPWD/secret/x",
            "cd src && cat ~-/secret/x",
            "pushd src && popd && cat secret/x",
            "cd src && eval 'cd ..' && cat secret/x",
            "cd src && $X && cat ../x",
            "if cd src; then cat a; fi; cat ../x",
            "echo $(cd src && pwd) && cat ../x",
            "cd src > secret/x && ls",
            "bash <<< 'cat secret'",
            "bash <<'EOF'\ncat secret\nEOF",
        ],
    );
}

#[test]
fn what_runs_after_a_later_change_of_folder_is_read_from_there() {
    judges(
        &[
            "for i in 1 2; do cat src/f; cd conf; done",
            "for d in src docs; do (cd $d && cat a); done",
            "for d in src docs; do cd $d; make; cd -; done",
            "g() { cat src/f; }; cd conf && g",
            "trap 'rm -f x.tmp' EXIT; cd conf",
            "while read -r f; do wc -l $f; done < src/list",
            "cat conf/../secrets; cd conf",
        ],
        &[
            "for i in 1 2; do cat secret/f; cd conf; done",
            "for i in 1 2; do cat ./f ../secret/f; cd conf; done",
            "for ((i=0; i<3; i++)); do cat secret/f; cd conf; done",
            "while true; do cat secret/f; cd conf; done",
            "until grep X secret/f; do cd conf; done",
            "g() { cat secret/f; }; cd conf && g",
            "function g { cat secret/f; }; cd conf && g",
            "g() { sh -c 'cat secret/f'; }; cd conf && g",
            "trap 'cat secret/f' EXIT; cd conf",
            "alias g='cat secret/f'; cd conf; g",
            "bash -c 'g() { cat secret/f; }; cd conf && g'",
            "eval 'g() { cat secret/f; }'; cd conf && g",
        ],
    );
    // From the start of the text alone, it is another folder.
    let under = Under::policy("servers: { sh: { allowed_tools: [exec], denied_paths: [./conf/secret] } }");
    for text in
        ["rm -rf secret; cd conf; ls", "f() { rm -rf src; }; cd conf; f", "for i in 1 2; do rm -rf secret; done"]
    {
        under.allows("sh", "exec", json!({"command": text}));
    }
    for text in [
        "f() { rm -rf secret; }; cd conf; f",
        "trap 'rm -rf secret' EXIT; cd conf",
        "for i in 1 2; do cat x > secret; cd conf; done",
        "bash -c 'for i in 1 2; do cat secret; cd conf; done'",
    ] {
        under.denies("sh", "exec", json!({"command": text}), "servers.sh.denied_paths");
    }
    let words = json!({"command": ["bash", "-c", "f() { rm -rf secret; }; cd conf; f"]});
    under.denies("sh", "exec", words, "servers.sh.denied_paths");
}

#[test]
fn what_is_joined_to_a_variable_is_part_of_its_value() {
    judges(
        &[
            "d=sr; d+=c; cat $d/f",
            "flags=-n; flags+=' -E'; grep $flags x src/a",
            "for x in a b; do flags+=\" --only=$x\"; done; make $flags",
            "while IFS= read -r f; do wc -l $f; done < <(find src -name '*.rs')",
            "s=a; s+=b; s+=c; s+=d; s+=e; s+=f; echo $s",
        ],
        &[
            "D=sec; D+=ret; cat $D/f",
            "D=s; D+=ec; D+=ret; cat $D/f",
            "export D=sec; export D+=ret; cat $D/f",
            "DIR=sec; DIR+=ret; cat $DIR/f",
            "for x in sec ret; do D+=$x; done; cat $D/f",
            "D=sec; g() { D+=ret; }; g; cat $D/f",
            "D=sec; D+=$(cat src/a); cat $D/f",
            "while IFS= read -r f; do wc -l $f/../../x; done < src/a",
        ],
    );
}
