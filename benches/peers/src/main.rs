//! remit beside Cedar, on policies that say the same: `cargo run --release --manifest-path benches/peers/Cargo.toml`.
//!
//! One call of three arguments: a path below `./src`, a word out of two, a number between two. Each engine has its policy
//! loaded and its request made before the clock starts. Cedar compares the path as letters; remit reads it as a place,
//! and judges its protections and every other effect as well.

use std::str::FromStr;

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request as CedarRequest};
use divan::{Bencher, black_box};
use mcp_remit::decision::decide::decide;
use mcp_remit::decision::policy::{Policy, load};
use mcp_remit::model::facts::Facts;
use mcp_remit::model::history::History;
use mcp_remit::model::request::Request;
use mcp_remit::model::verdict;
use serde_json::{Value, json};

fn main() {
    agree();
    divan::main();
}

/// What is compared must say the same, or the figures mean nothing.
fn agree() {
    for (path, mode, head, allowed) in [
        ("src/main.rs", "a", 50, true),
        ("docs/x", "a", 50, false),
        ("src/main.rs", "c", 50, false),
        ("src/main.rs", "b", 501, false),
    ] {
        let remit = Remit::new(10, path, mode, head).decide();
        let cedar = Cedar::new(10, path, mode, head).decide();
        assert_eq!(
            (remit == verdict::Decision::Allow, cedar == Decision::Allow),
            (allowed, allowed),
            "{path} {mode} {head}"
        );
    }
}

struct Remit {
    policy: Policy,
    facts: Facts,
    history: History,
    request: Request,
}

impl Remit {
    fn new(grants: usize, path: &str, mode: &str, head: i64) -> Remit {
        let mut yaml = String::from("version: 1\nservers:\n  fs:\n    tools:\n");
        for grant in 0..grants {
            yaml.push_str(&format!("      t{grant}: {{ args: {{ path: {{ paths: [./src] }}, mode: {{ one_of: [a, b] }}, head: {{ range: [1, 500] }} }} }}\n"));
        }
        let (policy, _) = load(&yaml, "bench.yaml").expect("the policy loads");
        let facts = Facts {
            project: "/home/ada/web".into(),
            cwd: "/home/ada/web".into(),
            home: Some("/home/ada".into()),
            ..Facts::default()
        };
        let Value::Object(arguments) = json!({ "path": path, "mode": mode, "head": head }) else { unreachable!() };
        let request = Request::call("fs", &format!("t{}", grants / 2), arguments);
        Remit { policy, facts, history: History::default(), request }
    }

    fn decide(&self) -> verdict::Decision {
        decide(black_box(&self.policy), &self.history, &self.facts, black_box(&self.request)).decision
    }
}

struct Cedar {
    policies: PolicySet,
    entities: Entities,
    request: CedarRequest,
    authorizer: Authorizer,
}

impl Cedar {
    fn new(grants: usize, path: &str, mode: &str, head: i64) -> Cedar {
        let mut text = String::new();
        for grant in 0..grants {
            text.push_str(&format!(
                "permit(principal == Agent::\"agent\", action == Action::\"t{grant}\", resource == Server::\"fs\") when {{ \
                 context.path like \"src/*\" && [\"a\", \"b\"].contains(context.mode) && \
                 context.head >= 1 && context.head <= 500 }};\n"
            ));
        }
        let uid = |text: &str| EntityUid::from_str(text).expect("an entity");
        let context =
            Context::from_json_value(json!({ "path": path, "mode": mode, "head": head }), None).expect("a context");
        let action = uid(&format!("Action::\"t{}\"", grants / 2));
        let request = CedarRequest::new(uid("Agent::\"agent\""), action, uid("Server::\"fs\""), context, None);
        Cedar {
            policies: PolicySet::from_str(&text).expect("the policies parse"),
            entities: Entities::empty(),
            request: request.expect("a request"),
            authorizer: Authorizer::new(),
        }
    }

    fn decide(&self) -> Decision {
        self.authorizer.is_authorized(black_box(&self.request), black_box(&self.policies), &self.entities).decision()
    }
}

#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn remit_allows(bencher: Bencher<'_, '_>, grants: usize) {
    let remit = Remit::new(grants, "src/main.rs", "a", 50);
    bencher.bench_local(|| remit.decide());
}

#[divan::bench(args = [10, 100, 1_000])]
fn cedar_allows(bencher: Bencher<'_, '_>, grants: usize) {
    let cedar = Cedar::new(grants, "src/main.rs", "a", 50);
    bencher.bench_local(|| cedar.decide());
}

#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn remit_denies(bencher: Bencher<'_, '_>, grants: usize) {
    let remit = Remit::new(grants, "docs/x", "a", 50);
    bencher.bench_local(|| remit.decide());
}

#[divan::bench(args = [10, 100, 1_000])]
fn cedar_denies(bencher: Bencher<'_, '_>, grants: usize) {
    let cedar = Cedar::new(grants, "docs/x", "a", 50);
    bencher.bench_local(|| cedar.decide());
}
