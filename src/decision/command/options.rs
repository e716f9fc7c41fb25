//! The options of programs that run other programs, as far as finding those takes.

use crate::model::effects::Word;

/// How a wrapper's own words end and those of the command begin.
pub(super) struct Wrapper {
    pub names: &'static [&'static str],
    /// Short options without a value.
    pub flags: &'static str,
    /// Short options with one, in the same word or the next.
    pub valued: &'static str,
    /// Long options without a value.
    pub long_flags: &'static [&'static str],
    /// Long options with one, after `=` or in the next word.
    pub long_valued: &'static [&'static str],
    /// Words of its own before the command.
    pub operands: usize,
}

const fn wrapper(
    names: &'static [&'static str],
    flags: &'static str,
    valued: &'static str,
    operands: usize,
) -> Wrapper {
    Wrapper { names, flags, valued, long_flags: &[], long_valued: &[], operands }
}

const fn with_long(
    wrapper: Wrapper,
    long_flags: &'static [&'static str],
    long_valued: &'static [&'static str],
) -> Wrapper {
    Wrapper { long_flags, long_valued, ..wrapper }
}

/// Programs that run the rest of their words. An option that is not listed makes what they run unknown.
pub(super) const WRAPPERS: &[Wrapper] = &[
    wrapper(&["nohup", "builtin", "noglob", "nocorrect", "busybox", "toybox", "chronic", "-"], "", "", 0),
    with_long(wrapper(&["nice"], "0123456789", "n", 0), &[], &["--adjustment"]),
    with_long(wrapper(&["ionice"], "t", "cn", 0), &["--ignore"], &["--class", "--classdata"]),
    with_long(
        wrapper(&["timeout", "gtimeout"], "fpv", "ks", 1),
        &["--foreground", "--preserve-status", "--verbose"],
        &["--kill-after", "--signal"],
    ),
    with_long(
        wrapper(&["time", "gtime"], "pvaVlhq", "fo", 0),
        &["--portability", "--verbose", "--append", "--quiet"],
        &["--format", "--output"],
    ),
    with_long(wrapper(&["stdbuf", "gstdbuf"], "", "ioe", 0), &[], &["--input", "--output", "--error"]),
    with_long(wrapper(&["setsid"], "cfw", "", 0), &["--ctty", "--fork", "--wait"], &[]),
    wrapper(&["exec"], "cl", "a", 0),
    wrapper(&["command"], "p", "", 0),
    with_long(
        wrapper(&["env", "genv"], "i0v", "uC", 0),
        &["--ignore-environment", "--null", "--debug"],
        &["--unset", "--chdir"],
    ),
    with_long(
        wrapper(&["sudo", "sudo-rs"], "AbEHnPSkBis", "ugpCcDhRrTtU", 0),
        &[
            "--askpass",
            "--background",
            "--preserve-env",
            "--set-home",
            "--non-interactive",
            "--preserve-groups",
            "--stdin",
            "--reset-timestamp",
            "--login",
            "--shell",
            "--bell",
        ],
        &[
            "--user",
            "--group",
            "--prompt",
            "--close-from",
            "--chdir",
            "--host",
            "--role",
            "--type",
            "--command-timeout",
        ],
    ),
    wrapper(&["doas"], "ns", "uaC", 0),
    wrapper(&["gosu", "su-exec"], "", "", 1),
    with_long(
        wrapper(&["xargs", "gxargs"], "0rtxpo", "adEILnPsJRS", 0),
        &["--null", "--no-run-if-empty", "--verbose", "--interactive", "--exit", "--open-tty"],
        &["--arg-file", "--delimiter", "--max-args", "--max-procs", "--max-chars"],
    ),
    with_long(
        wrapper(&["watch"], "bdegtcxwC", "nq", 0),
        &["--beep", "--color", "--no-title", "--errexit", "--chgexit", "--exec", "--precise", "--no-wrap"],
        &["--interval"],
    ),
    wrapper(&["ssh"], "46AaCfGgKkMNnqsTtVvXxYy", "BbcDEeFIiJLlmOopQRSWw", 1),
    with_long(
        wrapper(&["flock"], "eosxnuFv", "wE", 1),
        &["--exclusive", "--shared", "--nonblock", "--close", "--no-fork", "--verbose"],
        &["--timeout", "--conflict-exit-code"],
    ),
];

/// The index of the first word of the command, if it has one. `Err`: it cannot be told.
pub(super) fn command_start(wrapper: &Wrapper, words: &[Word]) -> Result<Option<usize>, ()> {
    let mut at = past_options(wrapper, words, 1)?;
    if at >= words.len() {
        return Ok(None);
    }
    at += wrapper.operands;
    if wrapper.names.contains(&"ssh") {
        at = past_options(wrapper, words, at)?;
    } else if wrapper.operands > 0 && words.get(at) == Some(&Word::Literal("--".into())) {
        at += 1;
    }
    Ok(Some(at).filter(|at| *at < words.len()))
}

/// The index of the first word from there on that is no option of the wrapper's own, or the number of all words.
pub(super) fn past_options(wrapper: &Wrapper, words: &[Word], from: usize) -> Result<usize, ()> {
    let mut at = from;
    let takes_assignments = wrapper.names.contains(&"env") || wrapper.names.contains(&"sudo");
    loop {
        match words.get(at) {
            None => return Ok(at),
            // Behind the host, what does not begin with a variable is no option.
            Some(Word::Dynamic(source)) if from > 1 && begins_plainly(source) => return Ok(at),
            Some(Word::Dynamic(_)) => return Err(()),
            Some(Word::Literal(word)) if word == "--" => return Ok(at + 1),
            Some(Word::Literal(word)) if word == "-" && takes_assignments => at += 1,
            Some(Word::Literal(word)) if word.len() > 1 && word.starts_with('-') => at += option_length(wrapper, word)?,
            Some(Word::Literal(_)) => return Ok(at),
        }
    }
}

fn begins_plainly(source: &str) -> bool {
    source.trim_start_matches('"').starts_with(|c: char| c.is_ascii_alphanumeric() || "/.~_".contains(c))
}

/// How many words the option takes.
fn option_length(wrapper: &Wrapper, word: &str) -> Result<usize, ()> {
    if word.starts_with("--") {
        let (name, has_value) = word.split_once('=').map_or((word, false), |(name, _)| (name, true));
        return match () {
            () if wrapper.long_valued.contains(&name) => Ok(if has_value { 1 } else { 2 }),
            () if wrapper.long_flags.contains(&name) => Ok(1),
            () => Err(()),
        };
    }
    let mut letters = word.trim_start_matches('-').chars();
    while let Some(letter) = letters.next() {
        if wrapper.valued.contains(letter) {
            return Ok(if letters.as_str().is_empty() { 2 } else { 1 });
        }
        if !wrapper.flags.contains(letter) {
            return Err(());
        }
    }
    Ok(1)
}
