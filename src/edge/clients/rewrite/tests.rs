use proptest::prelude::*;

use super::*;
use crate::model::server::{Launch, Mode};

fn sections() -> Vec<Section> {
    vec![vec!["mcpServers".to_owned()]]
}

fn key(name: &str) -> Key {
    (vec!["mcpServers".to_owned()], name.to_owned())
}

fn wrap_in(mode: &str) -> Wrap {
    let settings = ["proxy", "--mode", mode, "--server", "s", "--traces", "/t \"x\""].map(str::to_owned).to_vec();
    Wrap { program: "/opt/a b/remit".to_owned(), settings }
}

/// Wraps every server that can be.
fn wrap_all(text: &str) -> Rewritten {
    let entries = servers(text, &sections()).unwrap();
    let wanted = entries.iter().map(|entry| ((entry.section.clone(), entry.name.clone()), wrap_in("record"))).collect();
    wrap(text, &sections(), &wanted).unwrap()
}

#[test]
fn only_command_and_args_change() {
    let text = r#"{"mcpServers": {"s": {"env": {"T": "${input:t}"}, "command": "npx", "args": ["-y"], "x": 1.0}}}"#;
    let wrapped = wrap_all(text);
    assert_eq!(
        wrapped.text,
        r#"{"mcpServers": {"s": {"env": {"T": "${input:t}"}, "command": "/opt/a b/remit", "args": ["proxy", "--mode", "record", "--server", "s", "--traces", "/t \"x\"", "--", "npx", "-y"], "x": 1.0}}}"#
    );
    assert_eq!(undo(&wrapped.text, &wrapped.undo).unwrap(), text);
    assert_eq!(unwrap(&wrapped.text, &sections(), &BTreeSet::new()).unwrap(), text);
}

#[test]
fn what_is_remembered_holds_nothing_of_the_file() {
    let text = r#"{"mcpServers": {"s": {"command": "made-up-secret", "args": ["made-up-secret"]}}}"#;
    let remembered = serde_json::to_string(&wrap_all(text).undo).unwrap();
    assert!(!remembered.contains("made-up"), "{remembered}");
}

#[test]
fn arguments_that_were_not_there_go_away_again() {
    for text in [
        r#"{"mcpServers": {"s": {"command": "a"}}}"#,
        "{\"mcpServers\": {\"s\": {\"command\": \"a\", // why\n \"env\": {}}}}",
        "{\"mcpServers\": {\"s\": {\"command\": \"a\" /* x */ , }}}",
    ] {
        let wrapped = wrap_all(text);
        assert_eq!(wrapped.added, BTreeSet::from([key("s")]));
        assert_eq!(unwrap(&wrapped.text, &sections(), &wrapped.added).unwrap(), text);
        let without_memory = unwrap(&wrapped.text, &sections(), &BTreeSet::new()).unwrap();
        assert!(without_memory.contains("\"args\": []"), "{without_memory}");
    }
}

#[test]
fn added_arguments_that_the_user_filled_stay() {
    let text = r#"{"mcpServers": {"s": {"command": "a"}}}"#;
    let wrapped = wrap_all(text);
    let edited = wrapped.text.replace("\"a\"]", "\"a\", \"--new\"]");
    let unwrapped = unwrap(&edited, &sections(), &wrapped.added).unwrap();
    assert_eq!(unwrapped, r#"{"mcpServers": {"s": {"command": "a", "args": ["--new"]}}}"#);
}

#[test]
fn a_formatter_that_moves_everything_does_no_harm() {
    let text = r#"{"mcpServers":{"s":{"command":"a","args":["b"]},"t":{"command":"c"}}}"#;
    let wrapped = wrap_all(text);
    let value: serde_json::Value = serde_json::from_str(&wrapped.text).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let back = unwrap(&pretty, &sections(), &wrapped.added).unwrap();
    let (back, before): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&back).unwrap(), serde_json::from_str(text).unwrap());
    assert_eq!(back, before);
    // One that puts a comma behind the last argument.
    let with_comma = wrapped.text.replace("\"c\"]", "\"c\",]");
    assert!(unwrap(&with_comma, &sections(), &BTreeSet::new()).unwrap().contains("\"args\": []"));
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    for text in [
        r#"{"mcpServers": {"s": {"command": "a"}, "s": {"command": "b"}}}"#,
        r#"{"mcpServers": {"s": {"command": "a"}}, "mcpServers": {}}"#,
        r#"{"mcpServers": {"s": {"command": "a"}, "\u0073": {"command": "b"}}}"#,
    ] {
        assert!(matches!(servers(text, &sections()), Err(Refusal::Twice { line: 1, .. })), "{text}");
    }
    let elsewhere = r#"{"mcpServers": {"s": {"command": "a", "env": {"A": "1", "A": "2"}}}, "x": 1, "x": 2}"#;
    assert_eq!(undo(&wrap_all(elsewhere).text, &wrap_all(elsewhere).undo).unwrap(), elsewhere);
}

#[test]
fn steps_that_do_not_fit_are_not_taken() {
    let step = |at, len, from| Undo { at, len, from };
    assert_eq!(undo("abc", &[step(5, 1, None)]), None);
    assert_eq!(undo("abc", &[step(0, usize::MAX, None)]), None);
    assert_eq!(undo("abc", &[step(0, 1, Some((usize::MAX, 2)))]), None);
    assert_eq!(undo("äbc", &[step(1, 1, None)]), None);
    assert_eq!(undo("abc", &[step(2, 1, None), step(0, 1, None)]), None);
}

