//! How fast the decision is, and how its cost grows. `cargo bench --bench decision`; the table of docs/performance.md.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark"
)]

use divan::{Bencher, black_box, counter::BytesCount};
use mcp_remit::decision::decide::decide;
use mcp_remit::decision::policy::{Policy, load};
use mcp_remit::model::facts::Facts;
use mcp_remit::model::history::History;
use mcp_remit::model::json::Limits;
use mcp_remit::model::message::{Kind, Message};
use mcp_remit::model::request::Request;
use serde_json::{Value, json};

fn main() {
    if !std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        print_percentiles();
    }
    divan::main();
}

/// Medians hide what one call in a hundred costs.
fn print_percentiles() {
    const CALLS: usize = 100_000;
    println!("a call of three arguments, {CALLS} times by the clock (which takes some 20 ns itself)");
    for grants in [SIZES[0], SIZES[3]] {
        let policy = tools(grants);
        let (facts, history) = (facts(), History::default());
        for (name, path) in [("allowed", "src/main.rs"), ("denied", "../x")] {
            let request = call(&format!("t{}", grants / 2), json!({"path": path, "mode": "a", "head": 50}));
            let mut times: Vec<u128> = (0..CALLS)
                .map(|_| {
                    let before = std::time::Instant::now();
                    let _ = black_box(decide(black_box(&policy), &history, &facts, black_box(&request)));
                    before.elapsed().as_nanos()
                })
                .collect();
            times.sort_unstable();
            let at = |share: usize| times[CALLS * share / 1000];
            println!(
                "{grants:>7} grants, {name:<7}  p50 {:>5} ns  p99 {:>5} ns  p99.9 {:>6} ns",
                at(500),
                at(990),
                at(999)
            );
        }
    }
}

fn facts() -> Facts {
    Facts {
        project: "/home/ada/web".into(),
        cwd: "/home/ada/web".into(),
        home: Some("/home/ada".into()),
        ..Facts::default()
    }
}

fn policy(yaml: &str) -> Policy {
    load(yaml, "bench.yaml").unwrap_or_else(|problems| panic!("{problems}")).0
}

fn call(tool: &str, arguments: Value) -> Request {
    let Value::Object(arguments) = arguments else { panic!("an object") };
    Request::call("fs", tool, arguments)
}

/// A policy of that many tools, each with three constrained arguments.
fn tools(grants: usize) -> Policy {
    let mut yaml = String::from("version: 1\nservers:\n  fs:\n    tools:\n");
    for grant in 0..grants {
        yaml.push_str(&format!("      t{grant}: {{ args: {{ path: {{ paths: [./src] }}, mode: {{ one_of: [a, b] }}, head: {{ range: [1, 500] }} }} }}\n"));
    }
    policy(&yaml)
}

/// One argument of that many entries of a kind.
fn entries(kind: &str, count: usize) -> Policy {
    let list: Vec<String> = (0..count)
        .map(|entry| match kind {
            "paths" => format!("./src/m{entry}"),
            "urls" => format!("\"https://h{entry}.example.com/**\""),
            "emails" => format!("a{entry}@example.com"),
            _ => format!("v{entry}"),
        })
        .collect();
    policy(&format!(
        "version: 1\nservers: {{ fs: {{ tools: {{ t: {{ args: {{ x: {{ {kind}: [{}] }} }} }} }} }} }}\n",
        list.join(", ")
    ))
}

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

#[divan::bench(args = SIZES)]
fn allow_three_arguments(bencher: Bencher<'_, '_>, grants: usize) {
    let policy = tools(grants);
    let (facts, history) = (facts(), History::default());
    let request = call(&format!("t{}", grants / 2), json!({"path": "src/main.rs", "mode": "a", "head": 50}));
    bencher.bench_local(|| decide(black_box(&policy), &history, &facts, black_box(&request)));
}

#[divan::bench(args = SIZES)]
fn deny_three_arguments(bencher: Bencher<'_, '_>, grants: usize) {
    let policy = tools(grants);
    let (facts, history) = (facts(), History::default());
    let request = call(&format!("t{}", grants / 2), json!({"path": "../x", "mode": "a", "head": 50}));
    bencher.bench_local(|| decide(black_box(&policy), &history, &facts, black_box(&request)));
}

fn bench_entries(bencher: Bencher<'_, '_>, kind: &str, value: &str, count: usize) {
    let policy = entries(kind, count);
    let (facts, history) = (facts(), History::default());
    let request = call("t", json!({"x": value}));
    bencher.bench_local(|| decide(black_box(&policy), &history, &facts, black_box(&request)));
}

#[divan::bench(args = SIZES)]
fn paths_in_one_argument(bencher: Bencher<'_, '_>, count: usize) {
    bench_entries(bencher, "paths", "src/m7/lib.rs", count);
}

#[divan::bench(args = SIZES)]
fn urls_in_one_argument(bencher: Bencher<'_, '_>, count: usize) {
    bench_entries(bencher, "urls", "https://h7.example.com/a", count);
}

#[divan::bench(args = SIZES)]
fn values_in_one_argument(bencher: Bencher<'_, '_>, count: usize) {
    bench_entries(bencher, "one_of", "v7", count);
}

#[divan::bench(args = [1 << 20, 10 << 20])]
fn parse_a_long_message(bencher: Bencher<'_, '_>, size: usize) {
    let content = "all work and no play makes jack a dull boy\\n".repeat(size / 44);
    let frame = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","arguments":{{"content":"{content}"}}}}}}"#
    );
    bencher
        .counter(BytesCount::new(frame.len()))
        .bench_local(|| mcp_remit::model::json::walk(black_box(frame.as_bytes()), Limits::default()));
}

#[divan::bench]
fn parse_and_judge_one_kilobyte(bencher: Bencher<'_, '_>) {
    let policy = tools(100);
    let (facts, history) = (facts(), History::default());
    let note = "n".repeat(800);
    let frame = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t7","arguments":{{"path":"src/main.rs","mode":"a","head":50}},"_meta":{{"note":"{note}"}}}}}}"#
    );
    bencher.bench_local(|| {
        let message = Message::parse(black_box(frame.as_bytes()), Limits::default()).unwrap();
        let Kind::Request { params, .. } = message.kind() else { panic!("a request") };
        let Some(Value::Object(arguments)) = params.get("arguments") else { panic!("arguments") };
        decide(&policy, &history, &facts, &Request::call("fs", "t7", arguments.clone()))
    });
}
