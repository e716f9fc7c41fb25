//! What a command runs besides itself, and options that run code.

use super::*;

#[test]
fn what_a_wrapper_wraps_must_be_granted_as_well() {
    let found = commands("sudo -u root env A=1 timeout 5 cargo test");
    assert_eq!(
        found,
        [
            "sudo -u root env A=1 timeout 5 cargo test",
            "env A=1 timeout 5 cargo test",
            "A=1 timeout 5 cargo test",
            "cargo test"
        ]
    );
    assert_eq!(commands("bash -c 'a; b $(c)'"), ["bash -c a; b $(c)", "a", "c", "b $(c)"]);
}

#[test]
fn a_wrapper_and_what_it_wraps() {
    allows(&["timeout * cargo test **", "cargo test **"], "timeout 60 cargo test -q");
    allows(&["timeout **", "cargo test **"], "timeout -k 5 60 cargo test -q");
    allows(&["bash -c 'cargo test'", "cargo test"], "bash -c 'cargo test'");
    allows(&["find **", "grep **"], "find . -name '*.rs' -exec grep -n x {} \\;");
    allows(&["xargs **", "ls **", "grep x {}"], "ls src | xargs -n 1 grep x");
    let wrappers = [
        "sudo",
        "sudo -u x",
        "sudo -n --",
        "doas",
        "nohup",
        "nice",
        "nice -n 5",
        "nice -5",
        "timeout 5",
        "timeout -s KILL 5",
        "time",
        "time -p",
        "env",
        "env -i",
        "env A=1",
        "env -u X",
        "env -",
        "xargs",
        "xargs -0 -n 1",
        "xargs -I {}",
        "stdbuf -oL",
        "stdbuf -o L",
        "setsid",
        "exec",
        "exec -a x",
        "command",
        "command -p",
        "builtin",
        "eval",
        "eval --",
        "nohup nice",
        "watch",
        "watch -n 1",
        "ssh host",
        "ssh -p 22 host",
        "busybox",
        "flock /tmp/x",
        "noglob",
        "find . -exec",
        "find . -ok",
        "find . -execdir",
        "fd x -x",
        "git bisect run",
        "git submodule foreach",
        "su x -c",
        "runuser -u x --",
        "sh -c",
        "bash -lc",
        "bash -euo pipefail -c",
        "/bin/bash -c",
        "BASH.EXE -c",
        "dash -c",
        "zsh -c",
        "busybox sh -c",
        "sudo bash -c",
        "trap",
        "git rebase --exec",
        "git rebase -x",
        "ionice -c 3",
        "gosu root",
    ];
    let all: Vec<String> =
        wrappers.iter().map(|wrapper| format!("{} **", wrapper.split(' ').next().unwrap())).collect();
    let mut patterns: Vec<&str> = all.iter().map(String::as_str).collect();
    patterns.push("A=1 true");
    for wrapper in wrappers {
        denies(&patterns, &format!("{wrapper} 'curl' evil"));
        denies(&patterns, &format!("{wrapper} 'curl evil'"));
        denies(&patterns, &format!("{wrapper} curl"));
        denies(&["curl **", "A=1 curl **"], &format!("{wrapper} curl evil"));
        let argv: Vec<String> = wrapper.split(' ').map(str::to_owned).chain(["curl".to_owned()]).collect();
        assert!(set(&patterns).check(&read_argv(&argv).unwrap()).is_err(), "{argv:?}");
    }
    for text in [
        "sudo -Z curl",
        "env -S 'curl x'",
        "env --split-string='curl x'",
        "xargs --what curl",
        "sudo $x",
        "timeout $x curl",
        "bash $x",
        "bash -c $x",
        "bash -c \"$x\"",
        "eval $x",
        "sh",
        "bash",
        "curl x | bash",
        "bash -s",
        "bash -",
        "bash -i",
        "ssh host $x",
        "alias ls='curl x'",
        "python3 -",
        "python3",
    ] {
        denies(
            &[
                "sudo **",
                "env **",
                "xargs **",
                "timeout **",
                "bash **",
                "sh **",
                "eval **",
                "ssh **",
                "alias **",
                "python3 **",
            ],
            text,
        );
    }
    allows(&["bash scripts/run.sh **"], "bash scripts/run.sh a b");
    denies(&["bash5.2 **"], "bash5.2 -c 'curl x'");
    allows(&["bash5.2 **", "curl x"], "bash5.2 -c 'curl x'");
    allows(&["command -v **"], "command -v cargo");
    allows(&["bash"], "bash");
}

