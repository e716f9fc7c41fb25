//! The story, chapter by chapter. Each does one step of the line, shows it, and checks what it claims.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Claims;
use super::agent::Agent;
use super::calls::{self, Call};
use super::stage::{Ran, SERVER, Stage};
use crate::cli::exit::Failure;
use crate::edge::render::table::table;
use crate::edge::servers::{Era, Person};
use crate::edge::terminal::plain;
use crate::model::server::Mode;

const POLICY: &str = "mcp.policy.yaml";
const LOCK: &str = "mcp.lock";

/// One chapter: acts on the stage, and returns what is shown.
pub type Chapter = fn(&Stage, &mut Claims) -> Result<String, Failure>;

/// In the order of the line.
pub const ALL: [Chapter; 8] = [scan, record, infer, lock, replay, enforce, drift, report];

fn heading(number: u8, verb: &str, what: &str) -> String {
    format!("\n{number}. {verb}: {what}\n\n")
}

fn ran(ran: &Ran, expected: i32, claims: &mut Claims) {
    claims.check(ran.code == expected, || {
        format!("`{}` ended with {} instead of {expected}: {}", ran.line, ran.code, ran.told().trim())
    });
}

/// As much of a verb's output as a demo needs: up to the line that starts with `end`, and the lines that start with one
/// of `also`; long sentences wrapped.
fn excerpt(out: &str, end: &str, also: &[&str]) -> String {
    let mut text = String::new();
    let (mut shown, mut blank) = (true, false);
    for line in out.lines() {
        shown &= end.is_empty() || !line.trim_start().starts_with(end);
        if shown || also.iter().any(|start| line.trim_start().starts_with(start)) {
            if std::mem::take(&mut blank) {
                text.push('\n');
            }
            let _ = writeln!(text, "{}", wrapped(line));
        } else {
            blank = true;
        }
    }
    text
}

/// A comment of at most 80 columns; what is no comment stays whole.
fn cut(line: &str) -> String {
    if line.chars().count() <= 80 {
        return line.to_owned();
    }
    line.chars().take(76).chain(" ...".chars()).collect()
}

