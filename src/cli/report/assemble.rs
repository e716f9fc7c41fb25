//! Inputs -> what the report says. Pure: everything that was read is handed in.

use std::collections::BTreeSet;

use super::evidence::{self, Uses};
use super::grants::{describe, granted};
use crate::cli::exit::Failure;
use crate::cli::replay::load::{Inputs, last_time};
use crate::cli::replay::show::{Veil, edits};
use crate::edge::terminal::plain;
use crate::model::finding::{Finding, Severity};
use crate::model::policy::{Args, Document, Tool};
use crate::model::report::{
    BeyondRow, ChangedRow, ClassRow, DriftRow, FindingRow, GrantRow, Number, Recorded, Report, ServerRow, Standing,
    Summary, ThroughRow, ToolRow, UnusedRow,
};
use crate::model::score::{AttackScore, Backtest, Outcome, Scorecard};
use crate::pipeline::replay::toolbox::Tools;

/// Things to do that are shown.
const TODO: usize = 8;

/// What the report is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    pub inputs: &'a Inputs,
    pub tools: &'a Tools,
    pub card: &'a Scorecard,
    pub traces: Option<&'a Backtest>,
    pub findings: &'a [Finding],
    /// `None` where it was not checked.
    pub drift: Option<Vec<DriftRow>>,
}

/// Assembles. Fails where a redaction pattern of the policy is wrong.
pub fn report(parts: &Parts<'_>) -> Result<Report, Failure> {
    let inputs = parts.inputs;
    let veil = Veil::new(inputs)?;
    let clean = |text: &str| plain(&veil.text(text));
    let uses = evidence::uses(&inputs.traces);
    let servers = matrix(parts, &uses);
    let unused = if parts.traces.is_some() { unused(inputs.policy.document(), &uses) } else { Vec::new() };
    let mut findings: Vec<&Finding> = parts.findings.iter().collect();
    findings.sort();
    let mut report = Report {
        policy_file: inputs.policy_file.clone(),
        policy_digest: inputs.policy.digest().chars().take(12).collect(),
        lock_file: inputs.lock_file.clone(),
        last_event: last_time(&inputs.traces).map(|time| time.to_string()),
        verdict: verdict(parts),
        numbers: numbers(parts, &servers),
        todo: todo(parts, &unused),
        findings: findings.into_iter().map(finding).collect(),
        grants: grants(inputs.policy.document(), &uses),
        classes: classes(parts.card),
        through: through(parts.card, &veil),
        beyond: parts
            .card
            .beyond
            .iter()
            .map(|beyond| BeyondRow { id: beyond.id.clone(), title: beyond.title.clone(), why: beyond.why.clone() })
            .collect(),
        unnamed: parts.card.unnamed.clone(),
        recorded: parts.traces.map(|traces| recorded(traces, &veil)),
        drift: parts.drift.clone(),
        timeline: evidence::timeline(&inputs.traces),
        sessions: evidence::sessions(&inputs.traces),
        servers,
        unused,
    };
    each_text(&mut report, &clean);
    Ok(report)
}

fn verdict(parts: &Parts<'_>) -> Summary {
    let tally = parts.card.tally();
    let denied = parts.traces.map_or(0, |traces| traces.newly_denied);
    let broken =
        |count: u64| format!("would break {count} recorded {}", if count == 1 { "request" } else { "requests" });
    let worst = parts.findings.iter().map(|finding| finding.severity).min();
    let (standing, sentence) = if tally.total() == 0 && parts.traces.is_none_or(|traces| traces.total() == 0) {
        (
            Standing::Unknown,
            "No attack applies to the tools that this policy names and nothing was recorded, so nothing is proved."
                .to_owned(),
        )
    } else if tally.through > 0 {
        let extra = if denied > 0 { format!(", and the policy {}", broken(denied)) } else { String::new() };
        (
            Standing::Bad,
            format!(
                "{} of the {} attacks that fit this agent's tools get through{extra}.",
                tally.through,
                tally.total()
            ),
        )
    } else if denied > 0 {
        (
            Standing::Bad,
            format!("Every attack that fits this agent's tools is stopped, but the policy {}.", broken(denied)),
        )
    } else if tally.total() == 0 {
        (
            Standing::Unknown,
            "Everything that was recorded is still allowed, but no attack applies, so nothing is proved.".to_owned(),
        )
    } else {
        let work = match parts.traces {
            Some(traces) if traces.total() > 0 => ", and what the agent was recorded doing still works",
            _ => "; nothing was recorded, so whether the agent can still work is not known",
        };
        let urgent = worst.is_some_and(|worst| worst <= Severity::High);
        let standing = if urgent || parts.traces.is_none() { Standing::Attention } else { Standing::Good };
        (standing, format!("Every one of the {} attacks that fit this agent's tools is stopped{work}.", tally.total()))
    };
    Summary { standing, sentence }
}

