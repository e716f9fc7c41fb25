//! How far a wildcard reaches.

use super::*;

#[test]
fn a_star_inside_a_word_stays_in_its_folder() {
    for (granted, inside, outside) in [
        ("cat src/*", "cat src/a.rs", "cat src/../../../etc/passwd"),
        ("cat src/*", "cat src/.a..b", "cat src/.."),
        ("cat src/*", "cat src/a", "cat src/a/../../b"),
        ("cat src/*", "cat src/a", "cat src/a/b"),
        ("cat src/*", "cat src/a", "cat src/."),
        ("cat src/.*", "cat src/.gitignore", "cat src/.."),
        ("cat src/*.rs", "cat src/a.b.rs", "cat src/../a.rs"),
        ("cat src/*/a.rs", "cat src/b/a.rs", "cat src/../a.rs"),
        ("cat src/*/a.rs", "cat src/b/a.rs", "cat src//a.rs"),
        ("cat */a.rs", "cat src/a.rs", "cat /a.rs"),
        ("cat s*", "cat src", "cat s/../../etc/passwd"),
        ("python3 scripts/*.py", "python3 scripts/a.py", "python3 scripts/../../../tmp/evil.py"),
        ("ls -I*", "ls -Ia", "ls -I.."),
        ("ls -I*/a", "ls -Ib/a", "ls -I../a"),
        ("npm run test:*", "npm run test:unit", "npm run test:../x"),
        ("type 'src\\'*", "type 'src\\a'", "type 'src\\..\\..\\a'"),
        ("cat src/*", "cat src/a", "cat 'src/..\\..\\a'"),
        ("cat src/*", "cat src/a", "cat 'src\\a'"),
        ("cat src/*-*.rs", "cat src/a-b-c.rs", "cat src/a-/b.rs"),
        ("git log main..*", "git log main..dev", "git log main../x"),
    ] {
        allows(&[granted], inside);
        denies(&[granted], outside);
    }
    // A word that is a star is any one word, as written in the policy.
    allows(&["cat *"], "cat src/../a");
}

#[test]
fn thousands_of_stars_are_one_way_through_the_word() {
    let pattern = format!("cat {}b", "a*".repeat(2_000));
    let text = format!("cat {}", "a".repeat(200_000));
    denies(&[&pattern], &text);
    denies(&["cat */*/*a*b"], &format!("cat {}", "aa/".repeat(60_000)));
}

#[test]
fn sed_writes_in_place_where_the_grant_says_so() {
    for option in ["-i", "--in-place", "-ni", "-Ei", "-i.bak", "--in-place=.bak", "--in-pl"] {
        denies(&["sed **"], &format!("sed {option} d src/a.rs"));
        denies(&["sed -n **", "sed * d *", "sed -n * d *"], &format!("sed -n {option} d src/a.rs"));
        denies(&["sed -n **"], &format!("sed -n d src/a.rs {option}"));
    }
    allows(&["sed -n **"], "sed -n d src/a.rs");
    allows(&["sed -i **"], "sed -i d src/a.rs");
    allows(&["sed --in-place **"], "sed --in-place d src/a.rs");
    denies(&["sed -i **"], "sed -i 'w docs' src/a.rs");
}

#[test]
fn a_program_that_looks_writes_where_the_grant_says_so() {
    for (granted, looks, writes) in [
        ("yq **", "yq .a x.yaml", "yq -i .a=1 x.yaml"),
        ("yq **", "yq .a x.yaml", "yq --inplace .a=1 x.yaml"),
        ("tree **", "tree src", "tree -o docs src"),
        ("shuf **", "shuf src/a", "shuf -odocs src/a"),
        ("shuf **", "shuf src/a", "shuf --output=docs src/a"),
        ("iconv **", "iconv -f latin1 a", "iconv -f latin1 a -o b"),
    ] {
        allows(&[granted], looks);
        denies(&[granted], writes);
    }
}
