//! What `infer` says.

use std::path::Path;

use super::super::exit::{Exit, Failure};
use crate::decision::policy;
use crate::edge::render::table::table;
use crate::edge::store::files;
use crate::edge::terminal::{self, plain};
use crate::model::evidence::Evidence;
use crate::pipeline::infer::completeness::{Measured, Need};
use crate::pipeline::infer::generalise::Inference;
use crate::pipeline::infer::left_out;
use crate::pipeline::infer::settings::Settings;
use crate::pipeline::infer::view::{Sampled, View, runs};
use crate::pipeline::infer::{against, summary, unlike, write};

/// The comment at the head of the file.
pub fn head(view: &View<'_>, settings: &Settings) -> Vec<String> {
    let calls: u64 = view.servers.values().map(|server| server.calls).sum();
    let times = view.servers.values().flat_map(|server| server.tools.values());
    let first = times.clone().filter_map(|tool| tool.first).min();
    let last = times.filter_map(|tool| tool.last).max();
    let when = match (first, last) {
        (Some(first), Some(last)) => format!(", {} to {}", first.day(), last.day()),
        _ => String::new(),
    };
    let (sessions, strictness) = (runs(view.sessions.iter().copied()), settings.strictness.name());
    let count = |count: u64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let (sessions, calls) = (count(sessions as u64, "session"), count(calls, "call"));
    vec![format!("{sessions}, {calls}{when}; strictness {strictness}")]
}

/// Servers, completeness, what was not learned, and the closing sentence.
pub fn summary(
    out: &Path,
    evidence: &Evidence,
    view: &View<'_>,
    inference: &Inference,
    needs: &[Need],
    settings: &Settings,
) {
    let lines = summary::lines(view, &inference.document);
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let numbers =
                [u64::from(line.sessions), line.calls, line.tools as u64, line.grants as u64, line.asked as u64];
            let mut row = vec![line.server.clone()];
            row.extend(numbers.iter().map(u64::to_string));
            row.push(line.failed.to_string());
            row.push(line.unused.len().to_string());
            row
        })
        .collect();
    let headings = ["server", "sessions", "calls", "tools", "grants", "asked", "failed", "unused"];
    let mut text = table(&headings, &rows);
    for line in lines.iter().filter(|line| !line.unused.is_empty()) {
        let names: Vec<&str> = line.unused.iter().map(String::as_str).take(8).collect();
        let more = if line.unused.len() > 8 { " ..." } else { "" };
        let said = format!("Never used of {}: {}{more}", plain(&line.server), plain(&names.join(", ")));
        text.push_str(&wrapped(&said, 2));
    }
    text.push('\n');
    text.push_str(&completeness(evidence, &inference.measured, settings));
    for sampled in view.sampled().iter().take(SHOWN) {
        text.push_str(&wrapped(&plain(&looked_at(sampled)), 2));
    }
    for finding in &inference.findings {
        let what = format!("{} {}: {}", finding.severity, plain(&finding.subject), plain(&finding.what));
        text.push_str(&wrapped(&what, 2));
        text.push_str(&wrapped(&format!("  {}; {}", finding.why, finding.todo), 2));
    }
    let aside = unlike::suspects(&inference.measured, settings);
    let denied = || aside.iter().flat_map(|unlike| &unlike.denied);
    let told = |need: &&Need| !denied().any(|(_, known)| known == *need);
    text.push_str(&not_granted(needs.iter().filter(told)));
    text.push('\n');
    text.push_str(&wrapped(&plain(&summary::sentence(view, &inference.document, settings)), 2));
    let wrote = format!("Wrote {}; next: `remit check`, then `remit replay`", plain(&out.display().to_string()));
    text.push_str(&wrapped_whole(&wrote, 2));
    terminal::print(&text);
}

