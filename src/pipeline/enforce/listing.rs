//! The tools that a server lists: those that no rule could allow are hidden, and so are those that are not as the lock
//! pinned them. Hiding is a courtesy; every call is judged.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::decision::identity;
use crate::model::lockfile::LockedServer;
use crate::model::policy::{Document, Server};

/// What the lock says.
#[derive(Debug, Clone, PartialEq)]
pub enum Lock {
    /// None was asked for.
    Open,
    /// This server's part of it.
    Of(Box<LockedServer>),
    /// It was asked for and is not there; why. Nothing passes.
    Missing(String),
}

/// How a tool stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Pinned,
    Drifted,
    NotInLock,
}

/// What the server has listed so far.
#[derive(Debug)]
pub struct Listing {
    lock: Lock,
    seen: HashMap<String, Standing>,
    asked: Asked,
}

/// What came of asking for the whole list, since it last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    NotYet,
    /// What was not seen is not there.
    Complete,
    /// The list was not given, or cannot be read. It holds for those who waited for it; then it is asked for again.
    Failed,
}

#[derive(Deserialize)]
struct RawPage<'a> {
    #[serde(borrow)]
    tools: &'a RawValue,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default, rename = "nextCursor")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Listing {
    pub fn new(lock: Lock) -> Listing {
        Listing { lock, seen: HashMap::new(), asked: Asked::NotYet }
    }

    /// The server says that its tools have changed: what it listed before counts no longer.
    pub fn forget(&mut self) {
        self.seen.clear();
        self.asked = Asked::NotYet;
    }

    /// Whether a call of this tool cannot be ruled on before the server has listed its tools.
    pub fn must_be_asked_for(&self, tool: &str) -> bool {
        matches!(self.lock, Lock::Of(_)) && self.asked == Asked::NotYet && !self.seen.contains_key(tool)
    }

    /// Takes a page of the list that was asked for; `None`: there is none. The cursor of the next page.
    pub fn learn(&mut self, page: Option<&str>) -> Option<String> {
        let next = page.filter(|page| split(page).is_some()).and_then(|page| {
            self.look(page, |_| true);
            serde_json::from_str::<Next>(page).ok()
        });
        self.asked = match &next {
            None => Asked::Failed,
            Some(Next { next: None }) => Asked::Complete,
            Some(_) => Asked::NotYet,
        };
        next?.next
    }

    /// Those who waited for the list were ruled on: where there was none, the next one asks again.
    pub fn ask_again(&mut self) {
        if self.asked == Asked::Failed {
            self.asked = Asked::NotYet;
        }
    }

    /// Why the lock lets no call of this tool pass; `None`: it does.
    pub fn objection(&self, tool: &str) -> Option<String> {
        match (&self.lock, self.seen.get(tool)) {
            (Lock::Open, _) | (Lock::Of(_), Some(Standing::Pinned)) => None,
            (Lock::Missing(why), _) => Some(why.clone()),
            (Lock::Of(_), Some(Standing::Drifted)) => {
                Some(format!("`{tool}` is no longer as the lock pinned it; see `remit lock --check`"))
            }
            (Lock::Of(_), Some(Standing::NotInLock)) => {
                Some(format!("`{tool}` is not in the lock; review it and run `remit lock`"))
            }
            (Lock::Of(_), None) => {
                Some(format!("the server does not list `{tool}`, so it cannot be held against the lock"))
            }
        }
    }

    /// Why nothing of this server passes at all.
    pub fn missing(&self) -> Option<&str> {
        match &self.lock {
            Lock::Missing(why) => Some(why),
            _ => None,
        }
    }

    /// Looks at one page of `tools/list`. What comes back is the page without the tools that are hidden, every other byte
    /// as the server sent it; `None` where nothing is hidden. A page that cannot be read hides everything.
    pub fn look(&mut self, result: &str, visible: impl Fn(&str) -> bool) -> Option<String> {
        let Some((before, tools, after)) = split(result) else {
            return Some(r#"{"tools":[]}"#.to_owned());
        };
        let mut hidden = HashSet::new();
        for tool in &tools {
            let name = serde_json::from_str::<Named>(tool.get()).map(|named| named.name).ok();
            let shown = name.as_deref().is_some_and(|name| self.admit(name, tool.get()) && visible(name));
            if !shown {
                hidden.insert(tool.get().as_ptr());
            }
        }
        if hidden.is_empty() {
            return None;
        }
        let kept: Vec<&str> =
            tools.iter().map(|tool| tool.get()).filter(|tool| !hidden.contains(&tool.as_ptr())).collect();
        Some(format!("{before}[{}]{after}", kept.join(",")))
    }

    /// Notes how a tool stands. Of two that share a name the worse counts.
    fn admit(&mut self, name: &str, tool: &str) -> bool {
        let standing = match &self.lock {
            Lock::Open => return true,
            Lock::Missing(_) => return false,
            Lock::Of(server) => match (server.tools.get(name), serde_json::from_str::<Value>(tool)) {
                (None, _) => Standing::NotInLock,
                (Some(pinned), Ok(value)) if identity::digest(&value) == pinned.sha256 => Standing::Pinned,
                (Some(_), _) => Standing::Drifted,
            },
        };
        let known = self.seen.entry(name.to_owned()).or_insert(standing);
        if *known == Standing::Pinned {
            *known = standing;
        }
        standing == Standing::Pinned
    }
}

