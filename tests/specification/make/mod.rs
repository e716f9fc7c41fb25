//! Policies, requests, histories and facts, out of a run of bytes. A request is mostly made to fit its policy, with one
//! thing wrong here and there, so that each rule is seen to grant and to deny.

mod calls;
mod constraints;
mod policies;
mod spellings;
mod values;
mod windows;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use mcp_remit::decision::policy::Policy;
use mcp_remit::model::facts::{Facts, Os};
use mcp_remit::model::history::History;
use mcp_remit::model::policy::Document;
use mcp_remit::model::request::Request;
use proptest::prelude::*;

use crate::choices::Choices;

pub use calls::request;
pub use policies::document;
pub use world::{history, links, surroundings, with_links};

/// One policy and some requests of one session.
#[derive(Clone)]
pub struct Session {
    pub document: Document,
    /// Where the session stands.
    pub here: Facts,
    /// Places of the policy that are links, and where they lead.
    pub links: BTreeMap<String, String>,
    pub history: History,
    pub requests: Vec<(Request, Facts)>,
}

/// The message of a disagreement shows what concerns its request; the whole session would hide it.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a session of {} requests", self.requests.len())
    }
}

/// Requests of one session; making a policy ready costs more than judging by it.
pub const REQUESTS: usize = 12;

pub fn session() -> impl Strategy<Value = Arc<Session>> {
    prop::collection::vec(any::<u8>(), 1400).prop_map(|bytes| Arc::new(made(&bytes)))
}

fn made(bytes: &[u8]) -> Session {
    let choices = &mut Choices::new(bytes);
    if choices.chance(35) {
        choices.os = Os::Windows;
    }
    let document = document(choices);
    let policy = Policy::from_document(document.clone()).unwrap_or_else(|problems| panic!("{problems}\n{document:#?}"));
    let history = history(&document, choices);
    let here = surroundings(choices);
    let links = links(&policy, &here, choices);
    let requests = (0..REQUESTS)
        .map(|_| {
            let request = request(&document, choices);
            let facts = with_links(&policy, &here, &request, choices);
            (request, facts)
        })
        .collect();
    Session { document, here, links, history, requests }
}