fn numbers(parts: &Parts<'_>, servers: &[ServerRow]) -> Vec<Number> {
    let tally = parts.card.tally();
    let tools: Vec<&ToolRow> = servers.iter().flat_map(|server| &server.tools).collect();
    let open = tools.iter().filter(|tool| tool.granted.is_open()).count();
    let attacks =
        if tally.total() == 0 { "none apply".to_owned() } else { format!("{} of {}", tally.stopped(), tally.total()) };
    let recorded = match parts.traces {
        Some(traces) if traces.total() > 0 => format!("{} of {}", traces.unchanged, traces.total()),
        _ => "none".to_owned(),
    };
    vec![
        Number { value: attacks, label: "attacks stopped".to_owned() },
        Number { value: format!("{open} of {}", tools.len()), label: "tools granted".to_owned() },
        Number { value: recorded, label: "recorded requests still allowed".to_owned() },
    ]
}

fn todo(parts: &Parts<'_>, unused: &[UnusedRow]) -> Vec<String> {
    let mut todo = Vec::new();
    for attack in through_attacks(parts.card) {
        let edits = edits([&attack]);
        let edit = if edits.is_empty() { "narrow the grant that let it pass".to_owned() } else { edits.join("; and ") };
        todo.push(format!("Stop \u{201c}{}\u{201d}: {edit}.", attack.title));
    }
    if parts.traces.is_some_and(|traces| traces.newly_denied > 0) {
        todo.push(
            "Look at the recorded requests that are no longer allowed, and infer again or widen the grant.".to_owned(),
        );
    }
    let urgent = parts.findings.iter().filter(|finding| finding.severity <= Severity::High);
    todo.extend(urgent.map(|finding| format!("{}: {}.", finding.what, finding.todo)));
    if parts.inputs.traces.is_empty() {
        todo.push("Record what the agent does (remit record), so that the policy can be held against it.".to_owned());
    }
    if parts.inputs.lock.is_none() {
        todo.push("Pin the tools (remit lock), so that a server that changes is noticed.".to_owned());
    }
    if !unused.is_empty() {
        todo.push(format!(
            "Take back {} that nothing used (below).",
            if unused.len() == 1 { "one grant".to_owned() } else { format!("{} grants", unused.len()) }
        ));
    }
    // A wish that several attacks share is said once.
    let mut said = BTreeSet::new();
    todo.retain(|wish| said.insert(wish.split_once(": ").map_or(wish.clone(), |(_, edit)| edit.to_owned())));
    let more = todo.len().saturating_sub(TODO);
    todo.truncate(TODO);
    if more > 0 {
        todo.push(format!("And {more} more, below."));
    }
    todo
}

fn finding(finding: &Finding) -> FindingRow {
    FindingRow {
        severity: finding.severity,
        id: finding.id.clone(),
        subject: finding.subject.clone(),
        what: finding.what.clone(),
        why: finding.why.clone(),
        todo: finding.todo.clone(),
        at: finding.at.as_ref().map(ToString::to_string),
    }
}

fn matrix(parts: &Parts<'_>, uses: &Uses) -> Vec<ServerRow> {
    let policy = parts.inputs.policy.document();
    let row = |server: &String, tool: &String| ToolRow {
        tool: tool.clone(),
        offered: !parts.tools.guessed.contains(server),
        used: uses.tools.get(&(server.clone(), tool.clone())).map_or(0, |tool| tool.calls),
        granted: granted(policy, server, tool),
        attacks: parts.card.by_tool.get(&format!("{server}.{tool}")).copied().unwrap_or_default(),
    };
    let servers = parts.tools.toolbox.iter().filter(|(_, tools)| !tools.is_empty());
    servers
        .map(|(server, tools)| ServerRow {
            server: server.clone(),
            tools: tools.keys().map(|tool| row(server, tool)).collect(),
        })
        .collect()
}

