//! What `infer` says.

use std::path::Path;

use super::super::exit::{Exit, Failure};
use crate::decision::policy;
use crate::edge::render::table::table;
use crate::edge::store::files;
use crate::edge::terminal::{self, plain};
use crate::model::evidence::Evidence;
use crate::pipeline::infer::completeness::{self, Measured};
use crate::pipeline::infer::generalise::Inference;
use crate::pipeline::infer::settings::Settings;
use crate::pipeline::infer::view::View;
use crate::pipeline::infer::{summary, write};

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
    vec![format!("{} sessions, {calls} calls{when}; strictness {}", view.sessions.len(), settings.strictness.name())]
}

/// Servers, completeness, what was not learned, and the closing sentence.
pub fn summary(out: &Path, evidence: &Evidence, view: &View<'_>, inference: &Inference, settings: &Settings) {
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
        text.push_str(&format!(
            "{} offers, and was never asked for: {}{more}\n",
            plain(&line.server),
            plain(&names.join(", "))
        ));
    }
    text.push('\n');
    text.push_str(&completeness(evidence, settings));
    for finding in &inference.findings {
        text.push_str(&format!("{} {}: {}\n", finding.severity, plain(&finding.subject), plain(&finding.what)));
        text.push_str(&format!("  {}; {}\n", finding.why, finding.todo));
    }
    text.push_str(&format!("\n{}\n", plain(&summary::sentence(view, &inference.document, settings))));
    text.push_str(&format!("wrote {}; next: `remit check`, then `remit replay`\n", out.display()));
    terminal::print(&text);
}

fn completeness(evidence: &Evidence, settings: &Settings) -> String {
    let measured = completeness::leave_one_out(evidence, settings);
    if measured.sessions < 2 {
        let why = if evidence.sessions.len() < 2 {
            "one session cannot tell; record at least 5"
        } else {
            "too much to measure"
        };
        return format!("how complete is this recording: {why}\n");
    }
    let mut text = format!("how complete is this recording: {}\n", share(measured, "left out one at a time"));
    if let Some(measured) = completeness::in_time_order(evidence, settings) {
        text.push_str(&format!("  {}\n", share(measured, "each judged by those before it")));
    }
    let (low, high) = measured.unseen();
    text.push_str(&format!(
        "  the next session needs something unseen with a probability of {:.0} % ({:.0} to {:.0} %)\n",
        f64::from(measured.sessions - measured.allowed - measured.asked) / f64::from(measured.sessions) * 100.0,
        low * 100.0,
        high * 100.0
    ));
    if high - low > 0.3 {
        // The interval of a share over n sessions is about 2 / sqrt(n) wide.
        let needed = 45_u32.saturating_sub(measured.sessions).max(5);
        text.push_str(&format!("  that is little to go by: about {needed} more sessions would tell\n"));
    }
    text
}

fn share(measured: Measured, how: &str) -> String {
    let asked = if measured.asked > 0 { format!(", {} asked", measured.asked) } else { String::new() };
    format!("{} of {} sessions allowed by the policy of the others{asked} ({how})", measured.allowed, measured.sessions)
}

/// `--explain server.tool.arg`
pub fn explain(inference: &Inference, what: &str) -> Result<Exit, Failure> {
    let found = inference.notes.keys().find(|pointer| named(pointer).is_some_and(|name| name == what));
    let Some(pointer) = found else {
        let known: Vec<String> = inference.notes.keys().filter_map(|pointer| named(pointer)).take(12).collect();
        return Err(Failure::usage(format!("nothing is known of `{what}`; known are {} ...", known.join(", "))));
    };
    let mut text = format!("{}\n", plain(pointer));
    if let Some(constraint) = constraint_at(inference, pointer) {
        text.push_str(&format!("  {}\n", plain(&constraint)));
    }
    for line in write::explanation(&inference.notes, pointer) {
        text.push_str(&format!("  {}\n", plain(&line)));
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
    let rows = summary::over_privilege(loaded.document(), &inference.document, view);
    let window = head(view, settings).join(" ");
    if rows.is_empty() {
        terminal::print(&format!("every grant of {} was used ({window})\n", path.display()));
        return Ok(Exit::Fine);
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(grant, what)| vec![grant, what]).collect();
    terminal::print(&format!("{}\nlooked at {window}\n", table(&["grant", "what was used of it"], &rows)));
    Ok(Exit::Failed)
}
