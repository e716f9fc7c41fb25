//! Findings as workflow commands of GitHub Actions, which show beside the changed lines.

use crate::model::finding::{Finding, Severity};

/// One line a finding.
pub fn annotations(findings: &[Finding]) -> String {
    findings.iter().map(annotation).collect()
}

fn annotation(finding: &Finding) -> String {
    let kind = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    };
    let place = finding
        .at
        .as_ref()
        .map(|at| format!("file={},line={},col={},", property(&at.file), at.line, at.column))
        .unwrap_or_default();
    let message = format!("{}: {}. {}", finding.subject, finding.what, finding.todo);
    format!("::{kind} {place}title={}::{}\n", property(&finding.id), data(&message))
}

/// As the runner decodes it. A line end in a message would otherwise start another command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_start_another_command() {
        let finding = Finding {
            severity: Severity::High,
            id: "x".into(),
            subject: "fs.a\n::stop-commands::x".into(),
            what: "w".into(),
            why: "y".into(),
            todo: "t".into(),
            at: None,
        };
        assert_eq!(annotations(&[finding]).lines().count(), 1);
    }
}