/// The page before its list, the tools as they stand, and the page after.
fn split(result: &str) -> Option<(&str, Vec<&RawValue>, &str)> {
    let page: RawPage<'_> = serde_json::from_str(result).ok()?;
    let list = page.tools.get();
    let tools = serde_json::from_str(list).ok()?;
    let start = list.as_ptr() as usize - result.as_ptr() as usize;
    Some((result.get(..start)?, tools, result.get(start + list.len()..)?))
}

/// Whether any rule of the policy could allow a call of this tool.
pub fn could_be_allowed(policy: &Document, server: &str, tool: &str) -> bool {
    let asked = policy
        .approvals
        .iter()
        .any(|entry| entry.tool == tool && entry.server.as_deref().is_none_or(|named| named == server));
    match policy.servers.get(server) {
        None => asked || policy.default_allow,
        Some(rules) if rules.denied_tools.iter().any(|denied| denied == tool) => false,
        Some(rules) => asked || names(rules, tool) || has_path_rules_alone(rules),
    }
}

fn names(rules: &Server, tool: &str) -> bool {
    rules.tools.contains_key(tool) || rules.allowed_tools.iter().any(|allowed| allowed == tool)
}

fn has_path_rules_alone(rules: &Server) -> bool {
    rules.tools.is_empty() && rules.allowed_tools.is_empty() && rules.allowed_paths.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lockfile::Pinned;

    const PAGE: &str = r#"{"x":1.0, "tools": [ {"name":"read", "n":1.0},{"name":"rm"} ], "nextCursor":"c"}"#;

    fn lock(tools: &[(&str, &str)]) -> Lock {
        let pin = |tool: &str| {
            let value: Value = serde_json::from_str(tool).unwrap();
            Pinned { sha256: identity::digest(&value), value }
        };
        let tools = tools.iter().map(|(name, tool)| ((*name).to_owned(), pin(tool))).collect();
        Lock::Of(Box::new(LockedServer { tools, ..LockedServer::default() }))
    }

    #[test]
    fn a_hidden_tool_is_taken_out_and_every_other_byte_stays() {
        let mut listing = Listing::new(Lock::Open);
        assert_eq!(listing.look(PAGE, |_| true), None);
        assert_eq!(
            listing.look(PAGE, |name| name == "read").unwrap(),
            r#"{"x":1.0, "tools": [{"name":"read", "n":1.0}], "nextCursor":"c"}"#
        );
        assert_eq!(listing.look(r#"{"tools":7}"#, |_| true).unwrap(), r#"{"tools":[]}"#);
        assert_eq!(listing.look(r#"{"tools":[{"x":1}]}"#, |_| true).unwrap(), r#"{"tools":[]}"#);
    }

    #[test]
    fn a_tool_passes_while_it_is_as_it_was_pinned() {
        let mut listing =
            Listing::new(lock(&[("read", r#"{"n":1,"name":"read"}"#), ("rm", r#"{"name":"rm","d":""}"#)]));
        assert!(listing.objection("read").unwrap().contains("does not list"));
        let shown = listing.look(PAGE, |_| true).unwrap();
        assert!(shown.contains(r#""read""#) && !shown.contains(r#""rm""#), "{shown}");
        assert_eq!(listing.objection("read"), None);
        assert!(listing.objection("rm").unwrap().contains("no longer"));
        listing.forget();
        assert!(listing.objection("read").is_some());
    }

    #[test]
    fn a_tool_that_was_never_listed_is_asked_for_once_over_all_pages() {
        let mut listing = Listing::new(lock(&[("read", r#"{"n":1,"name":"read"}"#)]));
        assert!(listing.must_be_asked_for("read") && !Listing::new(Lock::Open).must_be_asked_for("read"));
        assert_eq!(listing.learn(Some(r#"{"tools":[],"nextCursor":"c"}"#)).as_deref(), Some("c"));
        assert!(listing.must_be_asked_for("read"));
        assert_eq!(listing.learn(Some(r#"{"tools":[{"name":"read","n":1}]}"#)), None);
        assert_eq!(listing.objection("read"), None);
        assert!(!listing.must_be_asked_for("other") && listing.objection("other").is_some());
        listing.forget();
        assert!(listing.must_be_asked_for("read"));
    }

    #[test]
    fn a_list_that_failed_denies_those_who_waited_for_it_and_is_asked_for_again() {
        for failed in [None, Some("{}"), Some(r#"{"tools":7}"#), Some(r#"{"tools":[],"nextCursor":7}"#)] {
            let mut listing = Listing::new(lock(&[("read", r#"{"name":"read"}"#)]));
            assert_eq!(listing.learn(failed), None);
            assert!(!listing.must_be_asked_for("read") && listing.objection("read").is_some(), "{failed:?}");
            listing.ask_again();
            assert!(listing.must_be_asked_for("read"), "{failed:?}");
            assert_eq!(listing.learn(Some(r#"{"tools":[{"name":"read"}]}"#)), None);
            listing.ask_again();
            assert!(!listing.must_be_asked_for("other") && listing.objection("read").is_none());
        }
    }

    #[test]
    fn a_second_tool_under_a_pinned_name_spoils_it() {
        let mut listing = Listing::new(lock(&[("read", r#"{"name":"read"}"#)]));
        listing.look(r#"{"tools":[{"name":"read"},{"name":"read","description":"evil"},{"name":"read"}]}"#, |_| true);
        assert!(listing.objection("read").is_some());
    }

    #[test]
    fn without_the_lock_that_was_asked_for_nothing_passes() {
        let mut listing = Listing::new(Lock::Missing("no lock".into()));
        assert_eq!(listing.look(r#"{"tools":[{"name":"read"}]}"#, |_| true).unwrap(), r#"{"tools":[]}"#);
        assert_eq!(listing.objection("read").as_deref(), Some("no lock"));
    }

    #[test]
    fn a_tool_is_shown_where_a_rule_could_allow_it_and_hidden_elsewhere() {
        let mut policy = Document::default();
        assert!(!could_be_allowed(&policy, "fs", "read"));
        let rules = Server { allowed_tools: vec!["read".into()], denied_tools: vec!["rm".into()], ..Server::default() };
        policy.servers.insert("fs".into(), rules);
        assert!(could_be_allowed(&policy, "fs", "read"));
        assert!(!could_be_allowed(&policy, "fs", "rm"));
        assert!(!could_be_allowed(&policy, "fs", "write"));
        let paths = Server { allowed_paths: Some(vec!["./src".into()]), ..Server::default() };
        policy.servers.insert("other".into(), paths);
        assert!(could_be_allowed(&policy, "other", "anything"));
    }
}
