//! Words that look like places and are compared, set or printed.

use super::surroundings::judges;
use super::*;

#[test]
fn a_test_of_words_reads_no_file_and_a_test_of_a_file_looks_at_one() {
    judges(
        &[
            "[ \"$a\" = \"/etc\" ]",
            "test x = /etc",
            "[ \"$x\" != /etc -a -f src/a ]",
            "[ -n /etc ] && [ ! -z /etc/shadow ]",
            "[ /etc ]",
            "[[ $x == /etc && -d src ]]",
            "[[ /etc/shadow =~ ^/etc ]]",
            "[ -f \"$f\" ] && cat src/a",
            "[ src/a -nt src/b ]",
            "if [ ! -d node_modules ]; then npm ci; fi",
        ],
        &[
            "[ -f /etc/shadow ]",
            "[ ! -e /etc/shadow ]",
            "test -r /etc/shadow",
            "[ \"$x\" != /etc -a -f /etc/shadow ]",
            "[ -n x -o -s /etc/shadow ]",
            "[[ $x == /etc && -f /etc/shadow ]]",
            "[ a -nt /etc/shadow ]",
            "[ /etc/shadow -ef a ]",
            "[ -f secret ]",
            "[ -d ~/.ssh ]",
            "[ \"$(cat secret)\" = x ]",
        ],
    );
}

#[test]
fn a_setting_of_git_is_no_file_and_the_file_of_settings_is_one() {
    let narrow = Under::policy("servers: { sh: { allowed_tools: [exec], allowed_paths: [./src] } }");
    for text in [
        "git config user.email",
        "git config --get x.y",
        "git config get user.name",
        "git config --global user.email ada@example.org",
        "git config set user.name Ada",
        "git config core.hooksPath src/hooks",
    ] {
        narrow.allows("sh", "exec", json!({"command": text}));
    }
    for text in [
        "git config -f docs x.y",
        "git config --file=docs x.y",
        "git config --file docs/a x.y",
        "git config --blob HEAD:docs/a -l",
        "git config core.hooksPath /tmp/x",
    ] {
        narrow.denies("sh", "exec", json!({"command": text}), "servers.sh.allowed_paths");
    }
    let commands =
        Under::policy("servers: { sh: { tools: { exec: { args: { command: { commands: [\"git config **\"] } } } } } }");
    for text in ["git config user.email", "git config --global --show-origin user.name", "git config --get x.y"] {
        commands.allows("sh", "exec", json!({"command": text}));
    }
    for text in ["git config core.pager 'sh -c id'", "git config --unset user.name", "git config alias.x=y"] {
        commands.denies_any("sh", "exec", json!({"command": text}));
    }
}

#[test]
fn a_pattern_of_git_and_a_value_of_jq_are_no_places() {
    super::surroundings::judges(
        &[
            "git blame -L '/fn main/,+10' src/f",
            "git log -L '/fn main/,+10:src/f'",
            "git log -G '/etc/.*'",
            "git log -S /etc/passwd -- src",
            "git log --grep /etc",
            "git grep -e /etc/passwd -- src",
            "jq --arg p /api/v1 '.[$p]' a",
            "jq --argjson p '\"/api\"' '.[$p]' a",
        ],
        &[
            "git blame -L '/fn main/,+10' secret",
            "git log -L '/fn main/,+10:secret'",
            "git log -L 1,5:secret",
            "git log -G x -- secret",
            "git grep -e x -- secret",
            "git grep -e x --no-index /etc/passwd",
            "git blame -S /etc/passwd src/a",
            "jq --arg p /api/v1 . /etc/passwd",
            "jq --rawfile p /etc/passwd . a",
        ],
    );
}
