//! How complete is this recording? Measured: each session is judged by the policy of the others.

use serde_json::Map;

use super::generalise::policy::infer_from;
use super::mass::interval;
use super::readings::Readings;
use super::settings::Settings;
use super::view::View;
use crate::decision::decide::decide;
use crate::decision::policy::Policy;
use crate::model::evidence::{Evidence, Node, Place, Session};
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::request::{Action, Request};
use crate::model::verdict::Decision;

/// Sessions that are left out, at most: each costs an inference over all others.
const MOST: usize = 40;

/// How many sessions the policy of the others lets through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    pub sessions: u32,
    pub allowed: u32,
    pub asked: u32,
    /// The sessions that the others deny, each with the first thing in it that no other session needed.
    pub denied: Vec<Unlike>,
}

/// What evidence keeps of a request, and by which it finds it again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recorded {
    /// Server, tool, and the hash of the call.
    Call(String, String, u64),
    /// Server and URI.
    Resource(String, String),
    /// Server and name.
    Prompt(String, String),
}

/// A session unlike the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlike {
    /// The recording's file.
    pub session: String,
    /// SHA-256 of the trace, as in [`Evidence::sessions`].
    pub digest: String,
    /// The first of what it needs.
    pub needs: Need,
    /// All that the others deny, of what evidence keeps.
    pub denied: Vec<(Recorded, Need)>,
}

/// A recorded request that a policy does not grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// `server.tool`, or as [`Request::name`] names it.
    pub what: String,
    /// JSON pointer of the argument that decided, if one did.
    pub argument: Option<String>,
    /// Why it is denied.
    pub why: String,
}

impl Measured {
    /// 95 % interval of the share of sessions that need something unseen.
    pub fn unseen(&self) -> (f64, f64) {
        interval(self.sessions - self.allowed - self.asked, self.sessions)
    }

    /// The sessions that stand out: what they did nobody else did, while most sessions are alike. A recording may hold
    /// an attack, and it looks like this.
    pub fn outlying(&self) -> &[Unlike] {
        let few = self.denied.len() * 4 <= self.sessions as usize;
        if few { &self.denied } else { &[] }
    }
}

/// How many sessions can be left out without making the user wait: fewer, the more there is to infer from each time.
pub(super) fn affordable(evidence: &Evidence) -> usize {
    if evidence.sessions.len() < 2 {
        return 0;
    }
    let samples = |session: &Session| -> usize {
        let tools = session.servers.values().flat_map(|server| server.tools.values());
        tools.map(|tool| size(&tool.arguments)).sum()
    };
    let all: usize = evidence.sessions.values().map(samples).sum();
    if all > 400_000 { 0 } else { (100_000 / all.max(1)).clamp(2, MOST) }
}

/// Values below a node.
fn size(node: &Node) -> usize {
    let below = node.fields.values().map(size).sum::<usize>();
    1 + node.values.len() + below + node.items.as_deref().map_or(0, size)
}

/// Leaves out one session at a time; with many sessions, an even choice of them by digest.
pub fn leave_one_out(evidence: &Evidence, settings: &Settings, readings: &Readings) -> Measured {
    let most = affordable(evidence);
    let step = evidence.sessions.len().div_ceil(most.max(1)).max(1);
    let mut measured = Measured::default();
    if most == 0 {
        return measured;
    }
    for (digest, session) in evidence.sessions.iter().step_by(step) {
        let view = View::new(evidence, &settings.bare, |other| other == digest);
        measure(&view, (digest, session), settings, readings, &mut measured);
    }
    measured
}

