//! Each session is judged by the policy of the others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::alone::{self, Alone, Counted};
use super::completeness::{Measured, Need, Recorded, Told, Unlike, affordable, denied, facts_of, worst};
use super::generalise::Step;
use super::generalise::policy::infer_from;
use super::readings::Readings;
use super::settings::Settings;
use super::stakes;
use super::unlike::ONE_IN;
use super::view::View;
use crate::decision::decide::decide;
use crate::decision::policy::Policy;
use crate::model::evidence::{Evidence, Place, Session, Tool};
use crate::model::history::History;
use crate::model::request::Request;
use crate::model::time::Timestamp;
use crate::model::verdict::Decision;

/// Judges each session by the policy of the others. `all`: the view of all of them.
pub fn leave_one_out(evidence: &Evidence, all: &View<'_>, settings: &Settings, readings: &Readings) -> Measured {
    let most = affordable(evidence);
    let units = Unit::all(evidence);
    if most == 0 || units.len() < 2 {
        return Measured::default();
    }
    let mut judge = Judge::new(evidence, all, settings, readings, &units);
    let (candidates, same) = judge.candidates();
    judge.measured.allowed = u32::try_from(same).unwrap_or(u32::MAX);
    let remain: Vec<(usize, Option<Told>)> = match candidates.len() > most {
        true => judge.in_groups(&candidates, most),
        false => candidates.into_iter().map(|unit| (unit, None)).collect(),
    };
    for (at, (unit, told)) in remain.into_iter().enumerate() {
        // Of more than can be judged alone, the verdict of all outside of the group has to do.
        let alone = if at < most.max(units.len() / ONE_IN) { judge.outside_of(&[unit], unit) } else { None };
        judge.measured.grouped += u32::from(alone.is_none() && told.is_some());
        judge.count(unit, alone.or(told));
    }
    judge.measured.sessions = u32::try_from(units.len()).unwrap_or(u32::MAX);
    for server in units.iter().flat_map(Unit::servers) {
        *judge.measured.using.entry(server.to_owned()).or_default() += 1;
    }
    judge.measured
}

/// Each session of the later half is judged by the policy of all that came before it. `None` where sessions have no time.
pub fn in_time_order(evidence: &Evidence, settings: &Settings) -> Option<Measured> {
    let mut units: Vec<(i64, Unit<'_>)> = Vec::new();
    for unit in Unit::all(evidence) {
        units.push((unit.first()?.0, unit));
    }
    units.sort_by(|(a, first), (b, second)| (a, &first.numbers).cmp(&(b, &second.numbers)));
    let half = units.len() / 2;
    let most = affordable(evidence);
    if most == 0 {
        return None;
    }
    let step = (units.len() - half).div_ceil(most).max(1);
    let (mut measured, readings) = (Measured::default(), Readings::remembered());
    for (at, (_, unit)) in units.iter().enumerate().skip(half.max(1)).step_by(step) {
        let before: BTreeSet<&str> = units.iter().take(at).flat_map(|(_, unit)| unit.digests()).collect();
        let view = View::new(evidence, &settings.bare, |other| !before.contains(other));
        let Ok(policy) = Policy::from_document(infer_from(&view, settings, &readings).document) else { continue };
        let bare = &settings.bare;
        let verdicts = unit.recordings.values().map(|(_, session)| {
            let place = session.place.as_ref().unwrap_or(bare);
            worst(&policy, session, place).0
        });
        measured.sessions += 1;
        match verdicts.max() {
            Some(Decision::Deny) => {}
            Some(Decision::Ask) => measured.asked += 1,
            Some(Decision::Allow) | None => measured.allowed += 1,
        }
    }
    (measured.sessions > 0).then_some(measured)
}

/// One session: the recordings of one run, or one recording.
#[derive(Debug, Default)]
struct Unit<'a> {
    /// By their numbers in the view of all, each with its digest.
    recordings: BTreeMap<u32, (&'a str, &'a Session)>,
    numbers: BTreeSet<u32>,
}

impl<'a> Unit<'a> {
    fn all(evidence: &'a Evidence) -> Vec<Unit<'a>> {
        let mut units: Vec<Unit<'a>> = Vec::new();
        let mut of_run: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, (digest, session)) in (0..).zip(&evidence.sessions) {
            let next = units.len();
            let at = session.run.as_deref().map_or(next, |run| *of_run.entry(run).or_insert(next));
            if at == next {
                units.push(Unit::default());
            }
            if let Some(unit) = units.get_mut(at) {
                unit.recordings.insert(number, (digest, session));
                unit.numbers.insert(number);
            }
        }
        units
    }

    fn digests(&self) -> impl Iterator<Item = &'a str> {
        self.recordings.values().map(|(digest, _)| *digest)
    }

    /// The servers that it used, each once.
    fn servers(&self) -> BTreeSet<&'a str> {
        self.recordings.values().flat_map(|(_, session)| session.servers.keys().map(String::as_str)).collect()
    }

    /// When its first call was.
    fn first(&self) -> Option<Timestamp> {
        let servers = self.recordings.values().flat_map(|(_, session)| session.servers.values());
        servers.flat_map(|server| server.tools.values()).filter_map(|tool| tool.first).min()
    }
}

