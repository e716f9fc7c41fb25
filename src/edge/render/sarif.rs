//! Findings as SARIF 2.1.0, which code hosts show beside the lines they are about.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::model::finding::{Finding, Severity};

/// One run. The fingerprint of a result is made of what it is, not of its line, so that an edit above it does not make it
/// new.
pub fn sarif(findings: &[Finding]) -> String {
    let mut rules: Vec<&Finding> = findings.iter().collect();
    rules.sort_by(|one, other| one.id.cmp(&other.id));
    rules.dedup_by(|one, other| one.id == other.id);
    let rules: Vec<Value> = rules
        .iter()
        .map(|finding| json!({ "id": finding.id, "shortDescription": { "text": finding.why }, "help": { "text": finding.todo } }))
        .collect();
    let results: Vec<Value> = findings.iter().map(result).collect();
    let driver = json!({ "name": "remit", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "results": results }],
    });
    format!("{log:#}\n")
}

fn result(finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": finding.id,
        "level": level(finding.severity),
        "message": { "text": format!("{}: {}. {}", finding.subject, finding.what, finding.todo) },
        "partialFingerprints": { "remit/v1": fingerprint(finding) },
    });
    if let (Some(at), Some(fields)) = (&finding.at, result.as_object_mut()) {
        let region = json!({ "startLine": at.line.max(1), "startColumn": at.column.max(1) });
        let place = json!({ "artifactLocation": { "uri": at.file.replace('\\', "/") }, "region": region });
        fields.insert("locations".to_owned(), json!([{ "physicalLocation": place }]));
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The same for the same thing in the same file, wherever its line moves.
pub fn fingerprint(finding: &Finding) -> String {
    let file = finding.at.as_ref().map_or("", |at| at.file.as_str());
    let mut hash = Sha256::new();
    for part in [finding.id.as_str(), finding.subject.as_str(), file] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    HEXLOWER.encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::Location;

    fn finding(line: u64) -> Finding {
        Finding {
            severity: Severity::High,
            id: "attack-through".into(),
            subject: "fs.read_file".into(),
            what: "an attack gets through".into(),
            why: "w".into(),
            todo: "t".into(),
            at: Some(Location { file: "mcp.policy.yaml".into(), line, column: 3 }),
        }
    }

    #[test]
    fn a_result_names_its_line_and_keeps_its_fingerprint_when_the_line_moves() {
        let log: Value = serde_json::from_str(&sarif(&[finding(7)])).unwrap();
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 7);
        assert_eq!(fingerprint(&finding(7)), fingerprint(&finding(90)));
        let other = Finding { subject: "fs.write_file".into(), ..finding(7) };
        assert_ne!(fingerprint(&finding(7)), fingerprint(&other));
    }

    #[test]
    fn a_rule_is_described_once() {
        let log: Value = serde_json::from_str(&sarif(&[finding(7), finding(9)])).unwrap();
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
    }
}
