//! What scripts of awk, sed and jq open and run, each with its honest neighbour.

use super::surroundings::judges;

#[test]
fn a_file_that_awk_opens_is_a_place_and_a_comparison_is_none() {
    judges(
        &[
            "awk '$1 > 5' a",
            "awk '$1 > max {max=$1} END{print max}' a",
            "awk -F: '$3 >= 1000 {print $1}' a",
            "awk '{ print ($1 > 5) ? \"a\" : \"b\" }' a",
            "awk '{print > \"out.txt\"}' a",
            "awk '{print $1 \" -> \" $2}' a",
            "awk '{print \"<\" $1 \">\"; print \"/etc/\" $2}' a",
            "awk 'BEGIN { while ((getline line < \"src/a\") > 0) n++ }'",
            "awk '/\"a|b\"/ {c++} END {print c / NR > \"/dev/stderr\"}' a",
            "awk '{print $1 | \"sort -u\"}' a",
            "awk \"NR>1 {print \\$1}\" a",
            "awk '{ getline; print }' a",
        ],
        &[
            "awk 'BEGIN{getline l < \"secret\"}'",
            "awk 'BEGIN{f=\"sec\" \"ret\"; getline l < f}'",
            "awk 'BEGIN{getline l < (\"sec\" \"ret\")}'",
            "awk 'BEGIN{getline<\"sec\" \"ret\"}'",
            "awk -v f=secret 'BEGIN{getline l < f}'",
            "awk 'BEGIN{getline l < ENVIRON[\"X\"]}'",
            "awk '{print > \"secret\"}' a",
            "awk '{print a, b >> (\"secret\")}' a",
            "awk '{print > $1}' a",
            "awk '{print > \"src/\" $1}' a",
            "awk '{printf(\"%s\", $1) > \"sec\\x72et\"}' a",
            "awk 'BEGIN{\"cat secret\" | getline x}'",
            "awk 'BEGIN{system(\"cat secret\")}'",
            "awk 'BEGIN{c=\"cat \"; system(c \"secret\")}'",
            "awk '{print | \"tee secret\"}' a",
            "awk '@include \"secret\"'",
            "awk 'BEGIN{ARGV[1]=sub(/x/,\"y\")}' a",
            "awk 'BEGIN{split(\"x secret\",ARGV)}1' a",
            "awk 'BEGIN{if(1)/\"/;getline x<\"secret\";y=\"/\"}' a",
            "p='{print > \"secret\"}'; awk \"$p\" a",
        ],
    );
    // A command within a script needs its own grant.
    let under = super::Under::policy(
        "servers: { sh: { tools: { exec: { args: { command: { commands: \
         [\"awk '{print | \\\"sort\\\"}' **\", \"awk '{print | \\\"tee x\\\"}' **\", sort] } } } } } }",
    );
    under.allows("sh", "exec", super::json!({"command": "awk '{print | \"sort\"}' a"}));
    under.denies_any("sh", "exec", super::json!({"command": "awk '{print | \"tee x\"}' a"}));
}

#[test]
fn a_file_that_sed_reads_or_writes_is_a_place_however_it_is_written() {
    judges(
        &[
            "sed 's/wr/rw/g' a",
            "sed 's/foo r/bar w/' a",
            "sed -n '/re/,/we/p' a",
            "sed 's|a|b|w out.txt' a",
            "sed -e '/x/a\\\ntext with w and r' a",
            "sed '1i e r w' a",
            "sed 's/[/]/x/' a",
            "sed -n \"${n}p\" a",
            "sed \"s/x/$y/\" a",
            "sed -n '${p}' a",
        ],
        &[
            "sed rsecret a",
            "sed '1rsecret' a",
            "sed '1{r secret' -e '}' a",
            "sed 'Rsecret' a",
            "sed 'wsecret' a",
            "sed -n '/x/wsecret' a",
            "sed 's/x/y/wsecret' a",
            "sed 's/[/]/x/;w secret' a",
            "sed 's/x/y/;rsecret' a",
            "sed '\\,x,rsecret' a",
            "sed 's/x/cat secret/e' a",
            "sed 'ecat secret' a",
            "sed '1e cat secret' a",
            "sed e a",
            "sed \"s/x/$y/w secret\" a",
            "s='r secret'; sed \"$s\" a",
        ],
    );
}