struct Judge<'a> {
    evidence: &'a Evidence,
    all: &'a View<'a>,
    settings: &'a Settings,
    readings: &'a Readings,
    units: &'a [Unit<'a>],
    starts: Vec<usize>,
    measured: Measured,
}

impl<'a> Judge<'a> {
    fn new(
        evidence: &'a Evidence,
        all: &'a View<'a>,
        settings: &'a Settings,
        readings: &'a Readings,
        units: &'a [Unit<'a>],
    ) -> Judge<'a> {
        let (starts, measured) = (alone::starts(all), Measured::default());
        Judge { evidence, all, settings, readings, units, starts, measured }
    }

    /// The sessions that had something which no other had, or which even the policy of all denies something; and how many
    /// others there are.
    fn candidates(&mut self) -> (Vec<usize>, usize) {
        let policy = Policy::from_document(infer_from(self.all, self.settings, self.readings).document);
        let Ok(policy) = policy else { return ((0..self.units.len()).collect(), 0) };
        let stands_out = |unit: &Unit<'_>| {
            unit.recordings.iter().any(|(number, (_, session))| {
                self.counted(unit, *number).stands_alone(session)
                    || worst(&policy, session, self.place(session)).0 != Decision::Allow
            })
        };
        let found = self.units.iter().enumerate().filter(|(_, unit)| stands_out(unit)).map(|(at, _)| at);
        let found: Vec<usize> = found.collect();
        let others = self.units.len() - found.len();
        (found, others)
    }

    fn place<'b>(&'b self, session: &'b Session) -> &'b Place {
        session.place.as_ref().unwrap_or(&self.settings.bare)
    }

    fn counted<'b>(&'b self, unit: &'b Unit<'_>, recording: u32) -> Counted<'b> {
        let start = self.starts.get(recording as usize).copied().unwrap_or_default();
        Counted { all: self.all, starts: &self.starts, own: &unit.numbers, start }
    }

    /// Judges each by the policy of those outside of its group. What that allows, the policy of all others allows as well,
    /// which knows more. Those that it does not allow remain.
    fn in_groups(&mut self, candidates: &[usize], groups: usize) -> Vec<(usize, Option<Told>)> {
        let mut remain = Vec::new();
        for first in 0..groups {
            let group: Vec<usize> = candidates.iter().skip(first).step_by(groups).copied().collect();
            let Some(policy) = self.policy_without(&group) else { continue };
            for unit in group {
                match self.judge(&policy, unit) {
                    (Decision::Allow, _) => {
                        self.measured.grouped += 1;
                        self.count(unit, Some((Decision::Allow, Vec::new())));
                    }
                    told => remain.push((unit, Some(told))),
                }
            }
        }
        remain.sort_unstable_by_key(|(unit, _)| *unit);
        remain
    }

    fn policy_without(&self, group: &[usize]) -> Option<Policy> {
        let out: BTreeSet<&str> =
            group.iter().filter_map(|unit| self.units.get(*unit)).flat_map(Unit::digests).collect();
        let view = View::new(self.evidence, &self.settings.bare, |other| out.contains(other));
        Policy::from_document(infer_from(&view, self.settings, self.readings).document).ok()
    }

    fn outside_of(&mut self, group: &[usize], unit: usize) -> Option<Told> {
        let policy = self.policy_without(group)?;
        Some(self.judge(&policy, unit))
    }

    fn count(&mut self, unit: usize, told: Option<Told>) {
        let (Some((decision, needs)), Some(unit)) = (told, self.units.get(unit)) else { return };
        self.measured.judged += 1;
        match decision {
            Decision::Allow => self.measured.allowed += 1,
            Decision::Ask => self.measured.asked += 1,
            Decision::Deny => {
                let server = needs.first().map(|(recorded, _)| recorded.server());
                let with = |session: &Session| server.is_none_or(|server| session.servers.contains_key(server));
                let mut named = unit.recordings.values().map(|(_, session)| *session).filter(|session| with(session));
                let session = named.next().map(|session| session.name.clone()).unwrap_or_default();
                let digests = unit.digests().map(str::to_owned).collect();
                let first = needs.first().map(|(_, first)| first.clone());
                self.measured.denied.extend(first.map(|first| Unlike {
                    session,
                    digests,
                    needs: first,
                    denied: needs,
                }));
            }
        }
    }

    /// The strictest verdict on the calls that are kept of a session, and on what it alone had in the others.
    fn judge(&mut self, policy: &Policy, unit: usize) -> Told {
        let Some(unit) = self.units.get(unit) else { return (Decision::Allow, Vec::new()) };
        let (mut strictest, mut needs) = (Decision::Allow, Vec::new());
        for (number, (_, session)) in &unit.recordings {
            let (decision, denied) = worst(policy, session, self.place(session));
            strictest = strictest.max(decision);
            let known: BTreeSet<(&str, &str)> = denied.iter().filter_map(|(recorded, _)| recorded.tool()).collect();
            let tools = session.servers.iter().flat_map(|(server, seen)| {
                seen.tools.iter().map(move |(tool, calls)| (server.as_str(), tool.as_str(), calls))
            });
            for (server, tool, calls) in tools {
                if calls.arguments.objects <= calls.samples.len() as u64 || known.contains(&(server, tool)) {
                    continue;
                }
                let alone = self.counted(unit, *number).of(session, server, tool);
                if let Some(need) = self.unkept(policy, session, (server, tool, calls), &alone) {
                    strictest = Decision::Deny;
                    needs.push((Recorded::Unkept(server.to_owned(), tool.to_owned()), need));
                }
            }
            needs.extend(denied);
        }
        (strictest, needs)
    }

    /// The first thing that is denied among what a session alone had in calls that are not kept: each value in a call that
    /// is. Where nobody can count the values, a call that changes something is taken for denied.
    fn unkept(
        &mut self,
        policy: &Policy,
        session: &Session,
        (server, tool, calls): (&str, &str, &Tool),
        alone: &Alone,
    ) -> Option<Need> {
        let facts = facts_of(self.place(session));
        for (path, value) in &alone.values {
            for base in self.bases(session, (server, tool, calls), path) {
                let request = Request::call(server, tool, alone::with(&base, path, value));
                if let Some(need) = denied(&decide(policy, &History::default(), &facts, &request), &request) {
                    return Some(need);
                }
            }
        }
        let pointer = alone.uncounted.clone()?;
        let seen = self.all.servers.get(server)?;
        let what = format!("{server}.{tool}");
        if stakes::of(tool, seen.tools.get(tool)?, seen.offered.get(tool).copied()).changes {
            let why = "more values than are kept, so that nobody can tell what it did".to_owned();
            return Some(Need { what, argument: Some(pointer), why });
        }
        let position = format!("{what} {pointer}");
        if !self.measured.uncounted.contains(&position) {
            self.measured.uncounted.push(position);
        }
        None
    }

    /// Calls of a tool to put a value into: those that have its position, one for each deed of a gateway; of this session,
    /// else of another; else any call.
    fn bases(
        &self,
        session: &Session,
        (server, tool, calls): (&str, &str, &Tool),
        path: &[Step],
    ) -> Vec<Map<String, Value>> {
        let deed = |call: &Map<String, Value>| calls.by.as_deref().and_then(|by| call.get(by)).map(Value::to_string);
        let mut found: BTreeMap<Option<String>, &Map<String, Value>> = BTreeMap::new();
        for call in calls.samples.values().filter(|call| alone::has(call, path)) {
            found.entry(deed(call)).or_insert(call);
        }
        let others = || {
            let sessions = self.evidence.sessions.values().filter(|other| !std::ptr::eq(*other, session));
            let calls = sessions.filter_map(|other| other.servers.get(server)?.tools.get(tool));
            calls.flat_map(|calls| calls.samples.values())
        };
        if found.is_empty() {
            found.extend(others().find(|call| alone::has(call, path)).map(|call| (None, call)));
        }
        if found.is_empty() {
            found.extend(calls.samples.values().chain(others()).next().map(|call| (None, call)));
        }
        match found.is_empty() {
            true => vec![Map::new()],
            false => found.into_values().cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::make;
    use super::*;
    use crate::decision::redact::Redactor;
    use crate::model::policy::Redaction;
    use crate::pipeline::infer::settings::Strictness;

    fn repeated() -> impl Strategy<Value = (Vec<Vec<Request>>, Strictness)> {
        let strictness = prop::sample::select(vec![Strictness::Exact, Strictness::Balanced, Strictness::Broad]);
        let some = prop::collection::vec(make::request(), 2..8);
        let picks = prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..9), 3..9);
        (some, picks, strictness).prop_map(|(some, picks, strictness)| {
            let pick =
                |all: Vec<prop::sample::Index>| all.iter().map(|at| some[at.index(some.len())].clone()).collect();
            (picks.into_iter().map(pick).collect(), strictness)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

        #[test]
        fn a_session_that_had_nothing_alone_and_that_all_allow_the_others_allow_as_well(
            (sessions, strictness) in repeated()
        ) {
            let redactor = Redactor::new(&[7; 32], &Redaction::default()).unwrap();
            let numbered = sessions.iter().enumerate();
            let evidence = Evidence::collect(numbered.map(|(run, all)| make::session(&redactor, run, all)));
            let (settings, readings) = (make::settings(strictness), Readings::remembered());
            let all = View::new(&evidence, &settings.bare, |_| false);
            let units = Unit::all(&evidence);
            let mut judge = Judge::new(&evidence, &all, &settings, &readings, &units);
            let (candidates, _) = judge.candidates();
            for unit in (0..units.len()).filter(|unit| !candidates.contains(unit)) {
                let (decision, needs) = judge.outside_of(&[unit], unit).unwrap();
                prop_assert_eq!(decision, Decision::Allow, "{:?}", needs);
            }
        }
    }
}
