//! Program by program: which places its words name, and what becomes of them.

use super::*;

/// A command, the places that it touches, and those that go away or are written over with all below them.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

#[track_caller]
fn each(rows: &[Row]) {
    for (text, touched, changed) in rows {
        let read = read_shell(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!((&read.paths[..], &read.changes[..]), (&own(touched)[..], &own(changed)[..]), "{text}");
    }
}

fn own(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn a_search_names_its_places_and_its_pattern_is_none() {
    each(&[
        ("fd x docs", &["docs"], &[]),
        ("fd -e rs x docs", &["docs"], &[]),
        ("fd -C docs x", &["docs"], &[]),
        ("fd --search-path docs x", &["docs"], &[]),
        ("fd a/b", &["./a/b", "."], &[]),
        ("fd -H '^\\.env$' docs", &["docs", "docs/.env"], &[]),
        ("grep -rn foo src", &["src"], &[]),
        ("grep -e /a/b src", &["src"], &[]),
        ("grep -n -A 3 -- -x/y docs", &["docs"], &[]),
        ("grep --include '*.rs' -rn x src", &["src", "src/*.rs"], &[]),
        ("rg -g '!target/**' x src", &["src"], &[]),
        ("find . -type f -name '*.rs'", &[".", "./*.rs"], &[]),
        ("find docs -name .env -exec cat {} +", &["docs", "docs/.env", "./*"], &[]),
        ("find docs ! -name .env", &["docs"], &[]),
        ("find docs src -newer mark", &["docs", "src", "mark"], &[]),
        ("find -L docs -maxdepth 2 -path './a/b'", &["docs", "docs/a/b"], &[]),
        ("find docs -fprintf out %p", &["docs", "out"], &[]),
        ("find docs -exec grep -l x/y {} +", &["docs", "./*"], &[]),
        ("find docs -delete", &[], &["docs"]),
        ("find docs -exec rm {} +", &[], &["docs", "./*"]),
        ("find docs -name '*.pyc' -delete", &["docs", "docs/*.pyc"], &[]),
        ("find docs ! -name '*.pyc' -delete", &[], &["docs"]),
        ("find docs -name '*' -delete", &[], &["docs"]),
        ("find -delete", &["."], &["."]),
        ("yq e .a.b docs", &["docs"], &[]),
        ("yq .a docs", &["docs"], &[]),
        ("jq --arg f a/b .x docs", &["docs"], &[]),
    ]);
}

#[test]
fn what_goes_away_is_changed_with_all_below_it() {
    each(&[
        ("rm -rf docs", &[], &["docs"]),
        ("rmdir docs", &[], &["docs"]),
        ("shred -n 3 docs", &[], &["docs"]),
        ("chmod 755 f", &[], &["f"]),
        ("chmod -x f", &[], &["f"]),
        ("chmod -R u+w docs", &[], &["docs"]),
        ("chmod --reference=a f", &["a"], &["f"]),
        ("chown root:root f", &[], &["f"]),
        ("git rm -r docs", &[], &["docs"]),
        ("git clean -fd docs", &[], &["docs"]),
        ("git clean -fd", &[], &["."]),
        ("git clean -n", &[], &[]),
        ("mv a docs/", &["docs/"], &["a", "docs/a"]),
        ("mv a docs", &["docs"], &["a", "docs", "docs/a"]),
        ("ln -s ~ x", &["x"], &["~", "x/~"]),
        ("ln -s ../docs lib/docs", &["lib/docs"], &["lib/docs/docs", "lib/../docs"]),
        ("ln ../docs lib/docs", &["lib/docs"], &["../docs", "lib/docs/docs"]),
        // Copies are where they come to lie.
        ("cp a.txt docs", &["a.txt", "docs"], &["docs/a.txt"]),
        ("cp a/config .git", &["a/config", ".git"], &[".git/config"]),
        ("cp -r a .git", &["a", ".git"], &[".git", ".git/a"]),
        ("cp -t docs a/b c", &["docs", "a/b", "c"], &["docs/b", "docs/c"]),
        ("cp -r a/. .", &["a/.", "."], &["."]),
        ("cp -r a .", &["a", "."], &["./a"]),
        ("cp a/* docs", &["a/*", "docs"], &["docs"]),
        ("install -m 755 a docs/", &["a", "docs/"], &["docs/a"]),
        ("install -d docs", &["docs"], &[]),
        ("mkdir -m 755 docs", &["docs"], &[]),
        ("touch -d 1/2 f", &["f"], &[]),
        ("tee docs", &["docs"], &[]),
        ("truncate -s 0 f", &["f"], &[]),
    ]);
}

#[test]
fn an_archive_is_read_and_what_comes_out_of_it_may_replace_anything_in_its_folder() {
    each(&[
        ("tar cf x docs", &["x", "docs"], &[]),
        ("tar czf x -C docs a", &["x", "docs", "docs/a"], &[]),
        ("tar -czf x --exclude='a/b' docs", &["x", "docs"], &[]),
        ("tar tf x", &["x"], &[]),
        ("tar xf x", &["x"], &["."]),
        ("tar -xzf x -C docs", &["x", "docs"], &["docs"]),
        ("tar xf x --directory=docs", &["x", "docs"], &["docs"]),
        ("tar xf x a.txt", &["x"], &["a.txt"]),
        ("tar xOf x a.txt", &["x"], &[]),
        ("tar cf - docs", &["docs"], &[]),
        ("unzip x -d docs", &["x", "docs"], &["docs"]),
        ("unzip x", &["x"], &["."]),
        ("unzip -l x", &["x"], &[]),
        ("unzip -q x a b -x c/d", &["x"], &["a", "b"]),
        ("zip -r x docs", &["x", "docs"], &[]),
        ("7z a x docs", &["x", "docs"], &[]),
        ("7z x x -odocs", &["x", "docs"], &["docs"]),
        ("7z l x", &["x"], &[]),
    ]);
}

#[test]
fn what_a_download_is_kept_under_is_a_place() {
    each(&[
        ("curl -o docs https://a.example/x", &["docs"], &[]),
        ("curl -sodocs https://a.example/x", &["docs"], &[]),
        ("curl --output docs https://a.example/x", &["docs"], &[]),
        ("curl -O https://a.example/x/y?z", &["./y"], &[]),
        ("curl -O --output-dir docs https://a.example/y", &["docs", "docs/y"], &[]),
        ("curl -T docs https://a.example", &["docs"], &[]),
        ("curl -d @docs https://a.example", &["docs"], &[]),
        ("curl -d a/b https://a.example", &[], &[]),
        ("curl --data-urlencode x@docs https://a.example", &["docs"], &[]),
        ("curl -F x=@docs https://a.example", &["docs"], &[]),
        ("curl -F 'x=<docs;type=a/b' https://a.example", &["docs", "docs;type=a/b"], &[]),
        ("curl -F x=a/b https://a.example", &[], &[]),
        ("curl -H 'a: b/c' -X POST https://a.example", &[], &[]),
        ("curl -H 'From: a@b.example' -d '{\"to\":\"a@b\"}' https://a.example", &[], &[]),
        ("curl -H @docs https://a.example", &["docs"], &[]),
        ("curl -b docs https://a.example", &["docs"], &[]),
        ("curl -b a=b/c https://a.example", &[], &[]),
        ("curl -s https://a.example -o /dev/null", &[], &[]),
        ("wget -O docs https://a.example/x", &["docs"], &[]),
        ("wget -q -O - https://a.example/x", &[], &[]),
        ("wget -qO- https://a.example/x", &[], &[]),
        ("wget https://a.example/x", &["./x"], &[]),
        ("wget -P docs https://a.example/x", &["docs", "docs/x"], &[]),
        ("wget -i docs", &["docs"], &[]),
        ("scp docs host:a/b", &["docs"], &[]),
        ("scp -i key host:a/b docs", &["key", "docs"], &["docs/b"]),
        ("rsync -a src/ docs/", &["src/", "docs/"], &["docs/"]),
        ("rsync -a src docs/", &["src", "docs/"], &["docs/src"]),
        ("rsync --exclude a/b -a src docs/", &["src", "docs/"], &["docs/src"]),
        ("ssh -i docs host", &["docs"], &[]),
        ("openssl enc -in docs -out x", &["docs", "x"], &[]),
    ]);
    assert_eq!(read_shell("scp docs host:a/b").unwrap().urls, ["ssh://host/a/b"]);
}

#[test]
fn a_program_that_runs_a_file_names_it_and_what_follows_is_for_it() {
    each(&[
        ("bash docs a", &["docs"], &[]),
        ("sh -eu docs", &["docs"], &[]),
        ("bash -c 'cat docs'", &["docs"], &[]),
        ("python docs -o a/b", &["docs", "a/b"], &[]),
        ("python3 -m pytest src/a.py", &["src/a.py"], &[]),
        ("node docs", &["docs"], &[]),
        ("ruby -I docs run", &["docs", "run"], &[]),
        ("awk -f prog docs", &["prog", "docs"], &[]),
        ("awk -F/ '{print $1}' docs", &["docs"], &[]),
        ("awk '{print > \"out\"}' docs", &["docs", "out"], &[]),
        ("sed -n 1,5p f", &["f"], &[]),
        ("sed -n 'w out' f", &["f", "out"], &[]),
        ("sed 's/a/b/w out' f", &["f", "out"], &[]),
        ("sed 's/word /b/' f", &["f"], &[]),
        ("sed -i.orig-file s/a/b/ f", &["f"], &[]),
        ("diff <(sort a) <(sort b)", &["a", "b"], &[]),
        ("make -C docs -f rules", &["docs", "docs/rules", "rules"], &[]),
        ("make -j 4 all", &[], &[]),
        ("nox -f docs", &["docs"], &[]),
        ("mvn -f docs test", &["docs"], &[]),
        ("xargs -a docs grep x", &["docs", "{}"], &[]),
        ("sudo grep a/b src", &["src"], &[]),
    ]);
}

#[test]
fn files_are_told_from_the_numbers_and_texts_beside_them() {
    each(&[
        ("dd if=a of=b bs=1k", &["a", "b"], &[]),
        ("patch -i a -o b f", &["a", "b", "f"], &[]),
        ("patch -p1", &["."], &[]),
        ("uniq in out", &["in", "out"], &[]),
        ("uniq -f 1 in", &["in"], &[]),
        ("sort -o out -t / in", &["out", "in"], &[]),
        ("head -n 5 f", &["f"], &[]),
        ("tail -n +5 f", &["f"], &[]),
        ("head -n docs", &["docs"], &[]),
        ("cut -d/ -f1 f", &["f"], &[]),
        ("cut -d / -f 1 f", &["f"], &[]),
        ("split -l 100 f part", &["f", "part"], &[]),
        ("diff -U 3 a b", &["a", "b"], &[]),
        ("tree -L 2 -I 'a|b' docs", &["docs"], &[]),
        ("cat - f", &["f"], &[]),
        ("grep -n x f /dev/null", &["f"], &[]),
        ("git commit -am fix/x", &[], &[]),
        ("git commit -m fix/x docs/a", &["docs/a"], &[]),
        ("git --git-dir docs --work-tree=src status", &["docs", "src"], &[]),
        ("git --git-dir=docs status", &["docs"], &[]),
        ("git grep x main", &["main"], &[]),
        ("git log origin/main..HEAD", &[], &[]),
    ]);
}

#[test]
fn a_variable_names_what_the_text_gives_it_and_else_nobody_knows_what() {
    each(&[
        ("x=docs; cat $x", &["docs"], &[]),
        ("for f in docs src; do rm -r \"$f\"; done", &[], &["src", "docs"]),
        ("for f in docs; do cat $f/a.md; done", &["docs/a.md"], &[]),
        ("x='a /etc/passwd'; cat $x", &["a /etc/passwd", "/etc/passwd", "a"], &[]),
        ("cat $x", &["$x"], &[]),
        ("cat src/$x", &["src/$x", "$x"], &[]),
        ("cat ${x%.ts}", &["./${x%.ts}", "$x"], &[]),
        ("source env; x=docs; cat $x", &["env", "$x"], &[]),
        ("echo $x", &[], &[]),
        ("cat $HOME/a", &["$HOME/a"], &[]),
        ("cat {/etc/passwd,x}", &["/etc/passwd", "x"], &[]),
        ("cat src/{a,b}.rs", &["src/a.rs", "src/b.rs"], &[]),
        ("echo a > $HOME/x", &["$HOME/x"], &[]),
        // What a command prints is a name like any other.
        ("for f in $(git ls-files); do cat $f; done", &["./$f"], &[]),
        ("git ls-files | while read f; do cat \"$f\"; done", &["./$f"], &[]),
        ("wc -l $(git ls-files)", &["./$(git ls-files)"], &[]),
    ]);
    assert!(read_shell(&format!("x=docs; cat {}", "$x".repeat(3_000))).is_ok());
    assert!(read_shell(&format!("cat {}", "{a,b}".repeat(3_000))).is_ok());
    assert!(read_shell(&format!("cat {}", "{a,".repeat(3_000))).is_ok());
    let values = format!("for f in {}; do cat {}; done", "a ".repeat(20_000), "$f ".repeat(20_000));
    assert!(read_shell(&values).unwrap().paths.contains(&"$_".to_owned()));
    // Nobody can tell them all, and looking for them ends in good time.
    assert!(read_shell(&format!("cat {}", "{a,b}".repeat(20))).unwrap().paths.contains(&"$_".to_owned()));
    let many = format!("cat {}", format!("{}}}{} ", "{a,".repeat(600), "$x".repeat(600)).repeat(80));
    assert!(read_shell(&many).is_ok());
    assert!(read_shell("x=a$y; y=b$x; cat $x").is_ok());
}

#[test]
fn a_test_of_several_parts_is_read_where_no_shell_takes_a_part_for_a_command() {
    for text in [
        "[[ -f a && -f b ]]",
        "[[ -f a || -d b ]]",
        "[[ $x == y ]]",
        "[[ -f a || ! -d b ]]",
        "[[ \"$x\" == y && -n \"$z\" ]]",
        "[[ -f a && \"$x\" == y ]] && git status",
    ] {
        allows(&["git status"], text);
    }
    for text in [
        "[[ -f a || curl ]]",
        "[[ -f a && -f b || curl ]]",
        "[[ -f a || $x == y ]]",
        "[[ -f a || \"$x\" ]]",
        "[[ -f a && $(curl x) ]]",
        "[[ -f a && || curl ]]",
        "[[ -f a && (-f b) ]]",
        "[[ -f a && $x -eq 1 ]]",
        "[[ -f a & curl x ]]",
        "[[ -f a && -f b ]] && curl x",
    ] {
        denies(&["git status"], text);
    }
}
