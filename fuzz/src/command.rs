//! Commands: reading twice is reading once, a word in quotes is the word of an argument vector, a command that follows
//! another one is never overlooked, and a grant admits the words that it names.

use std::sync::LazyLock;

use mcp_remit::decision::command::{CommandSet, read_argv, read_shell};
use mcp_remit::model::effects::{CommandEffect, SimpleCommand, Word};

static GRANT: LazyLock<CommandSet> =
    LazyLock::new(|| CommandSet::parse(&["git status".into(), "cargo test **".into()]).expect("patterns"));

/// What needs no grant.
const HARMLESS: [&str; 10] = ["true", "false", ":", "exit", "return", "break", "continue", "[", "[[", "test"];

pub fn check(bytes: &[u8]) {
    let text = super::text(bytes);
    let once = read_shell(&text);
    assert_eq!(once, read_shell(&text));
    let _ = CommandSet::parse(&[text.clone().into_owned()]);
    if let Ok(effect) = &once {
        let harmless =
            effect.commands.iter().all(|command| HARMLESS.contains(&command.words.first().map_or("", literal)));
        assert!(harmless || CommandSet::default().check(effect).is_err(), "no grant admits {text:?}");
        admitted(effect);
        for planted in [format!("{text}\n\nplanted now"), format!("planted now\n{text}")] {
            if let Ok(both) = read_shell(&planted) {
                assert!(both.commands.iter().any(is_planted), "a command is overlooked in {planted:?}: {both:?}");
            }
        }
    }
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let argv = read_argv(&words);
    assert_eq!(argv, read_argv(&words));
    if let Ok(argv) = &argv {
        admitted(argv);
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    if let (Ok(argv), Ok(shell)) = (argv, read_shell(&quoted.join(" "))) {
        assert_eq!(argv.commands, shell.commands);
        assert_eq!(argv.paths, shell.paths);
    }
}

/// What the grant admits runs nothing but what it names.
fn admitted(effect: &CommandEffect) {
    if GRANT.check(effect).is_err() {
        return;
    }
    for command in &effect.commands {
        let words: Vec<&str> = command.words.iter().map(literal).collect();
        let granted = words == ["git", "status"] || words.starts_with(&["cargo", "test"]);
        assert!(granted || HARMLESS.contains(&words.first().copied().unwrap_or_default()), "admitted: {words:?}");
    }
}

fn literal(word: &Word) -> &str {
    match word {
        Word::Literal(text) => text,
        Word::Dynamic(_) => "",
    }
}

fn is_planted(command: &SimpleCommand) -> bool {
    command.words.iter().map(literal).eq(["planted", "now"])
}
