//! What replay found, for a program.

use serde_json::{Value, json};

use super::Played;
use super::load::Inputs;
use super::show::Veil;
use crate::cli::exit::Failure;
use crate::model::score::{AttackScore, Spoke};
use crate::pipeline::replay::coverage::Coverage;

/// The version of the JSON output. 1: the first (November 2026).
const VERSION: u32 = 1;

/// For a program. Its fields are added to, never renamed, within a version.
pub fn json(played: &Played, old: Option<&Played>, inputs: &Inputs) -> Result<String, Failure> {
    let veil = Veil::new(inputs)?;
    let mut value = one_json(played, &veil);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("version".into(), json!(VERSION));
        fields.insert("policy".into(), json!({ "file": inputs.policy_file, "sha256": inputs.policy.digest() }));
        if let Some(old) = old {
            fields.insert("against".into(), one_json(old, &veil));
        }
    }
    let text = serde_json::to_string_pretty(&value).map_err(|error| Failure::environment(error.to_string()))?;
    Ok(text + "\n")
}

fn one_json(played: &Played, veil: &Veil) -> Value {
    let mut fields = serde_json::Map::new();
    if let Some(card) = &played.attacks {
        let attacks: Vec<Value> = card.attacks.iter().map(|attack| attack_json(attack, veil)).collect();
        fields.insert(
            "attacks".into(),
            json!({
                "tally": card.tally(), "notApplicable": card.not_applicable(), "calls": card.calls(), "variants": card.variants(), "list": attacks,
                "byTool": card.by_tool, "byRule": card.by_rule, "unnamedServers": card.unnamed, "beyond": card.beyond,
            }),
        );
    }
    if let Some(traces) = &played.traces {
        let changed: Vec<Value> = traces
            .changed
            .iter()
            .map(|change| {
                json!({
                    "at": change.at, "what": veil.text(&change.what), "now": change.now, "notReplayable": change.not_replayable,
                    "arguments": change.arguments.as_ref().map(|arguments| veil.arguments(arguments)),
                    "rule": change.rule.rule, "message": veil.text(&change.rule.message),
                })
            })
            .collect();
        fields.insert(
            "traces".into(),
            json!({
                "unchanged": traces.unchanged, "newlyDenied": traces.newly_denied, "newlyAsked": traces.newly_asked,
                "notReplayable": traces.not_replayable, "skipped": traces.skipped, "changed": changed,
            }),
        );
    }
    let Coverage { granted, unused } = &played.coverage;
    fields.insert(
        "coverage".into(),
        json!({ "percent": played.coverage.percent(), "granted": granted.len(), "unused": unused }),
    );
    fields.insert("baseline".into(), json!(played.outdated));
    Value::Object(fields)
}

fn attack_json(attack: &AttackScore, veil: &Veil) -> Value {
    let cases: Vec<Value> = attack
        .examples
        .iter()
        .map(|case| {
            json!({
                "outcome": case.outcome, "variant": case.variant, "calls": case.calls.iter().map(|call| veil.call(call)).collect::<Vec<_>>(),
                "rule": case.rule.rule, "at": case.rule.at, "argument": case.rule.argument, "message": veil.text(&case.rule.message),
                "edit": case.rule.edit.as_ref().map(|edit| veil.text(edit)),
            })
        })
        .collect();
    let grants: Vec<Value> = attack
        .grants
        .iter()
        .map(|passed| {
            let Spoke { rule, at, edit, .. } = &passed.rule;
            json!({ "tool": veil.text(&passed.tool), "rule": rule, "at": at, "edit": edit.as_ref().map(|edit| veil.text(edit)) })
        })
        .collect();
    json!({
        "id": attack.id, "title": attack.title, "theme": attack.theme, "source": attack.source, "tags": attack.tags, "harm": attack.harm,
        "outcome": attack.outcome(), "accepted": attack.accepted.as_ref().map(|accepted| json!({ "reason": veil.text(&accepted.reason), "until": accepted.until })), "grants": grants, "calls": attack.calls, "variants": attack.variants, "uncounted": attack.uncounted, "cut": attack.cut, "examples": cases,
    })
}
