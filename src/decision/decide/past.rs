//! What the session did before: rates, budgets and flows (DESIGN 3.7).

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use crate::model::history::{History, Mark};
use crate::model::policy::{Budget, Rate};
use crate::model::request::{Action, Request};
use crate::model::time::Timestamp;
use crate::model::verdict::{Decision, Reason, Rule};

use super::super::path::PathSet;
use super::super::policy::Policy;
use super::super::policy::compile::ServerRules;
use super::Ruling;
use super::world::{Led, World};

/// Judges by what was forwarded before, and notes what this request would add.
pub(super) fn judge(
    ruling: &mut Ruling<'_>,
    policy: &Policy,
    server: Option<&ServerRules>,
    world: &World<'_>,
    history: &History,
) {
    let now = world.facts.time.unwrap_or_default();
    if let (Action::Call { tool, arguments }, Some(server)) = (&ruling.request.action, server)
        && let Some(rules) = server.tools.get(tool)
    {
        let variant = rules.variants.as_ref().and_then(|(_, by, of)| of.get(arguments.get(by)?.as_str()?));
        for rules in [Some(rules), variant].into_iter().flatten() {
            if let Some((rule, rate)) = &rules.rate {
                judge_rate(ruling, rule, *rate, history, now);
            }
            if let Some((rule, budget)) = &rules.budget {
                judge_budget(ruling, rule, budget, arguments.get(&budget.sum), history, now);
            }
        }
    }
    if !policy.flows.is_empty() {
        judge_flows(ruling, policy, world, history);
    }
}

/// What lies within the window that ends now.
fn within(moment: Timestamp, now: Timestamp, window: i64) -> bool {
    now.0.saturating_sub(moment.0) < window
}

fn judge_rate(ruling: &mut Ruling<'_>, rule: &Arc<Rule>, rate: Rate, history: &History, now: Timestamp) {
    let counter = &rule.pointer;
    let window = rate.per.milliseconds();
    let hits = history.hits.get(counter).map_or(0, |hits| hits.iter().filter(|hit| within(**hit, now, window)).count());
    if hits as u64 >= rate.max {
        ruling.deny(rule, format!("{hits} calls in the last {}, and {} are granted", rate.per.name(), rate.max));
    }
    ruling.mark(Mark::Hit { counter: counter.clone() });
}

fn judge_budget(
    ruling: &mut Ruling<'_>,
    rule: &Arc<Rule>,
    budget: &Budget,
    value: Option<&Value>,
    history: &History,
    now: Timestamp,
) {
    let deny = |ruling: &mut Ruling<'_>, message: String| {
        ruling.reason(Reason {
            effect: Decision::Deny,
            rule: rule.clone(),
            argument: Some(format!("/{}", budget.sum)),
            value: value.map(super::arguments::shown),
            message,
            nearest: None,
            edit: None,
        });
    };
    // A negative amount would refill the budget, and one that is no number cannot be summed.
    let amount = match value {
        None | Some(Value::Null) => return deny(ruling, format!("without `{}` the budget cannot be kept", budget.sum)),
        Some(value) => match value.as_f64().filter(|amount| amount.is_finite() && *amount >= 0.0) {
            Some(amount) => amount,
            None => return deny(ruling, "an amount must be a number from 0 on".into()),
        },
    };
    let window = budget.per.milliseconds();
    let spent: f64 = history.spent.get(&rule.pointer).map_or(0.0, |spent| {
        spent.iter().filter(|spending| within(spending.at, now, window)).map(|spending| spending.amount).sum()
    });
    if spent + amount > budget.max {
        let left = (budget.max - spent).max(0.0);
        deny(ruling, format!("{left} of {} is left for this {}", budget.max, budget.per.name()));
    }
    ruling.mark(Mark::Spent { budget: rule.pointer.clone(), amount });
}

fn judge_flows(ruling: &mut Ruling<'_>, policy: &Policy, world: &World<'_>, history: &History) {
    let labels = labels_of(policy, ruling.request, world);
    for flow in &policy.flows {
        if !labels.contains(&flow.to) {
            continue;
        }
        // What the request itself earns counts as well: it may read and send in one go.
        let earned =
            |label: &String| history.labels.contains_key(label) || (labels.contains(label) && *label != flow.to);
        if flow.from.iter().all(earned) {
            let by: Vec<&str> =
                flow.from.iter().filter_map(|label| history.labels.get(label)).map(String::as_str).collect();
            let since = if by.is_empty() { String::new() } else { format!(" since {}", by.join(", ")) };
            ruling.speak(
                flow.then,
                &flow.rule,
                format!("the flow `{}`: from {} to {}{since}", flow.name, flow.from.join(" and "), flow.to),
            );
        }
    }
    let mut labels: Vec<String> = labels.into_iter().collect();
    labels.sort();
    for label in labels {
        ruling.mark(Mark::Label { label, by: ruling.request.name() });
    }
}

/// The labels that a request earns.
fn labels_of(policy: &Policy, request: &Request, world: &World<'_>) -> HashSet<String> {
    let mut labels = HashSet::new();
    if let Action::Call { tool, .. } = &request.action {
        for server in [Some(request.server.clone()), None] {
            if let Some(earned) = policy.labels.tools.get(&(server, tool.clone())) {
                labels.extend(earned.iter().cloned());
            }
        }
    }
    let Some(places) = policy.labels.places.get(&request.server) else { return labels };
    // A label restrains, as a denial does: it is earned by the spelling and by the place.
    for place in world.led.iter().flat_map(Led::places) {
        // Who touches a folder touches what is in it.
        let touched = |set: &PathSet| set.holds(place, world.facts).or_else(|| set.lies_below(place, world.facts));
        let held = places.iter().filter(|(_, set)| touched(set).is_some());
        labels.extend(held.map(|(label, _)| label.clone()));
    }
    labels
}
