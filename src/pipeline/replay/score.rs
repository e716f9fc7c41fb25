//! Bound attacks, judged by the one decision function.

use std::collections::BTreeMap;

use super::Ground;
use super::bind::{self, Prepared, Way};
use super::toolbox::Tools;
use crate::decision::decide::decide;
use crate::decision::explain::edit_words;
use crate::decision::policy::{Policy, Problems};
use crate::decision::protections;
use crate::model::attack::{Attack, BoundCall, Pack};
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::policy::{Args, Constraint, Document, Server, Tool};
use crate::model::request::Request;
use crate::model::score::{AttackScore, Case, Outcome, Passed, Scorecard, Spoke, Tally};
use crate::model::server::Toolbox;
use crate::model::time::Timestamp;
use crate::model::verdict::{Decision, Reason, Verdict};

/// Cases that are kept of each attack, to be shown.
const EXAMPLES: usize = 8;

/// Grants that are named of each attack that gets through.
const GRANTS: usize = 256;

/// The three policies that an attack is judged by.
#[derive(Debug)]
pub struct Judge<'a> {
    policy: &'a Policy,
    /// The same without protections.
    bare: Policy,
    /// Allows everything on every server, protections off.
    open: Policy,
    facts: Facts,
}

impl<'a> Judge<'a> {
    /// Fails where the policy without protections is no longer a policy, which it always is.
    pub fn new(policy: &'a Policy, toolbox: &Toolbox, ground: &Ground) -> Result<Judge<'a>, Problems> {
        Ok(Judge {
            policy,
            bare: Policy::from_document(without_protections(policy.document(), toolbox))?,
            open: Policy::from_document(allowing_everything(toolbox))?,
            facts: ground.facts(),
        })
    }

    /// Plays one sequence. `None`: a policy that allows everything does not let it pass either, so that a denial would
    /// prove nothing.
    fn play(&self, way: &Way) -> Option<Case> {
        let calls = way.calls.as_slice();
        if self.run(&self.open, calls).0 != Decision::Allow {
            return None;
        }
        let (decision, played, verdict) = self.run(self.policy, calls);
        let protected = |verdict: &Verdict| {
            let speaks = verdict.because.iter().any(|reason| reason.rule.pointer.starts_with("protection"));
            speaks && self.run(&self.bare, calls).0 != Decision::Deny
        };
        let outcome = match decision {
            Decision::Allow => Outcome::Through,
            Decision::Ask => Outcome::Asked,
            Decision::Deny if protected(&verdict) => Outcome::Protected,
            Decision::Deny => Outcome::Blocked,
        };
        let mut rule = spoke(&verdict);
        if outcome == Outcome::Through {
            self.name_the_grant(&mut rule, way);
        }
        Some(Case {
            outcome,
            variant: way.variant.map(str::to_owned),
            calls: calls.iter().take(played).cloned().collect(),
            rule,
        })
    }

    /// The line of the argument that carries the attack, where the policy has one, and how to narrow it.
    fn name_the_grant(&self, rule: &mut Spoke, way: &Way) {
        let document = self.policy.document();
        if let Some(aim) = &way.aim {
            let pointer = format!("{}.args.{aim}", rule.rule);
            if let Some(at) = document.locations.get(&pointer) {
                rule.at = Some(at.to_string());
                rule.rule = pointer;
                rule.argument = Some(format!("/{aim}"));
            }
        }
        rule.edit = way.calls.last().map(|call| {
            let constraint = way.aim.as_ref().and_then(|aim| constraint_on(document, call, aim));
            narrow(&rule.rule, call, constraint)
        });
    }

    /// The strictest verdict, after how many calls it fell, and the verdict itself. A sequence ends where a step is
    /// denied; one that is asked goes on as if the answer were yes, since a later step may be denied.
    fn run(&self, policy: &Policy, calls: &[BoundCall]) -> (Decision, usize, Verdict) {
        let mut history = History::default();
        let mut worst: Option<(Decision, usize, Verdict)> = None;
        for (number, call) in calls.iter().enumerate() {
            let request = Request::call(call.server.clone(), call.tool.clone(), call.arguments.clone());
            let verdict = decide(policy, &history, &self.facts, &request);
            history.add(&verdict.marks, self.facts.time.unwrap_or(Timestamp(0)), Timestamp(i64::MIN));
            let stricter = worst.as_ref().is_none_or(|(decision, ..)| {
                verdict.decision > *decision || verdict.decision == Decision::Allow && *decision == Decision::Allow
            });
            let stop = verdict.decision == Decision::Deny;
            if stricter {
                worst = Some((verdict.decision, number + 1, verdict));
            }
            if stop {
                break;
            }
        }
        worst.unwrap_or((
            Decision::Deny,
            0,
            Verdict { decision: Decision::Deny, because: Vec::new(), marks: Vec::new() },
        ))
    }
}

/// The reason that decided, in words.
pub fn spoke(verdict: &Verdict) -> Spoke {
    let Some(reason) = decisive(verdict) else { return Spoke::default() };
    let edit = reason.edit.as_ref().map(edit_words);
    Spoke {
        rule: reason.rule.pointer.clone(),
        at: reason.rule.at.as_ref().map(ToString::to_string),
        argument: reason.argument.clone(),
        message: reason.message.clone(),
        edit,
    }
}

/// Of the reasons that speak with the verdict's voice, the one about an argument before the one about the request.
fn decisive(verdict: &Verdict) -> Option<&Reason> {
    let mut voices = verdict.because.iter().filter(|reason| reason.effect == verdict.decision);
    let first = voices.clone().next();
    if verdict.decision == Decision::Allow { voices.find(|reason| reason.argument.is_some()).or(first) } else { first }
}

/// What to change so that the attack no longer passes.
fn narrow(pointer: &str, call: &BoundCall, constraint: Option<&Constraint>) -> String {
    if pointer == "default" {
        return "remove `default: allow`".to_owned();
    }
    let name = format!("{}.{}", call.server, call.tool);
    if pointer.ends_with("allowed_paths") {
        return format!("narrow {pointer}");
    }
    if pointer.ends_with(".args") || pointer.contains("allowed_tools") || !pointer.contains(".args.") {
        format!("list the arguments of {name} under `args`, or add it to approvals.require_human_approval")
    } else {
        let from = constraint.and_then(held).map(|held| format!(" from {held} to less")).unwrap_or_default();
        format!("narrow {pointer}{from}, or add {name} to approvals.require_human_approval")
    }
}

/// What the policy says of one argument of the call.
fn constraint_on<'a>(document: &'a Document, call: &BoundCall, argument: &str) -> Option<&'a Constraint> {
    match &document.servers.get(&call.server)?.tools.get(&call.tool)?.args {
        Args::Listed(args) => args.get(argument),
        _ => None,
    }
}

