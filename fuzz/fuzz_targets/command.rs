//! No text is a crash, reading twice is reading once, and a word in single quotes is the word of an argument vector.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_remit::decision::command::{CommandSet, read_argv, read_shell};

fuzz_target!(|text: &str| {
    let once = read_shell(text);
    assert_eq!(once, read_shell(text));
    if let Ok(effect) = once {
        let _ = CommandSet::default().check(&effect);
    }
    let _ = CommandSet::parse(&[text.to_owned()]);
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let argv = read_argv(&words);
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    if let (Ok(argv), Ok(shell)) = (argv, read_shell(&quoted.join(" "))) {
        assert_eq!(argv.commands, shell.commands);
    }
});