fn completeness(evidence: &Evidence, measured: &Measured, settings: &Settings) -> String {
    if measured.sessions < 2 {
        let why = if runs(evidence.sessions.values()) < 2 {
            "one session cannot tell; record at least 5"
        } else {
            "too much to measure, so that no session was compared with the others"
        };
        return wrapped(&format!("How complete is this: {why}"), 2);
    }
    let mut text = wrapped(&format!("How complete is this: {}", share(measured)), 2);
    text.push_str(&wrapped(&format!("  {}", how(measured)), 2));
    for position in measured.uncounted.iter().take(SHOWN) {
        let said = format!("  Not measured: {position} had more values than are kept");
        text.push_str(&wrapped(&plain(&said), 2));
    }
    if let Some(measured) = left_out::in_time_order(evidence, settings) {
        text.push_str(&wrapped(&format!("  Over time, each by those before it: {}", share(&measured)), 2));
    }
    let (low, high) = measured.unseen();
    let chance = format!(
        "  The next one needs something unseen with a probability of {:.0} % ({:.0} to {:.0} %).",
        f64::from(measured.sessions - measured.allowed - measured.asked) / f64::from(measured.sessions) * 100.0,
        low * 100.0,
        high * 100.0
    );
    text.push_str(&wrapped(&chance, 2));
    if high - low > 0.3 {
        // The interval of a share over n sessions is about 2 / sqrt(n) wide.
        let needed = 45_u32.saturating_sub(measured.sessions).max(5);
        let more = format!("  That is little to go by: about {needed} more sessions would tell.");
        text.push_str(&wrapped(&more, 2));
    }
    let named = if unlike::suspects(measured, settings).is_empty() { measured.outlying() } else { &[] };
    for unlike in named.iter().take(SHOWN) {
        let said = format!("  {} is unlike the others: it needs {}", unlike.session, words(&unlike.needs));
        text.push_str(&wrapped(&plain(&said), 2));
    }
    text
}

/// So many of a kind are listed.
const SHOWN: usize = 5;

/// Of what only a sample was looked at.
fn looked_at(sampled: &Sampled) -> String {
    let more = if sampled.or_more { "more than " } else { "" };
    let Sampled { position, looked_at, distinct, .. } = sampled;
    format!("A sample was looked at: {looked_at} of {more}{distinct} distinct values of {position}")
}

fn words(need: &Need) -> String {
    let argument = need.argument.as_ref().map(|argument| format!(" {argument}")).unwrap_or_default();
    format!("{}{argument} ({})", need.what, need.why)
}

/// What was recorded and is not granted, although it was learned from.
fn not_granted<'a>(needs: impl Iterator<Item = &'a Need>) -> String {
    let needs: Vec<&Need> = needs.collect();
    let mut text = String::new();
    for need in needs.iter().take(SHOWN) {
        let said = format!("Recorded, and not granted: {}; grant it by hand if it is meant", words(need));
        text.push_str(&wrapped(&plain(&said), 2));
    }
    if needs.len() > SHOWN {
        text.push_str(&format!("  and {} more\n", needs.len() - SHOWN));
    }
    text
}

/// Lines of at most 80 columns: the first as it stands, the others indented. Of a longer word the middle is left out.
fn wrapped(text: &str, indent: usize) -> String {
    const MOST: usize = 72;
    let start = text.len() - text.trim_start().len();
    let short = |word: &str| -> String {
        let length = word.chars().count();
        if length <= MOST {
            return word.to_owned();
        }
        let (head, tail) = (word.chars().take(MOST - 27), word.chars().skip(length - 24));
        head.chain("...".chars()).chain(tail).collect()
    };
    let words: Vec<String> = text.split_whitespace().map(short).collect();
    wrapped_whole(&format!("{}{}", " ".repeat(start), words.join(" ")), indent)
}