/// Each tool that the policy grants, with its arguments.
fn grants(policy: &Document, uses: &Uses) -> Vec<GrantRow> {
    let mut rows = Vec::new();
    for (server, rules) in &policy.servers {
        for (tool, rule) in &rules.tools {
            tool_grants(policy, uses, server, tool, rule, &mut rows);
        }
        for tool in rules.allowed_tools.iter().filter(|tool| !rules.tools.contains_key(*tool)) {
            let covers = if rules.allowed_paths.is_some() { "anything within the server's paths" } else { "anything" };
            rows.push(grant(
                policy,
                uses,
                (server, tool, None),
                covers.to_owned(),
                &format!("servers.{server}.allowed_tools"),
            ));
        }
        if let Some(paths) =
            rules.allowed_paths.as_ref().filter(|_| rules.tools.is_empty() && rules.allowed_tools.is_empty())
        {
            let covers = format!("paths {}", paths.join(", "));
            rows.push(grant(
                policy,
                uses,
                (server, "any tool", None),
                covers,
                &format!("servers.{server}.allowed_paths"),
            ));
        }
    }
    rows
}

fn tool_grants(policy: &Document, uses: &Uses, server: &str, tool: &str, rule: &Tool, rows: &mut Vec<GrantRow>) {
    let pointer = format!("servers.{server}.tools.{tool}");
    match &rule.args {
        Args::Listed(args) if !args.is_empty() => {
            for (name, constraint) in args {
                let at = format!("{pointer}.args.{name}");
                rows.push(grant(policy, uses, (server, tool, Some(name)), describe(constraint), &at));
            }
        }
        Args::Any => rows.push(grant(policy, uses, (server, tool, None), "anything".to_owned(), &pointer)),
        _ if rule.variants.is_none() => {
            rows.push(grant(policy, uses, (server, tool, None), "no arguments".to_owned(), &pointer))
        }
        _ => {}
    }
    if let Some(variants) = &rule.variants {
        let names: Vec<&str> = variants.of.keys().map(String::as_str).collect();
        rows.push(grant(
            policy,
            uses,
            (server, tool, Some(&variants.by)),
            format!("one of {}", names.join(", ")),
            &pointer,
        ));
    }
}

fn grant(
    policy: &Document,
    uses: &Uses,
    (server, tool, argument): (&str, &str, Option<&str>),
    covers: String,
    pointer: &str,
) -> GrantRow {
    let used = match argument {
        Some(argument) => uses.arguments.get(&(server.to_owned(), tool.to_owned(), argument.to_owned())),
        None => uses.tools.get(&(server.to_owned(), tool.to_owned())),
    };
    GrantRow {
        tool: format!("{server}.{tool}"),
        argument: argument.unwrap_or("").to_owned(),
        covers,
        at: policy.locations.get(pointer).map(ToString::to_string),
        calls: used.map_or(0, |used| used.calls),
        sessions: used.map_or(0, |used| used.sessions.len() as u64),
        last: used.and_then(|used| used.last).map(|time| time.to_string()),
    }
}

/// Tools that are granted and were never called, and arguments of used tools that were never given.
fn unused(policy: &Document, uses: &Uses) -> Vec<UnusedRow> {
    let mut rows = Vec::new();
    for (server, rules) in &policy.servers {
        let tools: BTreeSet<&String> = rules.tools.keys().chain(&rules.allowed_tools).collect();
        for tool in tools.into_iter().filter(|tool| !rules.denied_tools.contains(tool)) {
            if !uses.tools.contains_key(&(server.clone(), tool.clone())) {
                let todo = format!("remove {tool} from servers.{server}, or record a session that needs it");
                rows.push(UnusedRow { what: format!("{server}.{tool}"), todo });
                continue;
            }
            let Some(Tool { args: Args::Listed(args), .. }) = rules.tools.get(tool) else { continue };
            for name in args
                .keys()
                .filter(|name| !uses.arguments.contains_key(&(server.clone(), tool.clone(), (*name).clone())))
            {
                let todo = format!("remove servers.{server}.tools.{tool}.args.{name}");
                rows.push(UnusedRow { what: format!("{server}.{tool}, argument {name}"), todo });
            }
        }
    }
    rows
}