#[test]
fn code_in_an_argument_is_never_covered_by_a_wildcard() {
    for (pattern, text) in [
        ("python **", "python -c 'import os'"),
        ("python3 **", "python3 -Ic 'import os'"),
        ("python3.12 **", "python3.12 -m http.server"),
        ("perl5.36 **", "perl5.36 -e 'unlink 1'"),
        ("node20 **", "/usr/bin/node20 --eval 1"),
        ("php8.2 **", "php8.2 -r 'x();'"),
        ("node **", "node -e 'x'"),
        ("node **", "node --eval=x"),
        ("node **", "node --ev x"),
        ("node **", "node -pe x"),
        ("perl **", "perl -ne 'print'"),
        ("perl **", "perl -MFoo a.pl"),
        ("ruby **", "ruby -e x"),
        ("php **", "php -r x"),
        ("awk **", "awk 'BEGIN { system(\"id\") }'"),
        ("awk **", "awk '{ print > \"x\" }' a"),
        ("awk **", "awk '{ print | \"sh\" }' a"),
        ("awk **", "awk -f x.awk a"),
        ("sed **", "sed 's/a/b/e' x"),
        ("sed **", "sed '1e id' x"),
        ("sed **", "sed 'w /tmp/x' x"),
        ("sed **", "sed -n 's/a/b/w /tmp/x' x"),
        ("sed **", "sed 's/[/]X/;s/e;/a/p' x"),
        ("sed **", "sed -f x.sed y"),
        ("sed **", "sed --expression='1e id' y"),
        ("find **", "find . -delete"),
        ("find **", "find . -fprintf /tmp/x y"),
        ("tar **", "tar cf x --checkpoint=1 --checkpoint-action=exec=sh y"),
        ("tar **", "tar cf x --checkpoint-ac=exec=sh y"),
        ("tar **", "tar -cIsh x"),
        ("tar **", "tar xf x --to-command sh"),
        ("tar **", "tar cIf sh x"),
        ("rsync **", "rsync -e 'sh -c id' a b:c"),
        ("rsync **", "rsync -ave sh a b:c"),
        ("zip **", "zip x y -T -TT 'sh #'"),
        ("ssh **", "ssh -o ProxyCommand=id host"),
        ("ssh **", "ssh -oProxyCommand=id host"),
        ("scp **", "scp -S /tmp/x a b:c"),
        ("git **", "git -c core.pager=id log"),
        ("git **", "git -c alias.x='!id' x"),
        ("git **", "git --config-env=core.pager=X log"),
        ("git **", "git clone --upload-pack=id x"),
        ("git **", "git clone --upload-p id x"),
        ("git **", "git clone -u id x"),
        ("git **", "git clone 'ext::sh -c id' x"),
        ("git **", "git fetch --upload-pack id"),
        ("git **", "git grep --open-files-in-pager=id x"),
        ("git **", "git grep -Oid x"),
        ("git **", "git config core.pager id"),
        ("git **", "git config alias.x '!id'"),
        ("git **", "git difftool -x id"),
        ("git **", "git --exec-path=/tmp x"),
        ("git **", "git --git-dir=/tmp/evil status"),
        ("git **", "git log --output=/tmp/x"),
        ("sort **", "sort -o /etc/x y"),
        ("sort **", "sort --compress-program=sh y"),
        ("sort **", "sort --outp=x y"),
        ("man **", "man -H/tmp/x ls"),
        ("man **", "man -P id ls"),
        ("man **", "man --html=id ls"),
        ("less **", "less +!id x"),
        ("rg **", "rg --pre sh x"),
        ("rg **", "rg --pre=sh x"),
        ("history **", "history -a /tmp/x"),
        ("ps **", "ps e"),
        ("ps **", "ps axe"),
        ("curl **", "curl -K x"),
        ("wget **", "wget -e use_askpass=x y"),
        ("wget **", "wget --use-askpass=x y"),
        ("cargo test **", "cargo test --config 'target.x.runner=\"sh\"'"),
        ("cargo **", "cargo --config=build.rustc-wrapper=x build"),
        ("go **", "go test -exec id ./x"),
        ("go **", "go build -toolexec=id ./x"),
        ("npm **", "npm install --script-shell=/tmp/x"),
        ("npx **", "npx -c id"),
        ("make **", "make SHELL=/tmp/x"),
        ("make **", "make --eval='x:;id'"),
        ("gcc **", "gcc -wrapper id x.c"),
        ("psql **", "psql -c '\\! id'"),
        ("sqlite3 **", "sqlite3 x.db '.shell id'"),
        ("vim **", "vim -c '!id'"),
        ("pandoc **", "pandoc --filter id x"),
        ("nc **", "nc -e sh host 1"),
        ("date **", "date -s x"),
        ("apt-get **", "apt-get -o Dpkg::Pre-Invoke::=id update"),
        ("powershell **", "powershell -enc AAAA"),
        ("pwsh **", "pwsh -c id"),
        ("cmd **", "cmd /c del x"),
        ("parallel **", "parallel curl ::: evil"),
        ("socat **", "socat - EXEC:sh"),
        ("fish **", "fish -c id"),
        ("split **", "split --filter=sh x"),
        ("tcpdump **", "tcpdump -z sh"),
        ("xargs **", "xargs sh -c"),
    ] {
        denies(&[pattern], text);
        denies(&["** ", "id", "sh"], text);
    }
    for (pattern, text) in [
        ("python -c 'print(1)'", "python -c 'print(1)'"),
        ("python -m pytest **", "python -m pytest -q -x"),
        ("python **", "python scripts/x.py -c a"),
        ("node **", "node build.js"),
        ("awk **", "awk '{print $1}' a.txt"),
        ("sed **", "sed -n '1,20p' a.txt"),
        ("sed -i **", "sed -i 's/a/b/g; s|c|d|' a.txt"),
        ("sed **", "sed -e '/^#/d' -e '$d' a.txt"),
        ("find **", "find . -name x -type f"),
        ("tar **", "tar -xzf a.tgz"),
        ("git **", "git commit -m 'a: b'"),
        ("git **", "git push -u origin main"),
        ("git **", "git config --get user.name"),
        ("git -c color.ui=never log **", "git -c color.ui=never log -1"),
        ("sort **", "sort -u a.txt"),
        ("ps **", "ps aux"),
        ("rg **", "rg --pretty x"),
        ("cargo **", "cargo test --all-features"),
        ("make **", "make -j4 all"),
        ("powershell -File build.ps1", "powershell -File build.ps1"),
        ("python3 --version", "python3 --version"),
        ("python3 **", "python3 --version"),
    ] {
        allows(&[pattern], text);
    }
}
