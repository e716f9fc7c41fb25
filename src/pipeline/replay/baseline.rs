//! What a team has accepted for now, laid over what replay found.

use crate::model::baseline::{Acceptance, Baseline};
use crate::model::finding::{Finding, Severity};
use crate::model::score::{AttackScore, Outcome, Scorecard};
use crate::model::time::Day;

/// The version of the format that is read.
const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBaseline {
    #[error("{file}: {why}")]
    Yaml { file: String, why: String },
    #[error("{file}: baseline format {version} is not known (this remit reads {VERSION})")]
    Version { file: String, version: u32 },
    #[error("{file}: the acceptance of `{attack}` has no reason")]
    Reason { file: String, attack: String },
}

/// Reads a baseline. `file` is its name in messages.
pub fn read(text: &str, file: &str) -> Result<Baseline, BadBaseline> {
    let file = || file.to_owned();
    let baseline: Baseline =
        serde_saphyr::from_str(text).map_err(|error| BadBaseline::Yaml { file: file(), why: error.to_string() })?;
    if baseline.version != VERSION {
        return Err(BadBaseline::Version { file: file(), version: baseline.version });
    }
    match baseline.accepted.iter().find(|entry| entry.reason.trim().is_empty()) {
        Some(entry) => Err(BadBaseline::Reason { file: file(), attack: entry.attack.clone() }),
        None => Ok(baseline),
    }
}

/// Marks each attack that gets through by tools for which that is accepted, all of them. What of the baseline is out of
/// date comes back.
pub fn apply(baseline: &Baseline, card: &mut Scorecard, today: Day) -> Vec<Finding> {
    for attack in card.attacks.iter_mut().filter(|attack| attack.outcome() == Some(Outcome::Through)) {
        attack.accepted = accepted(baseline, attack, today);
    }
    baseline.accepted.iter().filter_map(|entry| outdated(entry, card, today)).collect()
}

/// The acceptance that ends first, if every tool that lets the attack through has one.
fn accepted(baseline: &Baseline, attack: &AttackScore, today: Day) -> Option<Acceptance> {
    let of = |tool: &str| {
        baseline.accepted.iter().find(|entry| {
            entry.attack == attack.id && entry.until >= today && entry.tool.as_deref().is_none_or(|only| only == tool)
        })
    };
    let entries: Option<Vec<&Acceptance>> = attack.grants.iter().map(|passed| of(&passed.tool)).collect();
    entries?.into_iter().min_by_key(|entry| entry.until).cloned()
}

fn outdated(entry: &Acceptance, card: &Scorecard, today: Day) -> Option<Finding> {
    let through = |attack: &&AttackScore| {
        attack.id == entry.attack
            && attack.grants.iter().any(|passed| entry.tool.as_ref().is_none_or(|only| *only == passed.tool))
    };
    let (id, what) = if entry.until < today {
        ("baseline-expired", format!("the acceptance of `{}` ended on {}", entry.attack, entry.until))
    } else if !card.attacks.iter().any(|attack| attack.id == entry.attack) {
        ("baseline-unknown", format!("no pack has an attack `{}`", entry.attack))
    } else if !card.attacks.iter().any(|attack| through(&attack)) {
        ("baseline-unused", format!("`{}` does not get through, and needs no acceptance", entry.attack))
    } else {
        return None;
    };
    Some(Finding {
        severity: Severity::Low,
        id: id.to_owned(),
        subject: entry.attack.clone(),
        what,
        why: "what is accepted without need hides what comes later".to_owned(),
        todo: "take it out of the baseline, or give it a new reason and day".to_owned(),
        at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::attack::Harm;
    use crate::model::score::{Passed, Spoke, Tally};

    fn through(id: &str, tools: &[&str]) -> AttackScore {
        let passed = |tool: &&str| Passed { tool: (*tool).to_owned(), rule: Spoke::default() };
        AttackScore {
            id: id.to_owned(),
            title: String::new(),
            theme: String::new(),
            source: String::new(),
            tags: Vec::new(),
            harm: Harm::Persistence,
            calls: Tally { through: tools.len() as u64, ..Tally::default() },
            variants: Tally::default(),
            uncounted: 0,
            cut: 0,
            examples: Vec::new(),
            grants: tools.iter().map(passed).collect(),
            accepted: None,
        }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn laid_over(entries: &str, attack: AttackScore) -> (bool, Vec<String>) {
        let baseline = read(&format!("version: 1\naccepted:\n{entries}"), "b.yaml").unwrap();
        let mut card = Scorecard { attacks: vec![attack], ..Scorecard::default() };
        let findings = apply(&baseline, &mut card, day("2026-11-21"));
        (card.attacks[0].accepted.is_some(), findings.into_iter().map(|finding| finding.id).collect())
    }

    #[test]
    fn an_acceptance_holds_to_its_last_day_and_not_beyond() {
        let entry = |until| format!("  - {{ attack: a, reason: known, until: {until} }}\n");
        assert_eq!(laid_over(&entry("2026-11-21"), through("a", &["s.t"])), (true, vec![]));
        let expired = vec!["baseline-expired".to_owned()];
        assert_eq!(laid_over(&entry("2026-11-20"), through("a", &["s.t"])), (false, expired));
    }

    #[test]
    fn an_acceptance_for_one_tool_does_not_cover_another() {
        let entry = "  - { attack: a, tool: s.t, reason: known, until: 2027-01-01 }\n";
        assert!(laid_over(entry, through("a", &["s.t"])).0);
        assert!(!laid_over(entry, through("a", &["s.t", "s.u"])).0);
    }

    #[test]
    fn what_needs_no_acceptance_is_said() {
        let unused = "  - { attack: a, reason: known, until: 2027-01-01 }\n";
        assert_eq!(laid_over(unused, through("a", &[])), (false, vec!["baseline-unused".to_owned()]));
        assert_eq!(laid_over(unused, through("b", &["s.t"])), (false, vec!["baseline-unknown".to_owned()]));
    }

    #[test]
    fn an_entry_without_a_reason_or_a_day_is_refused() {
        for wrong in [
            "{ attack: a, reason: '', until: 2027-01-01 }",
            "{ attack: a, reason: known }",
            "{ attack: a, reason: known, until: soon }",
            "{ attack: a, reason: known, until: 2027-01-01, forever: true }",
        ] {
            assert!(read(&format!("version: 1\naccepted: [{wrong}]\n"), "b.yaml").is_err(), "{wrong}");
        }
    }
}