fn classes(card: &Scorecard) -> Vec<ClassRow> {
    let mut rows: Vec<ClassRow> = Vec::new();
    for attack in &card.attacks {
        let at = rows.iter().position(|row| row.class == attack.theme).unwrap_or_else(|| {
            rows.push(ClassRow { class: attack.theme.clone(), ..ClassRow::default() });
            rows.len() - 1
        });
        let Some(row) = rows.get_mut(at) else { continue };
        match attack.outcome() {
            Some(outcome) => row.tally.add(outcome),
            None => row.not_applicable += 1,
        }
    }
    // What got through first.
    rows.sort_by_key(|row| std::cmp::Reverse(row.tally.through));
    rows
}

fn through_attacks(card: &Scorecard) -> impl Iterator<Item = &AttackScore> {
    card.attacks.iter().filter(|attack| attack.outcome() == Some(Outcome::Through))
}

fn through(card: &Scorecard, veil: &Veil) -> Vec<ThroughRow> {
    let row = |attack: &AttackScore| {
        let case = attack.examples.iter().find(|case| case.outcome == Outcome::Through);
        let rule = case.map(|case| case.rule.clone()).unwrap_or_default();
        let at = rule.at.map(|at| format!(" ({at})")).unwrap_or_default();
        ThroughRow {
            id: attack.id.clone(),
            title: attack.title.clone(),
            source: attack.source.clone(),
            harm: attack.harm.to_string(),
            calls: case.map(|case| case.calls.iter().map(|call| veil.call(call)).collect()).unwrap_or_default(),
            let_by: format!("{}{at}", rule.rule),
            edit: Some(edits([&attack]).join("; and ")).filter(|edit| !edit.is_empty()),
        }
    };
    through_attacks(card).map(row).collect()
}

fn recorded(traces: &Backtest, veil: &Veil) -> Recorded {
    let changed = traces.changed.iter().map(|change| ChangedRow {
        at: change.at.clone(),
        what: format!(
            "{} {}",
            change.what,
            change.arguments.as_ref().map(|arguments| veil.arguments(arguments)).unwrap_or_default()
        ),
        now: if change.not_replayable { "not replayable".to_owned() } else { change.now.to_string() },
        rule: change.rule.rule.clone(),
        message: change.rule.message.clone(),
    });
    Recorded {
        unchanged: traces.unchanged,
        newly_denied: traces.newly_denied,
        newly_asked: traces.newly_asked,
        not_replayable: traces.not_replayable,
        skipped: traces.skipped,
        changed: changed.collect(),
    }
}

/// Every text of the report goes through the veil once, so that none is forgotten where it is put in.
fn each_text(report: &mut Report, clean: &dyn Fn(&str) -> String) {
    let wash = |text: &mut String| *text = clean(text);
    let maybe = |text: &mut Option<String>| {
        if let Some(text) = text {
            *text = clean(text);
        }
    };
    wash(&mut report.policy_file);
    maybe(&mut report.lock_file);
    report.todo.iter_mut().for_each(wash);
    report.unnamed.iter_mut().for_each(wash);
    for row in &mut report.findings {
        [&mut row.id, &mut row.subject, &mut row.what, &mut row.why, &mut row.todo].into_iter().for_each(wash);
        maybe(&mut row.at);
    }
    for server in &mut report.servers {
        wash(&mut server.server);
        server.tools.iter_mut().for_each(|tool| wash(&mut tool.tool));
    }
    for row in &mut report.grants {
        [&mut row.tool, &mut row.argument, &mut row.covers].into_iter().for_each(wash);
    }
    for row in &mut report.unused {
        [&mut row.what, &mut row.todo].into_iter().for_each(wash);
    }
    report.classes.iter_mut().for_each(|row| wash(&mut row.class));
    for row in &mut report.through {
        [&mut row.id, &mut row.title, &mut row.source, &mut row.let_by].into_iter().for_each(wash);
        row.calls.iter_mut().for_each(wash);
        maybe(&mut row.edit);
    }
    for row in &mut report.beyond {
        [&mut row.id, &mut row.title, &mut row.why].into_iter().for_each(wash);
    }
    for row in report.recorded.iter_mut().flat_map(|recorded| &mut recorded.changed) {
        [&mut row.at, &mut row.what, &mut row.rule, &mut row.message].into_iter().for_each(wash);
    }
    for row in report.drift.iter_mut().flatten() {
        [&mut row.subject, &mut row.what].into_iter().for_each(wash);
    }
    for row in &mut report.sessions {
        [&mut row.file, &mut row.server, &mut row.client].into_iter().for_each(wash);
    }
}