/// Each session of the later half is judged by the policy of all that came before it. `None` where sessions have no time.
pub fn in_time_order(evidence: &Evidence, settings: &Settings) -> Option<Measured> {
    let mut sessions: Vec<(i64, &str, &Session)> = Vec::new();
    for (digest, session) in &evidence.sessions {
        let times = session.servers.values().flat_map(|server| server.tools.values()).filter_map(|tool| tool.first);
        sessions.push((times.min()?.0, digest, session));
    }
    sessions.sort_unstable_by_key(|(time, digest, _)| (*time, *digest));
    let half = sessions.len() / 2;
    let most = affordable(evidence);
    if most == 0 {
        return None;
    }
    let step = (sessions.len() - half).div_ceil(most).max(1);
    let (mut measured, readings) = (Measured::default(), Readings::remembered());
    for (at, (_, digest, session)) in sessions.iter().enumerate().skip(half.max(1)).step_by(step) {
        let before: std::collections::BTreeSet<&str> = sessions.iter().take(at).map(|(_, digest, _)| *digest).collect();
        let view = View::new(evidence, &settings.bare, |other| !before.contains(other));
        measure(&view, (digest, session), settings, &readings, &mut measured);
    }
    (measured.sessions > 0).then_some(measured)
}

fn measure(
    others: &View<'_>,
    (digest, session): (&str, &Session),
    settings: &Settings,
    readings: &Readings,
    measured: &mut Measured,
) {
    let Ok(policy) = Policy::from_document(infer_from(others, settings, readings).document) else { return };
    measured.sessions += 1;
    let (decision, needs) = worst(&policy, session, session.place.as_ref().unwrap_or(&settings.bare));
    match decision {
        Decision::Allow => measured.allowed += 1,
        Decision::Ask => measured.asked += 1,
        Decision::Deny => {
            let (session, digest) = (session.name.clone(), digest.to_owned());
            let first = needs.first().map(|(_, first)| first.clone());
            measured.denied.extend(first.map(|first| Unlike { session, digest, needs: first, denied: needs }));
        }
    }
}

/// The recorded calls that the policy which was learned from them does not grant: what its kinds of constraint cannot
/// say, or do not say safely. One for each tool, argument and reason.
pub fn not_granted(evidence: &Evidence, policy: &Policy, settings: &Settings) -> Vec<Need> {
    let mut all: Vec<Need> = Vec::new();
    for session in evidence.sessions.values() {
        let (_, needs) = worst(policy, session, session.place.as_ref().unwrap_or(&settings.bare));
        for (_, need) in needs {
            if !all.iter().any(|known| (&known.what, &known.argument) == (&need.what, &need.argument)) {
                all.push(need);
            }
        }
    }
    all
}

/// The strictest verdict on what evidence holds of a session, and what is denied.
fn worst(policy: &Policy, session: &Session, place: &Place) -> (Decision, Vec<(Recorded, Need)>) {
    let places = place.leads.iter().map(|(spelling, leads)| (spelling.clone(), leads.iter().cloned().collect()));
    let facts = Facts {
        project: place.project.clone(),
        cwd: place.cwd.clone(),
        home: place.home.clone(),
        os: place.os,
        fold_case: place.fold_case,
        places: places.collect(),
        ..Facts::default()
    };
    let history = History::default();
    let mut strictest = Decision::Allow;
    let mut needs = Vec::new();
    let mut judge = |request: &Request, recorded: &dyn Fn() -> Recorded| {
        let verdict = decide(policy, &history, &facts, request);
        strictest = strictest.max(verdict.decision);
        if verdict.decision == Decision::Deny
            && let Some(reason) = verdict.because.into_iter().next()
        {
            let need = Need { what: request.name(), argument: reason.argument, why: reason.message };
            needs.push((recorded(), need));
        }
    };
    for (server, known) in &session.servers {
        for (tool, calls) in &known.tools {
            for (hash, arguments) in &calls.samples {
                let request = Request::call(server.clone(), tool.clone(), arguments.clone());
                judge(&request, &|| Recorded::Call(server.clone(), tool.clone(), *hash));
            }
        }
        let request = |action| Request { server: server.clone(), action };
        for uri in &known.resources {
            let resource = request(Action::Resource { uri: uri.clone() });
            judge(&resource, &|| Recorded::Resource(server.clone(), uri.clone()));
        }
        for name in &known.prompts {
            let prompt = request(Action::Prompt { name: name.clone(), arguments: Map::new() });
            judge(&prompt, &|| Recorded::Prompt(server.clone(), name.clone()));
        }
    }
    (strictest, needs)
}
