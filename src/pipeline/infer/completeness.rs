//! How complete is this recording? Measured: each session is judged by the policy of the others.

use std::collections::BTreeMap;

use serde_json::Map;

use super::mass::interval;
use super::settings::Settings;
use crate::decision::decide::decide;
use crate::decision::policy::Policy;
use crate::model::evidence::{Evidence, Node, Place, Session};
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::request::{Action, Request};
use crate::model::verdict::{Decision, Verdict};

/// Policies that are inferred to measure, at most: each costs an inference over nearly all sessions.
const MOST: usize = 40;
/// Values that are looked at for it, over all of these policies.
const EFFORT: usize = 1_000_000;

/// How many sessions the policy of the others lets through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    pub sessions: u32,
    /// Server -> how many of them used it.
    pub using: BTreeMap<String, u32>,
    /// Those among them that were judged: each by the policy of all others, or, of more than can be, first of all outside
    /// of its group. The others had nothing that no other session had, so that the policy of the others grants it.
    pub judged: u32,
    pub grouped: u32,
    /// Calls that only look and had more values than anybody counts: `server.tool /pointer`.
    pub uncounted: Vec<String>,
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
    /// Server and tool: some calls that were not kept.
    Unkept(String, String),
}

impl Recorded {
    pub(super) fn server(&self) -> &str {
        match self {
            Recorded::Call(server, ..) | Recorded::Unkept(server, _) => server,
            Recorded::Resource(server, _) | Recorded::Prompt(server, _) => server,
        }
    }

    /// Server and tool of a call.
    pub(super) fn tool(&self) -> Option<(&str, &str)> {
        match self {
            Recorded::Call(server, tool, _) | Recorded::Unkept(server, tool) => Some((server, tool)),
            Recorded::Resource(..) | Recorded::Prompt(..) => None,
        }
    }
}

/// A session unlike the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlike {
    /// The recording's file, or the first of them.
    pub session: String,
    /// SHA-256 of its traces, as in [`Evidence::sessions`].
    pub digests: Vec<String>,
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

/// How many policies can be inferred without making the user wait: fewer, the more there is to infer from each time.
pub(super) fn affordable(evidence: &Evidence) -> usize {
    if evidence.sessions.len() < 2 {
        return 0;
    }
    let samples = |session: &Session| -> usize {
        let tools = session.servers.values().flat_map(|server| server.tools.values());
        tools.map(|tool| size(&tool.arguments)).sum()
    };
    let all: usize = evidence.sessions.values().map(samples).sum();
    if all > 400_000 { 0 } else { (EFFORT / all.max(1)).clamp(2, MOST) }
}

/// Values below a node.
fn size(node: &Node) -> usize {
    let below = node.fields.values().map(size).sum::<usize>();
    1 + node.values.len() + below + node.items.as_deref().map_or(0, size)
}

/// What one session is told by a policy.
pub(super) type Told = (Decision, Vec<(Recorded, Need)>);

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

pub(super) fn facts_of(place: &Place) -> Facts {
    let places = place.leads.iter().map(|(spelling, leads)| (spelling.clone(), leads.iter().cloned().collect()));
    Facts {
        project: place.project.clone(),
        cwd: place.cwd.clone(),
        home: place.home.clone(),
        os: place.os,
        fold_case: place.fold_case,
        places: places.collect(),
        ..Facts::default()
    }
}

/// The first reason of a denial.
pub(super) fn denied(verdict: &Verdict, request: &Request) -> Option<Need> {
    let reason = verdict.because.first().filter(|_| verdict.decision == Decision::Deny)?;
    Some(Need { what: request.name(), argument: reason.argument.clone(), why: reason.message.clone() })
}

/// The strictest verdict on what evidence holds of a session, and what is denied.
pub(super) fn worst(policy: &Policy, session: &Session, place: &Place) -> Told {
    let facts = facts_of(place);
    let history = History::default();
    let mut strictest = Decision::Allow;
    let mut needs = Vec::new();
    let mut judge = |request: &Request, recorded: &dyn Fn() -> Recorded| {
        let verdict = decide(policy, &history, &facts, request);
        strictest = strictest.max(verdict.decision);
        needs.extend(denied(&verdict, request).map(|need| (recorded(), need)));
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