/// What a constraint lets pass, where a few words say it.
fn held(constraint: &Constraint) -> Option<String> {
    match constraint {
        Constraint::Any => Some("anything".to_owned()),
        Constraint::Paths { paths: list, .. }
        | Constraint::Urls(list)
        | Constraint::Emails(list)
        | Constraint::Commands(list)
            if list.len() <= 4 =>
        {
            Some(format!("[{}]", list.join(", ")))
        }
        _ => None,
    }
}

fn protection_names() -> Vec<String> {
    protections::names().into_iter().map(str::to_owned).collect()
}

fn without_protections(policy: &Document, toolbox: &Toolbox) -> Document {
    let mut bare = policy.clone();
    for server in bare.servers.values_mut() {
        server.unprotected = protection_names();
    }
    if policy.default_allow {
        // `default: allow` does not reach servers that are named, and only a named one can be unprotected.
        for (name, tools) in toolbox {
            bare.servers.entry(name.clone()).or_insert_with(|| open_server(tools.keys()));
        }
    }
    bare
}

fn allowing_everything(toolbox: &Toolbox) -> Document {
    let servers = toolbox.iter().map(|(name, tools)| (name.clone(), open_server(tools.keys()))).collect();
    Document { servers, ..Document::default() }
}

fn open_server<'a>(tools: impl Iterator<Item = &'a String>) -> Server {
    let open = |tool: &String| (tool.clone(), Tool { args: Args::Any, ..Tool::default() });
    Server { tools: tools.map(open).collect(), unprotected: protection_names(), ..Server::default() }
}