/// The same, and a longer word stands alone: somebody may want to copy it.
fn wrapped_whole(text: &str, indent: usize) -> String {
    let start = text.len() - text.trim_start().len();
    let (mut out, mut column) = (" ".repeat(start), start);
    for (at, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if at > 0 && column + 1 + length > 80 {
            out.push('\n');
            out.push_str(&" ".repeat(start + indent));
            column = start + indent;
        } else if at > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

fn share(measured: &Measured) -> String {
    let asked = if measured.asked > 0 { format!(", {} asked", measured.asked) } else { String::new() };
    let Measured { allowed, sessions, .. } = measured;
    format!("{allowed} of {sessions} sessions allowed by the policy of the others{asked}")
}

/// How that was measured.
fn how(measured: &Measured) -> String {
    let Measured { sessions, judged, grouped, .. } = measured;
    let same = sessions.saturating_sub(*judged);
    let mut parts = Vec::new();
    for (count, what) in [
        (judged.saturating_sub(*grouped), "left out one at a time"),
        (*grouped, "left out with others"),
        (same, "with nothing that no other one had"),
    ] {
        parts.extend((count > 0).then(|| format!("{count} {what}")));
    }
    format!("Measured: {}.", parts.join(", "))
}

/// `--explain server.tool.arg`
pub fn explain(inference: &Inference, what: &str) -> Result<Exit, Failure> {
    let found = inference.notes.keys().find(|pointer| named(pointer).is_some_and(|name| name == what));
    let Some(pointer) = found else {
        let known: Vec<String> = inference.notes.keys().filter_map(|pointer| named(pointer)).take(12).collect();
        let said = format!("nothing is known of `{what}`; known are {} ...", known.join(", "));
        return Err(Failure::usage(wrapped(&plain(&said), 2).trim_end().to_owned()));
    };
    let mut text = wrapped(&plain(pointer), 2);
    let constraint = constraint_at(inference, pointer);
    for line in constraint.into_iter().chain(write::explanation(&inference.notes, pointer)) {
        text.push_str(&wrapped(&format!("  {}", plain(&line)), 2));
    }
    terminal::print(&text);
    Ok(Exit::Fine)
}

/// `servers.fs.tools.read.args.path` -> `fs.read.path`
fn named(pointer: &str) -> Option<String> {
    let rest = pointer.strip_prefix("servers.")?;
    let (server, rest) = rest.split_once(".tools.")?;
    Some(match rest.split_once(".args.") {
        Some((tool, argument)) => format!("{server}.{tool}.{argument}"),
        None => format!("{server}.{rest}"),
    })
}

fn constraint_at(inference: &Inference, pointer: &str) -> Option<String> {
    let rest = pointer.strip_prefix("servers.")?;
    let (server, rest) = rest.split_once(".tools.")?;
    let (tool, argument) = rest.split_once(".args.")?;
    let rule = inference.document.servers.get(server)?.tools.get(tool)?;
    let crate::model::policy::Args::Listed(listed) = &rule.args else { return None };
    listed.get(argument).map(write::constraint)
}

/// `--against POLICY`: what it grants and nobody used.
pub fn against(path: &Path, view: &View<'_>, inference: &Inference, settings: &Settings) -> Result<Exit, Failure> {
    let text = files::read_text(path).map_err(|error| Failure::usage(error.to_string()))?;
    let (loaded, _) =
        policy::load(&text, &path.display().to_string()).map_err(|problems| Failure::usage(problems.to_string()))?;
    let rows = against::over_privilege(loaded.document(), &inference.used(), view);
    let window = head(view, settings).join(" ");
    if rows.is_empty() {
        let said = format!("Every grant of {} was used ({window}).", plain(&path.display().to_string()));
        terminal::print(&wrapped(&said, 2));
        return Ok(Exit::Fine);
    }
    // No table: a grant is as long as it is, and one that is broken can be found nowhere.
    let row = |(grant, used): (String, String)| {
        wrapped_whole(&plain(&grant), 2) + &wrapped(&format!("    used: {}", plain(&used)), 2)
    };
    let said: String = rows.into_iter().map(row).collect();
    terminal::print(&format!("{said}\nLooked at {window}.\n"));
    Ok(Exit::Failed)
}
