//! Length, depth, and what is refused.

use super::*;

#[test]
fn what_shells_read_differently_is_refused() {
    for text in [
        "echo a\0b",
        "echo a\rcurl x",
        "echo\u{a0}a",
        "echo 'open",
        "echo \"open",
        "echo $(open",
        "echo `open",
        "echo (a)",
        "echo a(b)",
        "(echo a",
        "echo a)",
        "{ echo a",
        "if true; then",
        "fi",
        "; echo a",
        "&& echo a",
        "echo a &&",
        "echo a | ",
        "select x in a; do echo; done",
        "coproc echo a",
        "echo @(a|b)",
        "echo *(e:'curl x':)",
        "for x (a b) echo $x",
        "case a in a) echo",
        "echo a &| curl x",
        "while true; do",
        "echo ${x:-{a}}",
        "f() echo a",
        "echo <(a",
        "echo ;; a",
        "echo }; }",
    ] {
        assert!(read_shell(text).is_err(), "{text:?} is read: {:?}", read_shell(text));
    }
}

#[test]
fn ten_thousand_patterns_are_one_tree() {
    let patterns: Vec<String> = (0..10_000).map(|n| format!("cargo run --bin x{n} **")).collect();
    let set = CommandSet::parse(&patterns).unwrap();
    set.check(&read_shell("cargo run --bin x9999 -v").unwrap()).unwrap();
    assert!(set.check(&read_shell("cargo run --bin y").unwrap()).is_err());
}

#[test]
fn depth_and_length_are_refused_and_not_a_crash() {
    let n = 10_000;
    for text in [
        "(".repeat(n),
        "$(".repeat(n),
        "`".repeat(n),
        "{ ".repeat(n),
        "if ".repeat(n),
        "\"$(".repeat(n),
        "${x:-".repeat(n),
        "((".repeat(n),
        "$((".repeat(n),
        "! ".repeat(n),
        "<(".repeat(n),
        "a <<E\n".repeat(n / 2),
        "a;".repeat(n),
        "a|".repeat(n),
        "a=".repeat(n),
        "\\".repeat(n),
        "case a in ".repeat(n / 2),
        "f() ".repeat(n),
        "sudo ".repeat(n),
        "eval ".repeat(n),
        "find -exec ".repeat(n / 2),
        "sed 's".repeat(n / 2),
        "cd a; ".repeat(n / 2),
        "*".repeat(n),
        "a".repeat(super::super::MAX_LENGTH + 1),
        format!("{}curl{}", "bash -c '".repeat(20), "'".repeat(20)),
    ] {
        if let Ok(read) = read_shell(&text) {
            let _ = set(&["sudo **", "a", "eval **"]).check(&read);
        }
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let _ = read_argv(&words);
    }
    assert!(read_shell(&"$(".repeat(n)).unwrap_err().contains("deep"));
}

#[test]
fn what_joins_words_is_bounded_by_what_it_joins() {
    let long = "a".repeat(60_000);
    let numbered = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
    let names = |count: usize| (0..count).map(|n| format!("-name {n}.x")).collect::<Vec<_>>().join(" -o ");
    let doubling: String = (0..40).map(|n| format!("v{n}=$v{}$v{};", n + 1, n + 1)).collect();
    for text in [
        format!("tar cf x {}", "-C a b ".repeat(20_000)),
        format!("tar cf x -C {long} {}", numbered(20_000)),
        format!("cp {} {long}", numbered(20_000)),
        format!("cp -t {long} {}", numbered(20_000)),
        format!("curl -O --output-dir {long} {}", numbered(20_000).replace(' ', ".x ")),
        format!("find {long} {}", names(8_000)),
        format!("cd {long}; cat {}", numbered(20_000)),
        format!("git -C {long} add {}", numbered(20_000)),
        format!("v={long}; cat {}", numbered(10_000).replace(' ', " $v/")),
        format!("{doubling} cat $v0"),
        "a=$b; b=$a; cat $a".to_owned(),
        "a=$b$b; b=$a$a; cat $a".to_owned(),
    ] {
        let read = read_shell(&text);
        let size: usize = read.iter().flat_map(|read| &read.paths).map(String::len).sum();
        assert!(size < 200_000, "{text:.40}: {size}");
    }
    let open = read_shell("a=$b; b=$a; cat $a").unwrap().paths;
    assert!(open.contains(&"$_".to_owned()), "a value that never ends lies within no grant: {open:?}");
    assert_eq!(read_shell("tar cf x -C a b -C ../c d").unwrap().paths, ["x", "a", "a/b", "a/../c", "a/../c/d"]);
}
