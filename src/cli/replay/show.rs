//! What replay found, for a person.

use serde_json::Value;

use super::Played;
use super::load::Inputs;
use crate::cli::exit::Failure;
use crate::decision::redact::{Redactor, mask_emails};
use crate::edge::render::table::table as aligned;
use crate::edge::terminal::plain;
use crate::model::attack::BoundCall;
use crate::model::score::{AttackScore, Backtest, Case, Outcome, Scorecard, Tally};
use crate::model::verdict::Decision;
use crate::pipeline::replay::coverage::Coverage;

/// Grants and changed recorded calls that the table shows.
const SHOWN: usize = 10;

/// How long a call may be on screen.
const CALL_WIDTH: usize = 76;

/// Takes secrets, their tokens and e-mail addresses out of what is shown.
#[derive(Debug)]
pub struct Veil(Redactor);

impl Veil {
    /// The tokens that a redactor makes are taken out again, so that no key is needed.
    pub fn new(inputs: &Inputs) -> Result<Veil, Failure> {
        let redactor = Redactor::new(&[0; 32], &inputs.policy.document().redaction)
            .map_err(|(name, why)| Failure::usage(format!("redaction.patterns: {name}: {why}")))?;
        Ok(Veil(redactor))
    }

    pub fn text(&self, text: &str) -> String {
        mask_emails(&without_tokens(&self.0.text(text))).into_owned()
    }

    /// One call: `fs.read_file {"path":"/x"}`.
    pub fn call(&self, call: &BoundCall) -> String {
        format!("{}.{} {}", call.server, call.tool, self.arguments(&call.arguments))
    }

    pub fn arguments(&self, arguments: &serde_json::Map<String, Value>) -> String {
        let mut value = Value::Object(arguments.clone());
        self.0.value(&mut value);
        mask_emails(&without_tokens(&value.to_string())).into_owned()
    }
}

/// `[redacted:kind:token]` -> `[redacted:kind]`: nobody reads a token, and a keyless one could be guessed.
fn without_tokens(text: &str) -> String {
    let mut parts = text.split("[redacted:");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str("[redacted:");
        match part.split_once(']') {
            Some((inside, rest)) => {
                clean.push_str(inside.split(':').next().unwrap_or(inside));
                clean.push(']');
                clean.push_str(rest);
            }
            None => clean.push_str(part),
        }
    }
    clean
}

/// For the screen.
pub fn table(played: &Played, old: Option<&Played>, inputs: &Inputs, all: bool) -> String {
    let veil = match Veil::new(inputs) {
        Ok(veil) => veil,
        Err(failure) => return format!("{failure}\n"),
    };
    let mut out = String::new();
    if let Some(card) = &played.attacks {
        attacks(card, &veil, all, &mut out);
    }
    if let Some(traces) = &played.traces {
        recorded(traces, &veil, &mut out);
    }
    if let Some(old) = old {
        compared(played, old, &mut out);
    }
    covered(&played.coverage, &mut out);
    for finding in &played.outdated {
        out.push_str(&wrapped(&format!("{}; {}", plain(&finding.what), finding.todo), 0));
    }
    out
}

/// Which grants nothing exercises.
fn covered(coverage: &Coverage, out: &mut String) {
    let Some(percent) = coverage.percent() else { return };
    let (all, unused) = (coverage.granted.len(), coverage.unused.len());
    if unused == all {
        return; // There is no recording and no test.
    }
    let names: Vec<String> = coverage.unused.iter().take(6).map(|name| plain(name)).collect();
    let more = if unused > 6 { " ..." } else { "" };
    let rest = if unused == 0 { String::new() } else { format!("; nothing needs {}{more}", names.join(", ")) };
    let said = format!("Recordings and tests need {} of {all} granted tools ({percent} %){rest}.", all - unused);
    out.push_str(&wrapped(&said, 0));
}

