//! What replay found, for CI: findings, checks, a comment on a pull request.

use super::Played;
use super::load::Inputs;
use super::show::Veil;
use crate::cli::exit::Failure;
use crate::edge::render::junit::{self, Check, Suite};
use crate::edge::render::{annotations, markdown, sarif};
use crate::edge::terminal::plain;
use crate::model::finding::{Finding, Severity};
use crate::model::score::{AttackScore, Case, Outcome, Spoke, Tally};
use crate::model::verdict::{Decision, Location};

/// SARIF 2.1.0.
pub fn sarif(played: &Played, inputs: &Inputs) -> Result<String, Failure> {
    Ok(sarif::sarif(&findings(played, &Veil::new(inputs)?)))
}

/// Workflow commands of GitHub Actions.
pub fn annotations(played: &Played, inputs: &Inputs) -> Result<String, Failure> {
    Ok(annotations::annotations(&findings(played, &Veil::new(inputs)?)))
}

/// An attack that gets through, and a recorded request that is no longer allowed, are what a person should look at.
pub fn findings(played: &Played, veil: &Veil) -> Vec<Finding> {
    let mut findings = Vec::new();
    let attacks = played.attacks.iter().flat_map(|card| &card.attacks);
    for attack in attacks.filter(|attack| attack.accepted.is_none()) {
        let mut seen = std::collections::BTreeSet::new();
        for case in attack.examples.iter().filter(|case| case.outcome == Outcome::Through) {
            let Some(call) = case.calls.last() else { continue };
            let subject = plain(&veil.text(&format!("{}.{}", call.server, call.tool)));
            if seen.insert(subject.clone()) {
                findings.push(got_through(attack, case, subject, veil));
            }
        }
    }
    for change in played
        .traces
        .iter()
        .flat_map(|traces| &traces.changed)
        .filter(|change| change.now == Decision::Deny && !change.not_replayable)
    {
        findings.push(Finding {
            severity: Severity::High,
            id: "recorded-call-denied".to_owned(),
            subject: plain(&veil.text(&change.what)),
            what: format!(
                "a recorded request ({}) is no longer allowed: {}",
                plain(&change.at),
                plain(&veil.text(&change.rule.message))
            ),
            why: "what the agent was recorded doing would fail".to_owned(),
            todo: change.rule.edit.as_ref().map_or_else(|| "infer again".to_owned(), |edit| plain(&veil.text(edit))),
            at: location(&change.rule),
        });
    }
    findings.extend(played.outdated.iter().cloned());
    findings
}

fn got_through(attack: &AttackScore, case: &Case, subject: String, veil: &Veil) -> Finding {
    let calls: Vec<String> = case.calls.iter().map(|call| plain(&veil.call(call))).collect();
    Finding {
        severity: Severity::High,
        id: format!("attack-through/{}", attack.id),
        subject,
        what: format!("an attack gets through ({}): {}", plain(&attack.title), calls.join(", then ")),
        why: format!("{}; source: {}", attack.harm, attack.source),
        todo: case.rule.edit.clone().unwrap_or_else(|| "narrow the grant".to_owned()),
        at: location(&case.rule),
    }
}

/// `mcp.policy.yaml:7:9`, read back.
fn location(rule: &Spoke) -> Option<Location> {
    let mut parts = rule.at.as_deref()?.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Location { file: file.to_owned(), line: line.parse().ok()?, column: column.parse().ok()? })
}

/// JUnit XML: one check an attack, and one for the recording.
pub fn junit(played: &Played, inputs: &Inputs) -> Result<String, Failure> {
    let veil = Veil::new(inputs)?;
    let mut suites: Vec<Suite> = Vec::new();
    for attack in played.attacks.iter().flat_map(|card| &card.attacks) {
        if suites.last().is_none_or(|suite| suite.name != attack.theme) {
            suites.push(Suite { name: attack.theme.clone(), checks: Vec::new() });
        }
        let through = attack.examples.iter().find(|case| case.outcome == Outcome::Through);
        let result = match (attack.outcome(), through) {
            (None, _) => junit::Result::Skipped("not applicable: no tool can be used for it".to_owned()),
            (Some(_), _) if attack.accepted.is_some() => junit::Result::Skipped("accepted in the baseline".to_owned()),
            (Some(Outcome::Through), Some(case)) => {
                junit::Result::Failed(got_through(attack, case, String::new(), &veil).what)
            }
            (Some(Outcome::Through), None) => junit::Result::Failed("gets through".to_owned()),
            (Some(_), _) => junit::Result::Passed,
        };
        if let Some(suite) = suites.last_mut() {
            suite.checks.push(Check { name: plain(&attack.id), result });
        }
    }
    if let Some(traces) = &played.traces {
        let failed = |change: &&crate::model::score::Change| change.now == Decision::Deny && !change.not_replayable;
        let mut checks: Vec<Check> = traces
            .changed
            .iter()
            .filter(failed)
            .map(|change| Check {
                name: format!("{} {}", plain(&change.at), plain(&veil.text(&change.what))),
                result: junit::Result::Failed(plain(&veil.text(&change.rule.message))),
            })
            .collect();
        checks.push(Check {
            name: format!("{} recorded requests are still allowed", traces.unchanged),
            result: junit::Result::Passed,
        });
        suites.push(Suite { name: "recorded requests".to_owned(), checks });
    }
    Ok(junit::junit(&suites))
}

/// A summary for a pull request.
pub fn markdown(played: &Played, old: Option<&Played>, inputs: &Inputs) -> Result<String, Failure> {
    let veil = Veil::new(inputs)?;
    let mut out = String::from("### remit replay\n\n");
    if let Some(card) = &played.attacks {
        out += &format!("{}\n\n", super::show::sentence(card, &card.tally()));
        let rows: Vec<Vec<String>> = super::show::themes(card)
            .iter()
            .map(|(theme, tally, without)| {
                let Tally { blocked, protected, asked, through } = *tally;
                let counts = [blocked, protected, asked, through, *without].map(|count| count.to_string());
                std::iter::once((*theme).to_owned()).chain(counts).collect()
            })
            .collect();
        out += &markdown::table(&["attacks", "blocked", "by protection", "asked", "through", "n/a"], &rows);
    }
    if let Some(traces) = &played.traces {
        let counts = [traces.unchanged, traces.newly_denied, traces.newly_asked, traces.not_replayable]
            .map(|count| count.to_string());
        out += "\n";
        out += &markdown::table(
            &["recorded requests still allowed", "now denied", "now asked", "not replayable"],
            &[counts.to_vec()],
        );
    }
    let found = findings(played, &veil);
    if !found.is_empty() {
        let rows: Vec<Vec<String>> = found
            .iter()
            .take(20)
            .map(|finding| {
                let at = finding.at.as_ref().map(ToString::to_string).unwrap_or_default();
                vec![finding.subject.clone(), finding.what.clone(), at, finding.todo.clone()]
            })
            .collect();
        out += "\n";
        out += &markdown::table(&["where", "what", "grant", "what to do"], &rows);
        if found.len() > rows.len() {
            out += &format!("\nand {} more.\n", found.len() - rows.len());
        }
    }
    if let Some(old) = old {
        let rows: Vec<Vec<String>> =
            super::show::changes(played, old).into_iter().map(|(what, was, is)| vec![what, was, is]).collect();
        out += "\n**Against the other policy**\n\n";
        out +=
            &if rows.is_empty() { "No difference.\n".to_owned() } else { markdown::table(&["", "was", "is"], &rows) };
    }
    Ok(out)
}
