//! `remit check`: load a policy, lint it and run its tests.

use std::path::PathBuf;

use crate::edge::render::table::table;
use crate::edge::terminal;
use crate::model::finding::{Finding, Severity};

use super::exit::{Exit, Failure};
use super::policies;

/// The arguments of `remit check`.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// The policy to check
    #[arg(value_name = "POLICY", default_value = policies::DEFAULT)]
    policy: PathBuf,
    /// Fail when there is a finding of this severity or worse
    #[arg(long, value_enum, default_value = "high")]
    fail_on: FailOn,
    /// How to print the result
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Never,
}

impl FailOn {
    fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Critical => severity <= Severity::Critical,
            FailOn::High => severity <= Severity::High,
            FailOn::Medium => severity <= Severity::Medium,
            FailOn::Low => severity <= Severity::Low,
            FailOn::Never => false,
        }
    }
}

pub fn run(args: &Check) -> Result<Exit, Failure> {
    let (policy, mut findings) = policies::read(&args.policy)?;
    let failed = policies::failed_tests(&policy, &args.policy)?;
    for (at, what) in &failed {
        findings.push(Finding {
            severity: Severity::High,
            id: "failed-test".into(),
            subject: "tests".into(),
            what: what.clone(),
            why: "the policy does not do what its author says it does".into(),
            todo: "correct the rule or the test".into(),
            at: Some(at.clone()),
        });
    }
    findings.sort();
    let tests = policy.document().tests.len();
    match args.format {
        Format::Table => print_table(args, &findings, tests, failed.len()),
        Format::Json => print_json(&findings, tests, failed.len()),
    }
    let fails = !failed.is_empty() || findings.iter().any(|finding| args.fail_on.fails(finding.severity));
    Ok(if fails { Exit::Failed } else { Exit::Fine })
}

fn print_table(args: &Check, findings: &[Finding], tests: usize, failed: usize) {
    let mut text = String::new();
    if !findings.is_empty() {
        let rows: Vec<Vec<String>> = findings
            .iter()
            .map(|finding| {
                let at = finding.at.as_ref().map(|at| at.line.to_string()).unwrap_or_default();
                vec![finding.severity.to_string(), at, finding.what.clone(), finding.todo.clone()]
            })
            .collect();
        text.push_str(&table(&["severity", "line", "finding", "what to do"], &rows));
        text.push('\n');
    }
    let tests = match tests {
        0 => "it has no tests".to_owned(),
        tests => format!("{} of its {tests} tests hold", tests - failed),
    };
    text.push_str(&format!("{}: {}, {tests}\n", args.policy.display(), counted(findings.len())));
    terminal::print(&text);
}

fn counted(findings: usize) -> String {
    match findings {
        0 => "no findings".to_owned(),
        1 => "1 finding".to_owned(),
        findings => format!("{findings} findings"),
    }
}

fn print_json(findings: &[Finding], tests: usize, failed: usize) {
    let result = serde_json::json!({
        "version": 1,
        "findings": findings,
        "tests": { "run": tests, "failed": failed },
    });
    terminal::print(&format!("{result:#}\n"));
}