/// Between two tokens.
const GAPS: [&str; 9] = ["", " ", "\n\t", "\r\n  ", "", "/* , ] } */", " // \"args\": [\n", "\n", " /**/ "];

/// A server as the generator makes it.
#[derive(Debug, Clone)]
struct Made {
    command: String,
    args: Option<Vec<String>>,
    args_first: bool,
    disabled: bool,
}

fn made() -> impl Strategy<Value = Made> {
    let word = prop_oneof![".{0,12}", Just("--".to_owned()), Just("proxy".to_owned()), Just("remit".to_owned())];
    let command = prop_oneof![Just("npx".to_owned()), "[a-z/\\\\ \"${}é]{1,12}[a-z]", Just("remit".to_owned())];
    let args = proptest::option::of(proptest::collection::vec(word, 0..4));
    (command, args, any::<bool>(), any::<bool>()).prop_map(|(command, args, args_first, disabled)| Made {
        command,
        args,
        args_first,
        disabled,
    })
}

/// Writes servers as JSON with comments, with a gap of the generator's between any two tokens.
fn write(servers: &BTreeMap<String, Made>, gaps: &[usize], trailing: bool) -> String {
    let mut next = gaps.iter().cycle();
    let mut gap = || GAPS[*next.next().unwrap() % GAPS.len()];
    let mut text = String::new();
    let mut put = |token: &str| {
        text.push_str(gap());
        text.push_str(token);
    };
    let comma = if trailing { "," } else { "" };
    put("{");
    put("\"mcpServers\"");
    put(":");
    put("{");
    for (at, (name, made)) in servers.iter().enumerate() {
        put(&quoted(name));
        put(":");
        put("{");
        let mut members: Vec<Vec<String>> = vec![vec!["\"command\"".into(), ":".into(), quoted(&made.command)]];
        if let Some(args) = &made.args {
            let mut tokens = vec!["\"args\"".to_owned(), ":".to_owned(), "[".to_owned()];
            for (at, word) in args.iter().enumerate() {
                tokens.push(quoted(word));
                if at + 1 < args.len() || trailing {
                    tokens.push(",".to_owned());
                }
            }
            tokens.push("]".to_owned());
            members.insert(if made.args_first { 0 } else { 1 }, tokens);
        }
        if made.disabled {
            members.push(vec!["\"disabled\"".into(), ":".into(), "true".into()]);
        }
        let last = members.len() - 1;
        for (at, member) in members.into_iter().enumerate() {
            member.iter().for_each(|token| put(token));
            put(if at < last { "," } else { comma });
        }
        put("}");
        put(if at + 1 < servers.len() { "," } else { comma });
    }
    put("}");
    put("}");
    put("");
    text
}

proptest! {
    #[test]
    fn wrapping_and_unwrapping_changes_nothing(
        made in proptest::collection::btree_map(".{0,8}", made(), 1..5),
        gaps in proptest::collection::vec(any::<usize>(), 1..40),
        trailing in any::<bool>(),
    ) {
        let text = write(&made, &gaps, trailing);
        // The generator may have made a server that is wrapped already.
        let unwrapped = unwrap(&text, &sections(), &BTreeSet::new()).unwrap();
        let before = servers(&unwrapped, &sections()).unwrap();
        prop_assert_eq!(before.len(), made.len());
        let wrapped = wrap_all(&unwrapped);
        prop_assert_eq!(undo(&wrapped.text, &wrapped.undo).unwrap(), unwrapped.clone());
        prop_assert_eq!(unwrap(&wrapped.text, &sections(), &wrapped.added).unwrap(), unwrapped.clone());
        for (old, new) in before.iter().zip(servers(&wrapped.text, &sections()).unwrap()) {
            if old.spans.is_some() {
                prop_assert_eq!(&old.launch, &new.launch);
                prop_assert_eq!(new.wrapped.map(|wrapping| wrapping.mode), Some(Mode::Record));
            } else {
                prop_assert!(matches!(new.launch, Launch::Unknown(_)));
            }
        }
    }

    #[test]
    fn an_edit_elsewhere_is_kept(
        made in proptest::collection::btree_map("[a-z]{1,8}", made(), 1..4),
        gaps in proptest::collection::vec(any::<usize>(), 1..40),
    ) {
        let text = unwrap(&write(&made, &gaps, false), &sections(), &BTreeSet::new()).unwrap();
        let wrapped = wrap_all(&text);
        let edit = |text: &str| text.replacen('{', "{ \"theme\": \"dark\", // mine\n", 1);
        prop_assert_eq!(unwrap(&edit(&wrapped.text), &sections(), &wrapped.added).unwrap(), edit(&text));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,80}", steps in proptest::collection::vec((0usize..90, 0usize..90), 0..4)) {
        let _ = servers(&text, &sections());
        let _ = unwrap(&text, &sections(), &BTreeSet::new());
        let steps: Vec<Undo> = steps.into_iter().map(|(at, len)| Undo { at, len, from: Some((len, at)) }).collect();
        let _ = undo(&text, &steps);
    }
}
