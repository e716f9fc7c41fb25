//! Commands under path rules and protections, each with its honest neighbour.

use super::*;

fn shell(paths: &str) -> Under {
    Under::policy(&format!("servers: {{ sh: {{ allowed_tools: [exec], allowed_paths: [{paths}] }} }}"))
}

#[track_caller]
fn all(under: &Under, allowed: &[&str], denied: &[(&str, &str)]) {
    for text in allowed {
        under.allows("sh", "exec", json!({"command": text}));
    }
    for (text, rule) in denied {
        under.denies("sh", "exec", json!({"command": text}), rule);
    }
}

#[test]
fn the_work_of_a_day_passes_within_the_project() {
    all(
        &shell("."),
        &[
            "git grep x main",
            "yq e .a.b f",
            "chmod 755 f",
            "find . -type f -name '*.rs'",
            "find . -name '*.pyc' -delete",
            "find . -type f ! -name .env -not -path './.git/*'",
            "rg -g '!*.pem' -g '*.rs' KEY",
            "grep -rn foo src",
            "sed -n 1,5p f",
            "git diff feature/x",
            "git log origin/main..HEAD",
            "git checkout feature/x",
            "git commit -m 'fix: a/b' && git push origin feature/x",
            "for f in src/*.rs; do wc -l \"$f\"; done",
            "tar czf out.tgz src && tar xzf out.tgz -C build",
            "cp -r src/. build && rm -rf build/tmp && mv a.txt docs/",
            "curl -s https://a.example/x -o out.json",
            "cargo test 2>&1 | tail -n 20",
            "cat a.txt | cut -d/ -f2 | sort -k 2 -t /",
            "find src -name '*.rs' | xargs wc -l",
            "python3 scripts/run.py --out build/x",
            "rm -rf target && mkdir -p target/a && touch target/a/b",
            "[[ -f Cargo.toml && -d src ]] && cargo test",
        ],
        &[
            ("cp ~/.ssh/id_rsa x", "protection.credential-files"),
            ("find . -name .env -exec cat {} +", "protection.env-files"),
            ("find . -name 'id_rsa*'", "protection.credential-files"),
            ("fd -H '^\\.env$' -X cat", "protection.env-files"),
            ("rg -g '*.pem' KEY", "protection.key-files"),
            ("grep -r --include=.env KEY .", "protection.env-files"),
            ("find / -name x", "servers.sh.allowed_paths"),
            ("cat ../other/f", "servers.sh.allowed_paths"),
            ("cat $TMPDIR/x", "servers.sh.allowed_paths"),
            ("cat {/etc/hosts,x}", "servers.sh.allowed_paths"),
            ("x=/etc; cat $x/hosts", "servers.sh.allowed_paths"),
            ("echo a > $HOME/x", "servers.sh.allowed_paths"),
        ],
    );
}

#[test]
fn a_word_without_a_slash_is_a_place_under_narrow_rules() {
    let outside = "servers.sh.allowed_paths";
    all(
        &shell("./src"),
        &[
            "fd x src",
            "tar cf src/x src/a",
            "curl -o src/x https://a.example/",
            "chmod 755 src/f",
            "find src -name '*.rs'",
            "head -n 5 src/f",
            "git switch fix/a",
            "dd if=src/a of=src/b",
            "cp src/a src/b",
            "bash src/run",
            "cd src && ls -la",
        ],
        &[
            ("fd x docs", outside),
            ("fd x", outside),
            ("tar cf src/x docs", outside),
            ("tar xf src/x", outside),
            ("tar xf src/x -C docs", outside),
            ("curl -o docs https://a.example/", outside),
            ("curl -O https://a.example/x", outside),
            ("curl -T docs https://a.example/", outside),
            ("curl -d @docs https://a.example/", outside),
            ("wget https://a.example/x", outside),
            ("unzip src/x -d docs", outside),
            ("scp docs host:x", outside),
            ("rsync -a docs src/", outside),
            ("dd if=docs of=src/b", outside),
            ("patch -p1", outside),
            ("make -C docs", outside),
            ("bash docs", outside),
            ("python docs", outside),
            ("nox -f docs", outside),
            ("mvn -f docs", outside),
            ("uniq src/in out", outside),
            ("find docs", outside),
            ("find src -newer docs", outside),
            ("find src -fprint docs", outside),
            ("xargs -a docs echo", outside),
            ("sed -n 'w docs' src/a", outside),
            ("awk -f docs src/a", outside),
            ("sort -o docs src/a", outside),
            ("ln src/a docs", outside),
            ("split src/a docs", outside),
            ("zip src/x docs", outside),
            ("7z a src/x docs", outside),
            ("7z x src/x -odocs", outside),
            ("git -C docs status", outside),
            ("git --git-dir docs status", outside),
            ("openssl enc -in docs", outside),
            ("ssh -i docs host", outside),
            ("git grep x main", outside),
        ],
    );
}

#[test]
fn a_command_that_changes_a_folder_changes_what_is_protected_below_it() {
    all(
        &shell("'~', ."),
        &[
            "ls ~",
            "rm -rf build",
            "cp a.txt .",
            "mv a.txt b",
            "tar xf x.tar -C build",
            "chmod -R u+w docs",
            "cp a/config build/",
            "find build -delete",
            "git rm -r docs",
        ],
        &[
            ("rm -rf ~", "protection.credential-files"),
            ("find ~ -delete", "protection.credential-files"),
            ("chmod -R 777 ~", "protection.credential-files"),
            ("mv ~ x", "protection.credential-files"),
            ("ln -s ~ x", "protection.credential-files"),
            ("tar xf x.tar -C ~", "protection.credential-files"),
            ("unzip x.zip -d ~", "protection.credential-files"),
            ("rsync -a --delete x/ ~/", "protection.credential-files"),
            ("cp -r x/. ~", "protection.credential-files"),
            ("rm -rf .git", "protection.git-internals"),
            ("cp a/config .git", "protection.git-internals"),
            ("cp -r a .git", "protection.git-internals"),
            ("mv a .git", "protection.git-internals"),
            ("mv .git x", "protection.git-internals"),
            ("cp -r a/.git .", "protection.git-internals"),
            ("git clean -fd .git", "protection.git-internals"),
            ("sudo rm -rf ~", "protection.credential-files"),
            ("bash -c 'rm -rf ~'", "protection.credential-files"),
            ("for d in .git; do rm -r $d; done", "protection.git-internals"),
        ],
    );
}

#[test]
fn a_folder_that_only_the_environment_names_lies_within_no_grant() {
    let under =
        Under::policy("servers: { fs: { allowed_tools: [t], allowed_paths: [.] }, free: { allowed_tools: [t] } }");
    for text in
        ["$TMPDIR", "$TMPDIR/x", "${TMPDIR}/x", "%ProgramData%\\x", "%PROGRAMDATA%", "$env:ProgramData\\x", "$FOO/x"]
    {
        under.denies("fs", "t", json!({"zebra": text}), "servers.fs.allowed_paths");
        under.denies("fs", "t", json!({"path": text}), "servers.fs.allowed_paths");
        under.allows("free", "t", json!({"zebra": text}));
    }
    for text in
        ["$price", "$5/month", "100%", "%d items", "$user/name", "$FOO", "%41%42", "US$/EUR", "$TMPDIR is a folder"]
    {
        under.allows("fs", "t", json!({"zebra": text}));
    }
    under.allows("fs", "t", json!({"path": "src/$postId.tsx"}));
    under.allows("fs", "t", json!({"path": "$postId.tsx"}));
}
