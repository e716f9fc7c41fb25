//! What makes no policy: a document that loads does not load any more once one thing in it is wrong, and what is wrong is
//! told, with everything else that is.

use std::collections::BTreeMap;
use std::sync::Arc;

use mcp_remit::decision::policy::Policy;
use mcp_remit::model::policy::{
    Args, Budget, Constraint, Document, Flow, LabelRef, Period, Server, SqlGrant, TextGrant, Tool,
};
use mcp_remit::model::verdict::Decision;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::make::{self, Session};

/// The server that is added with what is wrong in it.
const WRONG: &str = "wrong";

/// Constraints that mean nothing, and what the problem says.
fn constraints() -> Vec<(Constraint, &'static str)> {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let paths = |list: &[&str]| Constraint::Paths { paths: texts(list), relative_to: None };
    let boxed = |constraint: Constraint| Box::new(constraint);
    vec![
        (paths(&["./src", "./{a"]), "`./{a`"),
        (paths(&["~bob/x"]), "`~bob/x`"),
        (Constraint::Urls(texts(&["https://acme.com", "no url"])), "`no url`"),
        (Constraint::Emails(texts(&["ada@acme.com", "nobody"])), "`nobody`"),
        (Constraint::Commands(texts(&["git status", "'"])), "`'`"),
        (Constraint::Matches("a)|(b".into()), "not balanced"),
        (Constraint::Matches("(".into()), "not a regular expression"),
        (Constraint::Sql(SqlGrant { search_path: Some("public, shop".into()), ..SqlGrant::default() }), ".sql: "),
        (Constraint::Text(TextGrant { hosts: Some(texts(&["a b"])), ..TextGrant::default() }), ".text: hosts[0]"),
        (Constraint::Not(boxed(Constraint::Commands(texts(&["git *"])))), "`not` can hold"),
        (Constraint::Not(boxed(Constraint::AnyOf(vec![Constraint::OneOf(vec![]), Constraint::Any]))), "`not` can hold"),
        (Constraint::Each(boxed(paths(&["/.."]))), "`/..`"),
        (Constraint::All(vec![Constraint::Any, paths(&[""])]), "an empty path"),
    ]
}

/// Rules of a tool that contradict themselves.
fn tools() -> Vec<(Tool, &'static str)> {
    let listed = || Args::Listed(BTreeMap::from([("a".to_owned(), Constraint::Any)]));
    let budget = |sum: &str| Some(Budget { sum: sum.to_owned(), max: 1.0, per: Period::Day });
    let required = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    vec![
        (Tool { args: listed(), required: required(&["a", "b"]), ..Tool::default() }, "`b` is required"),
        (Tool { args: Args::Closed, required: required(&["b"]), ..Tool::default() }, "`b` is required"),
        (Tool { args: listed(), budget: budget("b"), ..Tool::default() }, "the budget sums `b`"),
        (Tool { args: Args::Closed, budget: budget("a"), ..Tool::default() }, "the budget sums `a`"),
    ]
}

/// The same rules where the argument is admitted.
fn admitted() -> Vec<Tool> {
    let open = |tool: Tool| Tool { other_args: true, ..tool };
    let any = |tool: Tool| Tool { args: Args::Any, ..tool };
    tools().into_iter().flat_map(|(tool, _)| [open(tool.clone()), any(tool)]).collect()
}

fn with(document: &Document, server: Server) -> Document {
    let mut document = document.clone();
    document.servers.insert(WRONG.to_owned(), server);
    document
}

fn with_tool(document: &Document, tool: Tool) -> Document {
    with(document, Server { tools: BTreeMap::from([("act".to_owned(), tool)]), ..Server::default() })
}

/// The document with one thing wrong in it, and what must be told.
fn spoiled(document: &Document) -> Vec<(Document, &'static str)> {
    let mut all: Vec<(Document, &'static str)> =
        tools().into_iter().map(|(tool, why)| (with_tool(document, tool), why)).collect();
    for (constraint, why) in constraints() {
        let args = Args::Listed(BTreeMap::from([("a".to_owned(), constraint)]));
        all.push((with_tool(document, Tool { args, ..Tool::default() }), why));
    }
    let list = |text: &str| vec!["a".to_owned(), text.to_owned(), "b".to_owned()];
    all.push((with(document, Server { allowed_paths: Some(list("./{a")), ..Server::default() }), "`./{a`"));
    all.push((with(document, Server { denied_paths: list("~bob/x"), ..Server::default() }), "`~bob/x`"));
    let names = |name: &str| with(document, Server { denied_patterns: list(name), ..Server::default() });
    let places = ["`a/../b`", "``", "`/x`", "`~/x`", "`$x`", r"`C:\x`", r"`\x`", "`a/**/b`", "`{a`", "`./`"];
    all.extend(places.map(|why| (names(why.trim_matches('`')), why)));
    all.push((with(document, Server { resources: list("docs://{a"), ..Server::default() }), "`docs://{a`"));
    let mut flow = document.clone();
    flow.flows.push(Flow { name: "x".into(), from: vec!["nobody".into()], to: "private".into(), then: Decision::Deny });
    all.push((flow, "no label `nobody`"));
    let mut label = document.clone();
    let place = LabelRef::Place { server: WRONG.into(), path: "./{a".into() };
    label.labels.insert("more".into(), vec![place]);
    all.push((label, "`./{a`"));
    let mut redaction = document.clone();
    redaction.redaction.patterns.push(("ticket".into(), "(".into()));
    all.push((redaction, "not a regular expression"));
    all
}

#[test]
fn a_policy_with_one_thing_wrong_in_it_is_none_and_says_what() {
    let config = ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() };
    let ran = TestRunner::new(config).run(&make::session(), |session: Arc<Session>| {
        prop_assert!(Policy::from_document(session.document.clone()).is_ok());
        for (document, why) in spoiled(&session.document) {
            let Err(problems) = Policy::from_document(document) else {
                return Err(TestCaseError::fail(format!("it loads: {why}")));
            };
            let told: Vec<&str> = problems.0.iter().map(|problem| problem.message.as_str()).collect();
            prop_assert!(told.len() == 1 && told[0].contains(why), "{why}: {told:#?}");
        }
        let everywhere = ["**", "**/x", "x/**", "a/b", "x."].map(str::to_owned).to_vec();
        let loaded =
            Policy::from_document(with(&session.document, Server { denied_patterns: everywhere, ..Server::default() }));
        prop_assert!(loaded.is_ok(), "{loaded:?}");
        for tool in admitted() {
            let loaded = Policy::from_document(with_tool(&session.document, tool.clone()));
            prop_assert!(loaded.is_ok(), "{loaded:?}: {tool:?}");
        }
        Ok(())
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}