fn attacks(card: &Scorecard, veil: &Veil, all: bool, out: &mut String) {
    let tally = card.tally();
    let themes = themes(card);
    let rows: Vec<Vec<String>> = themes
        .iter()
        .map(|(theme, tally, without)| {
            let mut row = vec![(*theme).to_owned()];
            row.extend(
                [tally.blocked, tally.protected, tally.asked, tally.through, *without].map(|count| count.to_string()),
            );
            row
        })
        .collect();
    out.push_str(&aligned(&["attacks", "blocked", "by protection", "asked", "through", "n/a"], &rows));
    if all {
        out.push('\n');
        let rows: Vec<Vec<String>> = card.attacks.iter().map(line).collect();
        out.push_str(&aligned(&["attack", "outcome", "calls", "title"], &rows));
    }
    got_through(card, veil, out);
    out.push_str(&format!("\n{}\n", sentence(card, &tally)));
    for attack in &card.attacks {
        if let Some(accepted) = &attack.accepted {
            let said = format!("Accepted until {}: {} ({})", accepted.until, attack.id, veil.text(&accepted.reason));
            out.push_str(&wrapped(&plain(&said), 0));
        }
    }
    if !card.unnamed.is_empty() {
        let names: Vec<String> = card.unnamed.iter().map(|name| plain(name)).collect();
        let them = if names.len() == 1 { "it" } else { "them" };
        let told = format!(
            "Not counted: {}. The policy does not name {them}, so everything there is denied, which proves nothing.",
            names.join(", ")
        );
        out.push_str(&wrapped(&told, 0));
    }
    if !card.beyond.is_empty() {
        let shown = if all { String::new() } else { " (--all lists them)".to_owned() };
        let told =
            format!("{} known incidents happen where no gate at a call can stop them{shown}.", card.beyond.len());
        out.push_str(&wrapped(&told, 0));
        if all {
            let rows: Vec<Vec<String>> =
                card.beyond.iter().map(|beyond| vec![beyond.id.clone(), beyond.why.clone()]).collect();
            out.push_str(&aligned(&["beyond", "why"], &rows));
        }
    }
}

/// Attacks of each theme by their worst call, and how many of them apply to no tool.
pub fn themes(card: &Scorecard) -> Vec<(&str, Tally, u64)> {
    let mut themes: Vec<(&str, Tally, u64)> = Vec::new();
    for attack in &card.attacks {
        if themes.last().is_none_or(|(theme, ..)| *theme != attack.theme) {
            themes.push((&attack.theme, Tally::default(), 0));
        }
        if let Some((_, tally, without)) = themes.last_mut() {
            match attack.outcome() {
                Some(outcome) => tally.add(outcome),
                None => *without += 1,
            }
        }
    }
    themes
}

/// No number is ever given for attacks of which none applied.
pub fn sentence(card: &Scorecard, tally: &Tally) -> String {
    if tally.total() == 0 {
        return "No attack applies to the tools that the policy names: nothing was proved.".to_owned();
    }
    let calls = card.calls();
    let through = match tally.through {
        0 => "none got through".to_owned(),
        count => match card.accepted() {
            0 => format!("{count} got through"),
            accepted => format!("{count} got through, {accepted} of them accepted"),
        },
    };
    format!(
        "{} of {} attacks that apply were stopped, {through} ({} calls).",
        tally.stopped(),
        tally.total(),
        calls.total()
    )
}

fn line(attack: &AttackScore) -> Vec<String> {
    vec![
        attack.id.clone(),
        attack.outcome().map_or("n/a", word).to_owned(),
        attack.calls.total().to_string(),
        attack.title.clone(),
    ]
}

/// The outcome as tables name it.
pub fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Blocked => "blocked",
        Outcome::Protected => "by protection",
        Outcome::Asked => "asked",
        Outcome::Through => "through",
    }
}

/// What got through, by the grant that let it.
fn got_through(card: &Scorecard, veil: &Veil, out: &mut String) {
    let mut grants: Vec<(&Case, Vec<&AttackScore>)> = Vec::new();
    let open = |attack: &&AttackScore| attack.outcome() == Some(Outcome::Through) && attack.accepted.is_none();
    for attack in card.attacks.iter().filter(open) {
        let mut cases = attack.examples.iter().filter(|case| case.outcome == Outcome::Through);
        let Some(case) = cases.clone().find(|case| case.variant.is_none()).or_else(|| cases.next()) else { continue };
        match grants.iter_mut().find(|(first, _)| first.rule.rule == case.rule.rule) {
            Some((shown, attacks)) => {
                attacks.push(attack);
                if brevity(case) < brevity(shown) {
                    *shown = case;
                }
            }
            None => grants.push((case, vec![attack])),
        }
    }
    if grants.is_empty() {
        return;
    }
    grants.sort_by_key(|(_, attacks)| std::cmp::Reverse(attacks.len()));
    out.push_str("\nGOT THROUGH\n");
    for (case, attacks) in grants.iter().take(SHOWN) {
        let at = case.rule.at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
        let count = if attacks.len() == 1 { "1 attack".to_owned() } else { format!("{} attacks", attacks.len()) };
        let names: Vec<String> = attacks.iter().take(3).map(|attack| plain(&attack.id)).collect();
        let more = if attacks.len() > 3 { " ..." } else { "" };
        out.push_str(&format!("  {}{at}\n", plain(&case.rule.rule)));
        out.push_str(&wrapped(&format!("lets {count} pass: {}{more}", names.join(", ")), 4));
        for call in &case.calls {
            out.push_str(&format!("    {}\n", cut(&plain(&veil.call(call)))));
        }
        if let Some(variant) = &case.variant {
            out.push_str(&format!(
                "    (the usual spelling is stopped; this one is \u{201c}{}\u{201d})\n",
                plain(variant)
            ));
        }
        for edit in edits(attacks) {
            out.push_str(&wrapped(&format!("to stop it: {}", plain(&veil.text(&edit))), 4));
        }
    }
    let more = grants.len().saturating_sub(SHOWN);
    if more > 0 {
        out.push_str(&format!("  and {more} more grants (--all lists every attack)\n"));
    }
}