/// A line of at most 80 columns, or several.
fn wrapped(line: &str) -> String {
    let mut lines = vec![String::new()];
    if line.chars().count() <= 80 {
        return line.to_owned();
    }
    for word in line.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() || last.chars().count() + 1 + word.chars().count() <= 80 => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

fn scan(stage: &Stage, claims: &mut Claims) -> Result<String, Failure> {
    let scanned = stage.verb(&["scan", "--path", ".mcp.json"])?;
    for found in ["unpinned-package", "home-exposed"] {
        claims.check(scanned.out.contains(found), || format!("scan did not find `{found}`: {}", scanned.told()));
    }
    let findings = excerpt(&scanned.out, "RULE", &[]);
    Ok(heading(1, "scan", "what is configured") + findings.trim_end() + "\n")
}

fn record(stage: &Stage, claims: &mut Claims) -> Result<String, Failure> {
    let mut revisions = Vec::new();
    let mut counts: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for era in [Era::Legacy, Era::Newest] {
        let server = stage.wrapped(Mode::Record, &["--traces", "traces"]);
        let mut agent = Agent::start(stage, &server, era)?;
        revisions.push(agent.revision().to_owned());
        agent.tools()?;
        for call in calls::work() {
            let outcome = agent.call(&call)?;
            claims.check(outcome.passed(), || format!("recording: `{}` did not pass: {}", call.shown(), outcome.text));
            let entry = counts.entry(call.tool).or_insert_with(|| (0, call.shown()));
            entry.0 += 1;
        }
    }
    let traces = stage.traces();
    claims.check(traces.len() == 2, || format!("{} trace files instead of one for each session", traces.len()));
    let example = |shown: &str, tool: &str| shown.trim_start_matches(tool).trim().to_owned();
    let rows: Vec<Vec<String>> = counts
        .iter()
        .map(|(tool, (count, shown))| vec![(*tool).to_owned(), count.to_string(), example(shown, tool)])
        .collect();
    let what = format!("the agent works, in two sessions (MCP {})", revisions.join(" and "));
    Ok(heading(2, "record", &what) + &table(&["tool", "calls", "for example"], &rows))
}

fn infer(stage: &Stage, claims: &mut Claims) -> Result<String, Failure> {
    let traces = stage.traces();
    let mut line = vec!["infer", "--out", POLICY];
    line.extend(traces.iter().map(String::as_str));
    let inferred = stage.verb(&line)?;
    ran(&inferred, 0, claims);
    let policy = std::fs::read_to_string(stage.project().join(POLICY)).unwrap_or_default();
    claims.check(policy.contains("read_file"), || "the policy does not name read_file".to_owned());
    claims.check(!policy.contains("send_email:"), || "the policy grants mail, which was never used".to_owned());
    let checked = stage.verb(&["check", POLICY])?;
    ran(&checked, 0, claims);
    let mut text = heading(3, "infer", "the smallest policy that still lets it work");
    // Comments before the first key are for editors; the file has them.
    for line in policy.lines().skip_while(|line| line.starts_with('#') || line.is_empty()) {
        let _ = writeln!(text, "{}", cut(&plain(line)));
    }
    let _ = write!(text, "{}", excerpt(&inferred.out, "SERVER", &["office offers", "The agent used"]));
    Ok(text)
}

fn lock(stage: &Stage, claims: &mut Claims) -> Result<String, Failure> {
    let locked = stage.verb(&["lock", "--path", ".mcp.json", "--server", SERVER, "--out", LOCK])?;
    ran(&locked, 0, claims);
    let checked = stage.verb(&["lock", "--check", "--path", ".mcp.json", "--server", SERVER, "--out", LOCK])?;
    ran(&checked, 0, claims);
    Ok(heading(4, "lock", "every tool is pinned by its digest") + &locked.out)
}

fn replay(stage: &Stage, claims: &mut Claims) -> Result<String, Failure> {
    let traces = stage.traces();
    let mut line = vec!["replay", "--policy", POLICY, "--lock", LOCK];
    line.extend(traces.iter().map(String::as_str));
    let replayed = stage.verb(&line)?;
    ran(&replayed, 0, claims);
    Ok(heading(5, "replay", "attacks on these very tools, and the recorded work, offline")
        + &excerpt(replayed.told(), "now asked", &[]))
}

fn enforcing(stage: &Stage) -> crate::model::server::Configured {
    stage.wrapped(Mode::Enforce, &["--policy", POLICY, "--lock", LOCK, "--audit", "audit.jsonl"])
}

fn enforce(stage: &Stage, claims: &mut Claims) -> Result<String, Failure> {
    let mut rows = Vec::new();
    let (mut work, mut asked) = (0, 0);
    for era in [Era::Legacy, Era::Newest] {
        let mut agent = Agent::start(stage, &enforcing(stage), era)?;
        agent.tools()?;
        agent.ask_person(Person::Agrees);
        for call in calls::work() {
            let outcome = agent.call(&call)?;
            claims.check(outcome.passed(), || format!("work was denied: `{}`: {}", call.shown(), outcome.text));
            work += usize::from(outcome.passed());
        }
        asked += agent.questions();
        agent.ask_person(Person::Declines);
        for call in calls::attacks() {
            let outcome = agent.call(&call)?;
            claims
                .check(outcome.denied(), || format!("an attack was not denied: `{}`: {}", call.shown(), outcome.text));
            if era == Era::Newest {
                let verdict = if outcome.denied() { "denied" } else { "THROUGH" };
                rows.push(vec![call.shown(), verdict.to_owned(), reason(&outcome.text)]);
            }
        }
    }
    let audit = std::fs::read_to_string(stage.project().join("audit.jsonl")).unwrap_or_default();
    let logged = audit.lines().filter(|line| line.contains("\"refused\"")).count();
    claims.check(logged >= 2 * rows.len(), || format!("the audit log holds {logged} refusals"));
    let attempts = count_attempts(stage);
    claims.check(attempts == 0, || format!("{attempts} attacks reached the server"));
    let mut text = heading(6, "enforce", "the same work, and an agent that was talked into something");
    let _ = write!(text, "{work} calls of ordinary work passed, in both eras of the protocol");
    let _ = write!(text, " ({asked} of them\nafter the person was asked, and agreed). Then:\n\n");
    Ok(text + &table(&["call", "verdict", "why"], &rows))
}

/// Attacks that stand in the server's log.
fn count_attempts(stage: &Stage) -> usize {
    let is = |reached: &serde_json::Value, call: &Call| {
        reached.get("name").is_some_and(|name| name == call.tool)
            && reached.get("arguments").and_then(|arguments| arguments.as_object()) == Some(&call.arguments)
    };
    let attacks = calls::attacks();
    stage.reached().iter().filter(|reached| attacks.iter().any(|call| is(reached, call))).count()
}

/// The first reason of a refusal, short enough for a table. It is `- rule: /argument = "value": what is wrong; hint`,
/// and rule, argument and value stand elsewhere.
fn reason(text: &str) -> String {
    let first = text.lines().find_map(|line| line.trim_start().strip_prefix("- "));
    let sentence = first.unwrap_or_else(|| text.lines().next().unwrap_or_default());
    let what = sentence.split_once(": ").map_or(sentence, |(_, what)| what);
    let what = if what.starts_with('/') { what.split_once("\": ").map_or(what, |(_, what)| what) } else { what };
    let what = what.split("; ").next().unwrap_or_default();
    let short: String = what.chars().take(100).collect();
    if short.len() < what.len() { format!("{short} ...") } else { short }
}

fn drift(stage: &Stage, claims: &mut Claims) -> Result<String, Failure> {
    let Some(read) = calls::work().into_iter().find(|call| call.tool == "read_file") else {
        return Ok(String::new());
    };
    let mut agent = Agent::start(stage, &enforcing(stage), Era::Legacy)?;
    agent.tools()?;
    let before = agent.call(&read)?;
    claims.check(before.passed(), || format!("before the change, `{}` was denied: {}", read.shown(), before.text));
    stage.pull_the_rug()?;
    let tools = agent.tools()?;
    claims.check(!tools.iter().any(|tool| tool == "read_file"), || "the changed tool is still shown".to_owned());
    let after = agent.call(&read)?;
    claims.check(after.denied(), || format!("a tool that changed was called: {}", after.text));
    let checked = stage.verb(&["lock", "--check", "--path", ".mcp.json", "--server", SERVER, "--out", LOCK])?;
    ran(&checked, 1, claims);
    let mut text = heading(7, "lock --check", "the server changes a tool while it runs");
    let difference = checked.out.split("\nif this is").next().unwrap_or_default();
    let _ = writeln!(text, "{}\n", difference.trim_end());
    let rows = [
        vec![read.shown(), "before".to_owned(), "passed".to_owned()],
        vec![read.shown(), "after".to_owned(), reason(&after.text)],
    ];
    Ok(text + &table(&["call", "when", "what happened"], &rows))
}

fn report(stage: &Stage, claims: &mut Claims) -> Result<String, Failure> {
    let traces = stage.traces();
    let mut line = vec!["report", "--out", "report.html", "--policy", POLICY, "--lock", LOCK];
    line.extend(traces.iter().map(String::as_str));
    let reported = stage.verb(&line)?;
    let html = std::fs::read_to_string(stage.project().join("report.html")).unwrap_or_default();
    claims.check(html.contains("<html") && html.contains(SERVER), || {
        format!("`{}` left no report: {}", reported.line, reported.told())
    });
    Ok(heading(8, "report", "all of it on one page: project/report.html"))
}
