//! Recordings that hold an attack: a published incident among the calls of twenty benign sessions. Nothing of it may be
//! learned as a grant, and what `infer` says must name it.

use std::fmt::Write;

use mcp_remit::decision::decide::decide;
use mcp_remit::decision::policy::Policy;
use mcp_remit::decision::redact::Redactor;
use mcp_remit::model::evidence::{Evidence, Place};
use mcp_remit::model::facts::Facts;
use mcp_remit::model::history::History;
use mcp_remit::model::policy::Redaction;
use mcp_remit::model::request::Request;
use mcp_remit::model::verdict::Decision;
use mcp_remit::pipeline::infer::generalise::infer;
use mcp_remit::pipeline::infer::observe::Observer;
use mcp_remit::pipeline::infer::settings::Settings;
use serde_json::Value;

const BENIGN: u64 = 20;
/// Calls that each session makes by each template.
const TURNS: u64 = 2;

/// The first line, which names the source and holds the calls of other servers, and the incidents.
fn data() -> (Value, Vec<Value>) {
    let mut lines = include_str!("../data/poisoned.jsonl").lines().map(|line| serde_json::from_str(line).unwrap());
    (lines.next().unwrap(), lines.collect())
}

/// A template's value at a count: `{n}` is the count, `{a|b}` takes turns, `{#1|2}` and `{#n}` are numbers.
fn fill(template: &Value, n: u64) -> Value {
    match template {
        Value::String(text) => {
            let filled = turns(&text.replace("{n}", &n.to_string()), n);
            let number = text.starts_with("{#").then(|| filled.trim_start_matches('#').replace('n', &n.to_string()));
            number.map_or(Value::String(filled), |number| serde_json::from_str(&number).unwrap())
        }
        Value::Array(items) => items.iter().map(|item| fill(item, n)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), fill(member, n)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn turns(text: &str, n: u64) -> String {
    let Some((before, rest)) = text.split_once('{') else { return text.to_owned() };
    let Some((inside, after)) = rest.split_once('}') else { return text.to_owned() };
    if !inside.contains('|') && !inside.starts_with('#') {
        return format!("{before}{{{inside}}}{}", turns(after, n));
    }
    let all: Vec<&str> = inside.trim_start_matches('#').split('|').collect();
    let sign = if inside.starts_with('#') { "#" } else { "" };
    format!("{before}{sign}{}{}", all[usize::try_from(n).unwrap() % all.len()], turns(after, n))
}

fn benign(incident: &Value, session: u64) -> Vec<String> {
    let counts = session * TURNS..(session + 1) * TURNS;
    let templates: Vec<&Value> = ["benign", "others"].iter().flat_map(|of| incident[of].as_array().unwrap()).collect();
    counts.flat_map(|n| templates.iter().map(move |template| fill(template, n).to_string())).collect()
}

struct Told {
    decision: Decision,
    /// What the verdict goes by.
    because: String,
    /// How `infer` names the call or its session.
    named: Vec<String>,
}

fn settings() -> Settings {
    let project = "/workspace/project".to_owned();
    let bare = Place { cwd: project.clone(), project, home: Some("/home/user".into()), ..Place::default() };
    Settings { bare, ..Settings::default() }
}

fn facts(bare: &Place) -> Facts {
    Facts { project: bare.project.clone(), cwd: bare.cwd.clone(), home: bare.home.clone(), ..Facts::default() }
}

/// Twenty benign sessions and one that holds the attack among benign calls.
fn record(incident: &Value, attack: Option<&Value>, settings: &Settings) -> Evidence {
    let redactor = Redactor::new(&[7; 32], &Redaction::default()).unwrap();
    let session = |name: String, lines: Vec<String>| {
        let mut observer = Observer::new(&name, settings.bare.clone(), &redactor);
        lines.iter().for_each(|line| observer.line(line).unwrap());
        observer.finish()
    };
    let mut all: Vec<_> = (0..BENIGN).map(|n| session(format!("benign-{n}.jsonl"), benign(incident, n))).collect();
    if let Some(attack) = attack {
        let mut lines = benign(incident, BENIGN);
        lines.insert(lines.len() / 2, attack.to_string());
        all.push(session("attack.jsonl".into(), lines));
    }
    let evidence = Evidence::collect(all);
    assert_eq!(evidence.sessions.len() as u64, BENIGN + u64::from(attack.is_some()), "no two sessions are equal");
    evidence
}

fn judge(incident: &Value) -> Told {
    let (settings, attack) = (settings(), &incident["attack"]);
    let evidence = record(incident, Some(attack), &settings);
    let inference = infer(&evidence, &settings);
    let (server, tool) = (attack["server"].as_str().unwrap(), attack["tool"].as_str().unwrap());
    let what = format!("{server}.{tool}");
    let mut named = Vec::new();
    let refused = evidence.sessions.values().flat_map(|session| &session.refused);
    named.extend(refused.map(|refused| format!("never learned: {}", refused.class)));
    for unlike in inference.measured.outlying().iter().filter(|unlike| unlike.session == "attack.jsonl") {
        let argument = unlike.needs.argument.as_deref().unwrap_or_default();
        named.push(format!("unlike the others: {} {argument}", unlike.needs.what));
    }
    let signs = inference.findings.iter().filter(|finding| finding.id == "not-learned-signs-of-a-command");
    named.extend(signs.map(|finding| format!("never learned: signs of a command ({})", finding.subject)));
    let note = inference.notes.get(&format!("servers.{server}.tools.{tool}"));
    named.extend(note.and_then(|note| note.asked).map(|class| format!("asked: {class}, and rare ({what})")));
    named.dedup();
    let policy = Policy::from_document(inference.document).unwrap();
    let decide = |call: &Value| {
        let Value::Object(arguments) = call["arguments"].clone() else { panic!("no arguments") };
        let request = Request::call(call["server"].as_str().unwrap(), call["tool"].as_str().unwrap(), arguments);
        decide(&policy, &History::default(), &facts(&settings.bare), &request)
    };
    for line in (0..=BENIGN).flat_map(|session| benign(incident, session)) {
        let verdict = decide(&serde_json::from_str(&line).unwrap());
        assert_ne!(verdict.decision, Decision::Deny, "{}: {line}: {verdict:?}", incident["id"]);
    }
    let verdict = decide(attack);
    let because = verdict.because.first().map(|reason| reason.message.clone()).unwrap_or_default();
    Told { decision: verdict.decision, because, named }
}

fn table() -> (String, Vec<String>) {
    let mut text = String::from(HEAD);
    let mut wrong = Vec::new();
    let (head, incidents) = data();
    for mut incident in incidents {
        incident["others"] = head["others"].clone();
        let (id, title) = (incident["id"].as_str().unwrap(), incident["title"].as_str().unwrap());
        let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        if let Some(why) = incident["no_call"].as_str() {
            let _ = writeln!(text, "| {id}: {} | no tool call: {why} | |", cell(title));
            continue;
        }
        let told = judge(&incident);
        let decision = format!("{:?}", told.decision).to_lowercase();
        if let Some(limit) = incident["limit"].as_str() {
            assert_eq!(told.decision, Decision::Allow, "{id} is stopped now: drop its limit");
            let named = if told.named.is_empty() { "no".to_owned() } else { cell(&told.named.join("; ")) };
            let _ = writeln!(text, "| {id}: {} | allow | {named}; a limit: {limit} |", cell(title));
            continue;
        }
        if told.decision == Decision::Allow || told.named.is_empty() {
            wrong.push(format!("{id}: {decision} ({}), named by {:?}", told.because, told.named));
        }
        let _ = writeln!(text, "| {id}: {} | {decision} | {} |", cell(title), cell(&told.named.join("; ")));
    }
    (text, wrong)
}

const HEAD: &str = "# Recordings that hold an attack

Each published incident that is a tool call, put into one of twenty-one sessions of the same server. What the policy that
`remit infer` learns from all of them says to the attack, and what of infer's output names it.

| incident | the policy says | named by |
|---|---|---|
";

#[test]
fn no_attack_in_a_recording_is_granted_and_each_is_named() {
    let (text, wrong) = table();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/poisoned.md");
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert!(std::fs::read_to_string(file).unwrap() == text, "docs/poisoned.md is not what the code says: WRITE_DOCS=1");
}