#[test]
fn a_module_of_jq_and_what_yq_loads_are_places() {
    judges(
        &[
            "jq .import a",
            "jq '.included | map(.search)' a",
            "jq -L src 'include \"x\"; y' a",
            "gojq .a src/b",
            "yq 'load(\"src/a.yml\")' a",
        ],
        &[
            "jq 'import \"secret\" as s; s::x' a",
            "jq 'include \"secret\"; x' a",
            "jq 'import \"secret/a\" as $x; $x' a",
            "jq -L conf 'import \"secret/a\" as $x; $x' a",
            "jq 'import \"secret\" as $x {search: \"./conf\"}; $x' a",
            "jq 'import \"a\" as x {\"search\": \"secr\" + \"et\"}; .' a",
            "jq -L secret -n 1",
            "jq -n --slurpfile a secret '$a'",
            "gojq --rawfile a secret .",
            "jaq -f secret",
            "yq 'load(\"sec\" + \"ret\")' a",
        ],
    );
}

#[test]
fn a_script_that_nobody_has_seen_may_open_anything() {
    judges(
        &[
            "sed -f src/x.sed a",
            "awk -f src/x.awk a",
            "grep -f - src/a <<'X'\nfoo\nX",
            "sed -i.bak 's/a/b/' src/a",
            "sed -i'old/*' 's/a/b/' src/a",
            "sed --in-place=.orig 's/a/b/' src/a",
        ],
        &[
            "sed -f - f <<'X'\nr secret\nX",
            "sed -f- f < src/a",
            "sed --file=- f < src/a",
            "awk -f - f <<'X'\n{getline x < \"secret\"}\nX",
            "awk -f /dev/stdin f < src/a",
            "awk --file /dev/fd/0 f < src/a",
            "awk -f <(echo x) f",
            "sed -f<(echo x) f",
            "sed -i'secret/*' p f",
            "sed -i'conf/*' p src/secret",
            "sed -i'secret/a' p f",
            "sed -i'se*' p cret",
            "sed --in-place='secret/*' p f",
        ],
    );
}

#[test]
fn a_script_that_compares_and_prints_runs_nothing() {
    let under =
        super::Under::policy("servers: { sh: { tools: { exec: { args: { command: { commands: [\"**\"] } } } } } }");
    for text in [
        "awk 'NR>=10 && NR<=20' f",
        "awk '$5 > \"80%\" {print $6}' f",
        "awk '{print FNR\": \"$0}' f",
        "awk -v OFS='|' '{print $1, $2}' f",
        "awk -F'|' '{print $2}' f",
        "sed 's/[^/]*$//' f",
        "git switch -c fix/bug-12",
    ] {
        under.allows("sh", "exec", super::json!({"command": text}));
    }
    for text in [
        "awk '{print > \"x\"}' f",
        "awk '{print | \"sh\"}' f",
        "awk -v -v 'BEGIN{system(\"id\")}' f",
        "awk -v x=1 'BEGIN{system(\"id\")}' f",
        "awk -F: '{getline l < \"x\"}' f",
        "awk 'BEGIN{@f()}' f",
        "awk -f x f",
        "sed 's/[^/]*$/id/e' f",
        "sed 's/[^/]*$//w x' f",
        "sed -n '1e id' f",
        "git -c core.pager=id switch main",
        "git clone -c core.pager=id x",
    ] {
        under.denies_any("sh", "exec", super::json!({"command": text}));
    }
}

#[test]
fn a_script_of_many_names_is_read_to_its_end_or_denied() {
    let many = |part: &dyn Fn(usize) -> String, count: usize| (0..count).map(part).collect::<String>();
    judges(
        &[&format!("cat src/a{}", " | cat".repeat(30_000))],
        &[
            &format!("yq '{}(x)' a", "load".repeat(60_000)),
            &format!("sed '{}' secret", many(&|at| format!("r a{at}\n"), 25_000)),
            &format!("awk 'BEGIN{{{}}}' a", "getline x ".repeat(25_000)),
            &format!("awk 'BEGIN{{{}' a", "ARGV[".repeat(32_000)),
            &format!("jq '{}' a", "import \"a\" as x {search: \"b\"};".repeat(7_000)),
            &format!("jq '{}' a", many(&|at| format!("import \"a{at}\" as x {{search: \"b\"}};"), 6_000)),
        ],
    );
}
