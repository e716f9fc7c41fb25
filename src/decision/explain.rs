//! Verdict -> words. Never judges again: what it says is what the decision said.

use crate::model::audit::Because;
use crate::model::request::Request;
use crate::model::verdict::{Decision, Edit, Reason, Verdict};

use super::redact::Redactor;

/// The reasons as every JSON output writes them, values redacted.
pub fn reasons(verdict: &Verdict, redactor: &Redactor) -> Vec<Because> {
    verdict.because.iter().map(|reason| because(reason, redactor)).collect()
}

fn because(reason: &Reason, redactor: &Redactor) -> Because {
    let clean = |text: &String| redactor.text_for_people(text).into_owned();
    // What stands under `password` is one, whatever it looks like.
    let key = reason.argument.as_deref().and_then(|argument| argument.rsplit('/').next());
    let value = |text: &String| clean(&redactor.under(key, text).into_owned());
    Because {
        rule: clean(&reason.rule.pointer),
        at: reason.rule.at.as_ref().map(ToString::to_string),
        argument: reason.argument.as_ref().map(clean),
        value: reason.value.as_ref().map(value),
        effect: reason.effect,
        message: clean(&reason.message),
        nearest: reason.nearest.as_ref().map(|near| redactor.text(near).into_owned()),
        edit: reason.edit.as_ref().map(|edit| redactor.text(&edit_words(edit)).into_owned()),
    }
}

/// The smallest edit, as somebody would be told: `add `./docs` to servers.fs.allowed_paths`.
pub fn edit_words(edit: &Edit) -> String {
    match edit.remove {
        true => format!("remove `{}` from {}", edit.yaml, edit.pointer),
        false => format!("add `{}` to {}", edit.yaml, edit.pointer),
    }
}

/// One reason as one sentence: the rule and its line, the argument and its value, what is wrong.
pub fn sentence(because: &Because) -> String {
    let place = because.at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    let about = match (&because.argument, &because.value) {
        (Some(argument), Some(value)) => format!("{argument} = {value:?}: "),
        (Some(argument), None) => format!("{argument}: "),
        _ => String::new(),
    };
    let near = because.nearest.as_ref().map(|near| format!("; granted is {near}")).unwrap_or_default();
    format!("{}{place}: {about}{}{near}", because.rule, because.message)
}

/// What the agent reads when a request is refused: which rule, why, what is allowed, and not to retry unchanged.
pub fn refusal(request: &Request, verdict: &Verdict, redactor: &Redactor) -> String {
    let word = match verdict.decision {
        Decision::Ask => "needs approval, and nobody gave it",
        _ => "denied by policy",
    };
    let mut text = format!("{}: {word}.", redactor.text(&request.name()));
    for because in reasons(verdict, redactor).iter().filter(|because| because.effect == verdict.decision).take(5) {
        text.push_str("\n- ");
        text.push_str(&sentence(because));
    }
    text.push_str("\nDo not retry unchanged: the answer will be the same.");
    text
}
