//! Which words are places, however they look.

use super::*;

#[track_caller]
fn reads(text: &str, expected: &[&str]) {
    assert_eq!(read_shell(text).unwrap().paths, expected, "{text}");
}

#[test]
fn a_bare_word_is_a_file_where_the_program_takes_files() {
    reads("grep -rn x docs", &["docs"]);
    reads("grep -A 3 x docs", &["docs"]);
    reads("grep -e x docs README", &["docs", "README"]);
    reads("grep -fREADME src/a.rs", &["README", "src/a.rs"]);
    reads("grep -nfREADME src/a.rs", &["README", "src/a.rs"]);
    reads("grep --file=README src/a.rs", &["README", "src/a.rs"]);
    reads("grep --exclude-fr=README x src/a.rs", &["README", "src/a.rs"]);
    reads("sed -n p Makefile", &["Makefile"]);
    reads("sed -i '' p Makefile", &["Makefile"]);
    reads("sed -e p -e d Makefile", &["Makefile"]);
    reads("sed '/^#/d' Makefile", &["Makefile"]);
    reads("awk '{print $1}' Makefile", &["Makefile"]);
    reads("jq .a data", &["data"]);
    reads("cp -tdocs src/a.rs", &["docs", "src/a.rs"]);
    reads("cp -rtdocs src/a.rs", &["docs", "src/a.rs"]);
    reads("cp --target-directory=docs src/a.rs", &["docs", "src/a.rs"]);
    reads("cp --targ=docs src/a.rs", &["docs", "src/a.rs"]);
    reads("make -Cdocs -fevil", &["docs", "docs/evil", "evil"]);
    reads("make -C docs all", &["docs"]);
    reads("git diff --no-index src docs", &["src", "docs"]);
    reads("git -C docs status", &["docs"]);
    reads("git add docs", &["docs"]);
    reads("git checkout -- docs", &["docs"]);
    reads("git grep x docs", &["docs"]);
    reads("git merge -Fdocs x", &["docs"]);
    reads("git restore -s main docs", &["docs"]);
    reads("rg --files docs", &["docs"]);
    reads("ag -A x docs", &["docs"]);
    reads("perl -ne print a.txt", &["a.txt"]);
    reads("jq --arg a b .x data", &["data"]);
    reads("jq --rawfile a README .x data", &["README", "data"]);
    // What is no file stays none.
    reads("grep x", &[]);
    reads("grep -m 1 x src/a.rs", &["src/a.rs"]);
    reads("rg -t rust x src", &["src"]);
    reads("tr / _", &[]);
    reads("git grep x main -- src", &["src"]);
}

#[test]
fn a_search_without_a_place_reads_the_folder_it_stands_in() {
    for text in [
        "grep -r x",
        "grep -Rn x",
        "grep --recursive x",
        "grep -d recurse x",
        "rg x",
        "git grep x",
        "tree",
        "du -s",
        "ls -lR",
        "find",
    ] {
        reads(text, &["."]);
    }
    reads("rg x </dev/null", &["."]);
    for text in ["grep x", "a | grep x", "a | rg x", "a | grep -n x"] {
        reads(text, &[]);
    }
    reads("a | grep -r x", &["."]);
    reads("rg x src", &["src"]);
    reads("find src", &["src"]);
    reads("ls", &[]);
}

#[test]
fn a_revision_is_no_place_and_what_leads_away_is_one() {
    for text in [
        "git diff main..dev",
        "git diff origin/main",
        "git diff origin/main...HEAD",
        "git log v1.0..v1.1",
        "git merge feature/x",
        "git rebase origin/main",
        "git switch fix/a",
    ] {
        reads(text, &[]);
    }
    reads("git diff docs/x", &["docs/x"]);
    reads("git diff -- origin/main", &["origin/main"]);
    reads("git diff ../x", &["../x"]);
    reads("git diff origin/../../x", &["origin/../../x"]);
    reads("git log a/../../x..b", &["a/../../x..b"]);
    reads("git merge /tmp/x", &["/tmp/x"]);
    reads("git diff --no-index main..dev x", &["main..dev", "x"]);
}