/// What to change so that none of the attacks passes any more: every grant that lets one, each once.
pub fn edits<'a>(attacks: impl IntoIterator<Item = &'a &'a AttackScore>) -> Vec<String> {
    let mut edits: Vec<String> = Vec::new();
    for edit in attacks.into_iter().flat_map(|attack| &attack.grants).filter_map(|passed| passed.rule.edit.as_ref()) {
        if !edits.contains(edit) {
            edits.push(edit.clone());
        }
    }
    edits
}

/// Of several cases the shortest call in its usual spelling is the plainest.
fn brevity(case: &Case) -> (bool, usize) {
    let length =
        case.calls.iter().map(|call| serde_json::to_string(&call.arguments).map_or(0, |text| text.len())).sum();
    (case.variant.is_some(), length)
}

/// Lines of at most 80 columns, each indented.
fn wrapped(text: &str, indent: usize) -> String {
    const WIDTH: usize = 80;
    let mut out = String::new();
    let mut column = WIDTH;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column + 1 + length > WIDTH {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&" ".repeat(indent));
            column = indent + length;
        } else {
            out.push(' ');
            column += 1 + length;
        }
        out.push_str(word);
    }
    out.push('\n');
    out
}

fn cut(text: &str) -> String {
    if text.chars().count() <= CALL_WIDTH {
        return text.to_owned();
    }
    text.chars().take(CALL_WIDTH - 3).chain("...".chars()).collect()
}

fn recorded(traces: &Backtest, veil: &Veil, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    let row = [traces.unchanged, traces.newly_denied, traces.newly_asked, traces.not_replayable, traces.skipped];
    let headings = ["recorded calls", "still allowed", "now denied", "now asked", "not replayable", "skipped"];
    let cells = [row.iter().sum::<u64>()].iter().chain(&row).map(u64::to_string).collect();
    out.push_str(&aligned(&headings, &[cells]));
    if traces.skipped > 0 {
        out.push_str("Skipped: failed, refused or unanswered when recorded, so they prove nothing.\n");
    }
    for change in traces.changed.iter().take(SHOWN) {
        let now = match (change.now, change.not_replayable) {
            (_, true) => "not replayable",
            (Decision::Ask, _) => "now asked",
            _ => "now denied",
        };
        let arguments = change.arguments.as_ref().map(|arguments| veil.arguments(arguments)).unwrap_or_default();
        let what = format!("{} {arguments}", veil.text(&change.what));
        out.push_str(&format!("  {now}: {}\n    {}\n", plain(&change.at), cut(&plain(&what))));
        let why = format!("{}: {}", plain(&change.rule.rule), plain(&veil.text(&change.rule.message)));
        out.push_str(&wrapped(&why, 6));
        if let Some(edit) = &change.rule.edit {
            out.push_str(&wrapped(&format!("to allow it: {}", plain(&veil.text(edit))), 6));
        }
    }
    let more = traces.changed.len().saturating_sub(SHOWN);
    if more > 0 {
        out.push_str(&format!("  and {more} more\n"));
    }
}

fn compared(new: &Played, old: &Played, out: &mut String) {
    out.push_str("\nAGAINST THE OTHER POLICY\n");
    let changes = changes(new, old);
    for (what, was, is) in &changes {
        out.push_str(&format!("  {what}: {was} -> {is}\n"));
    }
    if changes.is_empty() {
        out.push_str("  no difference\n");
    }
}

/// What is different under another policy: what, what it was, what it is.
pub fn changes(new: &Played, old: &Played) -> Vec<(String, String, String)> {
    let mut changes = Vec::new();
    if let (Some(new), Some(old)) = (&new.attacks, &old.attacks) {
        let name = |attack: &AttackScore| attack.outcome().map_or("n/a", word).to_owned();
        for (now, before) in
            new.attacks.iter().zip(&old.attacks).filter(|(now, before)| now.outcome() != before.outcome())
        {
            changes.push((format!("attack {}", plain(&now.id)), name(before), name(now)));
        }
    }
    if let (Some(new), Some(old)) = (&new.traces, &old.traces) {
        let counts = [
            ("still allowed", new.unchanged, old.unchanged),
            ("now denied", new.newly_denied, old.newly_denied),
            ("now asked", new.newly_asked, old.newly_asked),
        ];
        for (what, now, before) in counts.into_iter().filter(|(_, now, before)| now != before) {
            changes.push((format!("recorded calls {what}"), before.to_string(), now.to_string()));
        }
    }
    changes
}
