//! What traces tell of each tool and each argument, and of the recording itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::replay::load::Trace;
use crate::model::report::{Bucket, SessionRow};
use crate::model::time::Timestamp;
use crate::model::trace::{Event, Line, Outcome, Recorded};

/// Columns of the timeline, at most.
const BUCKETS: i64 = 48;

/// How often something was used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Use {
    pub calls: u64,
    /// Files that used it.
    pub sessions: BTreeSet<usize>,
    pub last: Option<Timestamp>,
}

impl Use {
    fn add(&mut self, session: usize, at: Option<Timestamp>) {
        self.calls += 1;
        self.sessions.insert(session);
        self.last = self.last.max(at);
    }
}

/// (server, tool) -> use; and (server, tool, argument) -> use. Only what succeeded counts.
#[derive(Debug, Default)]
pub struct Uses {
    pub tools: BTreeMap<(String, String), Use>,
    pub arguments: BTreeMap<(String, String, String), Use>,
}

/// One request of a recording.
struct Asked<'a> {
    server: &'a str,
    tool: Option<(&'a str, &'a serde_json::Map<String, serde_json::Value>)>,
    at: Option<Timestamp>,
    outcome: Option<Outcome>,
}

fn asked(trace: &Trace) -> Vec<Asked<'_>> {
    let mut outcomes = BTreeMap::new();
    for (_, event) in &trace.events {
        if let Recorded::Line(Line { server, event: Event::Result { call, outcome, .. }, .. }) = event {
            outcomes.insert((server.as_str(), *call), *outcome);
        }
    }
    let mut found = Vec::new();
    for (_, event) in &trace.events {
        match event {
            Recorded::Bare(call) => found.push(Asked {
                server: &call.server,
                tool: Some((&call.tool, &call.arguments)),
                at: call.time,
                outcome: Some(Outcome::Ok),
            }),
            Recorded::Line(Line { server, time, event, .. }) => {
                let (number, tool) = match event {
                    Event::Call { call, tool, arguments, .. } => (*call, Some((tool.as_str(), arguments))),
                    Event::Resource { call, .. } | Event::Prompt { call, .. } => (*call, None),
                    _ => continue,
                };
                let outcome = outcomes.get(&(server.as_str(), number)).copied();
                found.push(Asked { server, tool, at: Some(*time), outcome });
            }
        }
    }
    found
}

/// What was used.
pub fn uses(traces: &[Trace]) -> Uses {
    let mut uses = Uses::default();
    for (session, trace) in traces.iter().enumerate() {
        for call in asked(trace).iter().filter(|call| call.outcome == Some(Outcome::Ok)) {
            let Some((tool, arguments)) = call.tool else { continue };
            let key = (call.server.to_owned(), tool.to_owned());
            uses.tools.entry(key.clone()).or_default().add(session, call.at);
            for name in arguments.keys() {
                let key = (key.0.clone(), key.1.clone(), name.clone());
                uses.arguments.entry(key).or_default().add(session, call.at);
            }
        }
    }
    uses
}

/// Requests over time, in equal spans. Empty where nothing is timed.
pub fn timeline(traces: &[Trace]) -> Vec<Bucket> {
    let all: Vec<(Timestamp, bool)> =
        traces.iter().flat_map(asked).filter_map(|call| Some((call.at?, call.outcome == Some(Outcome::Ok)))).collect();
    let (Some(first), Some(last)) = (all.iter().map(|(at, _)| at.0).min(), all.iter().map(|(at, _)| at.0).max()) else {
        return Vec::new();
    };
    let span = last.saturating_sub(first).max(1);
    let width = (span / BUCKETS + 1).max(1000);
    let count = span / width + 1;
    let mut buckets: Vec<Bucket> = (0..count)
        .map(|at| Bucket { from: Timestamp(first.saturating_add(at * width)).to_string(), ..Bucket::default() })
        .collect();
    for (at, succeeded) in all {
        let index = usize::try_from(at.0.saturating_sub(first) / width).unwrap_or(0);
        if let Some(bucket) = buckets.get_mut(index) {
            if succeeded { bucket.succeeded += 1 } else { bucket.failed += 1 }
        }
    }
    buckets
}

/// One row a file.
pub fn sessions(traces: &[Trace]) -> Vec<SessionRow> {
    traces.iter().map(session).collect()
}

fn session(trace: &Trace) -> SessionRow {
    let asked = asked(trace);
    let servers: BTreeSet<&str> = asked.iter().map(|call| call.server).collect();
    let client = trace.events.iter().find_map(|(_, event)| match event {
        Recorded::Line(Line { event: Event::Session(session), .. }) => session.client.as_ref(),
        _ => None,
    });
    let unanswered = asked.iter().filter(|call| call.outcome.is_none()).count();
    let listed =
        trace.events.iter().any(|(_, event)| matches!(event, Recorded::Line(Line { event: Event::Tools { .. }, .. })));
    let mut gaps = Vec::new();
    if !listed {
        gaps.push("no list of tools".to_owned());
    }
    if unanswered > 0 {
        gaps.push(format!("{unanswered} without an answer"));
    }
    if trace.broken > 0 {
        gaps.push(format!("{} broken lines", trace.broken));
    }
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    SessionRow {
        file: trace.file.clone(),
        server: servers.into_iter().collect::<Vec<_>>().join(", "),
        client: client
            .map(|client| format!("{} {}", client.name, client.version).trim().to_owned())
            .unwrap_or_default(),
        from: time(asked.iter().filter_map(|call| call.at).min()),
        to: time(asked.iter().filter_map(|call| call.at).max()),
        calls: asked.len() as u64,
        failed: asked.iter().filter(|call| call.outcome != Some(Outcome::Ok)).count() as u64,
        gaps: if gaps.is_empty() { "yes".to_owned() } else { gaps.join("; ") },
    }
}