/// Binds every attack to the user's tools and judges it. `played`: after each attack.
pub fn score(
    packs: &[Pack],
    tools: &Tools,
    policy: &Policy,
    ground: &Ground,
    played: impl Fn(),
) -> Result<Scorecard, Problems> {
    let judge = Judge::new(policy, &tools.toolbox, ground)?;
    let prepared = bind::prepare(tools, policy.document());
    let mut card = Scorecard { unnamed: unnamed(tools, policy.document()), ..Scorecard::default() };
    for pack in packs {
        card.beyond.extend(pack.beyond.iter().cloned());
        for attack in &pack.attacks {
            let scored = score_attack(attack, &pack.theme, &prepared, &judge, ground, &mut card);
            card.attacks.push(scored);
            played();
        }
    }
    Ok(card)
}

fn unnamed(tools: &Tools, policy: &Document) -> Vec<String> {
    if policy.default_allow {
        return Vec::new();
    }
    let has_tools = tools.toolbox.iter().filter(|(_, list)| !list.is_empty());
    has_tools.map(|(server, _)| server).filter(|server| !bind::is_named(policy, server)).cloned().collect()
}

fn score_attack(
    attack: &Attack,
    theme: &str,
    tools: &[Prepared<'_>],
    judge: &Judge<'_>,
    ground: &Ground,
    card: &mut Scorecard,
) -> AttackScore {
    let (ways, cut) = bind::bind(attack, tools, ground);
    let mut calls = Tally::default();
    let mut variants = Tally::default();
    let mut uncounted = 0;
    let mut grants = Vec::new();
    let mut kept: BTreeMap<Outcome, Vec<Case>> = BTreeMap::new();
    for way in &ways {
        let Some(case) = judge.play(way) else {
            uncounted += 1;
            continue;
        };
        calls.add(case.outcome);
        if way.variant.is_some() {
            variants.add(case.outcome);
        }
        if let Some(last) = case.calls.last() {
            card.by_tool.entry(format!("{}.{}", last.server, last.tool)).or_default().add(case.outcome);
        }
        if let Some(last) = case.calls.last().filter(|_| case.outcome == Outcome::Through) {
            let tool = format!("{}.{}", last.server, last.tool);
            let known = grants.iter().any(|old: &Passed| old.tool == tool && old.rule.rule == case.rule.rule);
            if !known && grants.len() < GRANTS {
                grants.push(Passed { tool, rule: case.rule.clone() });
            }
        }
        card.by_rule.entry(case.rule.rule.clone()).or_default().add(case.outcome);
        let examples = kept.entry(case.outcome).or_default();
        if examples.len() < EXAMPLES {
            examples.push(case);
        }
    }
    let harm = attack.steps.last().map_or(crate::model::attack::Harm::OutsideProject, |step| step.harm);
    AttackScore {
        id: attack.id.clone(),
        title: attack.title.clone(),
        theme: theme.to_owned(),
        source: attack.source.clone(),
        tags: attack.tags.clone(),
        harm,
        calls,
        variants,
        uncounted,
        cut,
        grants,
        accepted: None,
        examples: kept.into_iter().rev().flat_map(|(_, cases)| cases).take(EXAMPLES).collect(),
    }
}
