//! `remit scan`: find over-privileged, unpinned and uncovered servers in client configs.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::targets::{Format, Here, name_of, nothing_found};
use crate::edge::clients::{ConfigError, ConfigFile, Source, find, folder};
use crate::edge::render::table::table;
use crate::edge::terminal;
use crate::model::finding::{Finding, Severity};
use crate::model::verdict::Location;
use crate::pipeline::scan::{Subject, scan};

/// The version of the JSON that is written.
const VERSION: u32 = 1;

/// The arguments of `remit scan`.
#[derive(Debug, clap::Args)]
pub struct Scan {
    /// A configuration file, or a folder to look through, instead of the clients' own files
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "client")]
    path: Option<PathBuf>,
    /// Only this client's files, or `all`; may be given more than once
    #[arg(long, value_name = "NAME")]
    client: Vec<String>,
    /// End with exit code 1 where a finding is at least so severe; without it, findings do not change the exit code
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    fail_on: Option<Severity>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

const SEVERITIES: [Severity; 5] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

fn severity(name: &str) -> Result<Severity, String> {
    let known = SEVERITIES.into_iter().find(|severity| severity.to_string() == name);
    known.ok_or_else(|| "the severities are critical, high, medium, low and info".to_owned())
}

pub fn run(args: &Scan) -> Result<Exit, Failure> {
    let here = Here::find()?;
    let (mut files, mut broken) = (Vec::new(), Vec::new());
    for file in read(args, &here)? {
        match file {
            Ok(file) => files.push(file),
            Err(error) => broken.push(error),
        }
    }
    files.retain(|file| !file.entries.is_empty());
    if files.is_empty() && broken.is_empty() {
        return Err(match &args.path {
            None => nothing_found(&args.client),
            Some(path) => Failure::nothing(format!(
                "no MCP server is configured in {} (looked for the project files of known clients, and *.json with `mcpServers`)",
                terminal::plain(&path.display().to_string())
            )),
        });
    }
    let subjects: Vec<Subject> = files.iter().flat_map(|file| subjects(file, &here)).collect();
    let mut findings = scan(&subjects, &here.home.to_string_lossy());
    name_clients(&mut findings, &files, &here);
    match args.format {
        Format::Json => print_json(&files, &findings, &broken, &here),
        Format::Table => print_table(&files, &findings),
    }
    // What could not be read was not scanned: that outweighs whatever was found elsewhere.
    for error in &broken {
        terminal::note(&format!("remit: not scanned: {}", terminal::plain(&error.to_string())));
    }
    let too_bad = args.fail_on.is_some_and(|limit| findings.iter().any(|finding| finding.severity <= limit));
    Ok(match (broken.is_empty(), too_bad) {
        (false, _) => Exit::Usage,
        (true, true) => Exit::Failed,
        (true, false) => Exit::Fine,
    })
}

fn read(args: &Scan, here: &Here) -> Result<Vec<Result<ConfigFile, ConfigError>>, Failure> {
    match &args.path {
        Some(path) if path.is_dir() => {
            let below = folder::below(path, &here.home);
            if !below.complete {
                terminal::note(
                    "remit: the folder is too large or too deep to look through; name a smaller one for the rest",
                );
            }
            Ok(below.files)
        }
        Some(path) => Ok(find::files_of(&Source::Path(path.clone()), &here.project, &here.home)?),
        None if args.client.is_empty() || args.client.iter().any(|name| name == "all") => {
            Ok(find::files_of(&Source::All, &here.project, &here.home)?)
        }
        None => Ok(find::of_ids(&args.client, &here.project, &here.home)?),
    }
}

fn subjects(file: &ConfigFile, here: &Here) -> Vec<Subject> {
    let mut names = HashMap::new();
    for entry in &file.entries {
        *names.entry((&entry.section, &entry.name)).or_insert(0) += 1;
    }
    let all = file.entries.iter().zip(file.servers()).enumerate();
    let subjects = all.map(|(at, (entry, server))| Subject {
        server,
        at: Location { file: here.short(&file.path), line: entry.line, column: entry.column },
        approved: entry.approved.clone(),
        twice: names.get(&(&entry.section, &entry.name)).is_some_and(|count| *count > 1),
        writable_by_all: at == 0 && file.writable_by_all,
    });
    subjects.collect()
}

/// `remit record` alone is refused where several clients have servers: advice names the client of the finding's file.
fn name_clients(findings: &mut [Finding], files: &[ConfigFile], here: &Here) {
    for finding in findings {
        let file = finding.at.as_ref().and_then(|at| files.iter().find(|file| here.short(&file.path) == at.file));
        let Some(file) = file else { continue };
        let target = match file.client {
            "file" => format!("--path {}", here.short(&file.path).replace(' ', "\\ ")),
            client => format!("--client {client}"),
        };
        for verb in ["remit record", "remit enforce"] {
            finding.todo = finding.todo.replace(verb, &format!("{verb} {target}"));
        }
    }
}

fn print_table(files: &[ConfigFile], findings: &[Finding]) {
    let servers: usize = files.iter().map(|file| file.entries.len()).sum();
    let scanned = format!("{} in {}", counted(servers, "server"), counted(files.len(), "file"));
    if findings.is_empty() {
        terminal::print(&format!("No findings: {scanned}.\n"));
        return;
    }
    let one = match files {
        [file] => Some(file),
        _ => None,
    };
    if let Some(at) = one.and(findings.first()).and_then(|finding| finding.at.as_ref()) {
        terminal::print(&format!("{}\n\n", terminal::plain(&at.file)));
    }
    let place = if one.is_some() { "line" } else { "where" };
    terminal::print(&table(&["severity", "server", "finding", place], &rows(findings, one.is_some())));
    terminal::print("\n");
    terminal::print(&table(&["rule", "what to do"], &advice(findings)));
    let counts = SEVERITIES.iter().filter_map(|severity| {
        let count = findings.iter().filter(|finding| finding.severity == *severity).count();
        (count > 0).then(|| format!("{count} {severity}"))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    terminal::print(&format!("\n{} ({counts}) about {scanned}.\n", counted(findings.len(), "finding")));
}

/// One line a finding; what is said of several servers alike is said once.
fn rows(findings: &[Finding], one_file: bool) -> Vec<Vec<String>> {
    let mut rows: Vec<(&Finding, Vec<&str>, Vec<String>)> = Vec::new();
    let mut known = HashMap::new();
    for finding in findings {
        let place = finding.at.as_ref().map(|at| match one_file {
            true => at.line.to_string(),
            false => format!("{}:{}", at.file, at.line),
        });
        let at = *known.entry((&finding.id, &finding.what)).or_insert(rows.len());
        match rows.get_mut(at) {
            Some((_, servers, places)) => {
                servers.push(&finding.subject);
                places.extend(place);
            }
            None => rows.push((finding, vec![&finding.subject], place.into_iter().collect())),
        }
    }
    let cells = rows.into_iter().map(|(finding, servers, places)| {
        vec![finding.severity.to_string(), servers.join(", "), finding.what.clone(), places.join(", ")]
    });
    cells.collect()
}

/// One line a rule, in the order of the findings; one more where another client needs another command.
fn advice(findings: &[Finding]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for finding in findings {
        if !rows.iter().any(|row| row.first() == Some(&finding.id) && row.get(1) == Some(&finding.todo)) {
            rows.push(vec![finding.id.clone(), finding.todo.clone()]);
        }
    }
    rows
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What `--format json` writes. Fields are only ever added within a version.
#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    files: Vec<Scanned>,
    /// How many findings of each severity there are.
    counts: BTreeMap<String, usize>,
    findings: &'a [Finding],
    not_scanned: Vec<String>,
}

#[derive(Serialize)]
struct Scanned {
    file: String,
    client: String,
    servers: usize,
}

fn print_json(files: &[ConfigFile], findings: &[Finding], broken: &[ConfigError], here: &Here) {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.severity.to_string()).or_insert(0) += 1;
    }
    let scanned = |file: &ConfigFile| Scanned {
        file: here.short(&file.path),
        client: if file.client == "file" { "file".to_owned() } else { name_of(file.client).to_owned() },
        servers: file.entries.len(),
    };
    let output = Output {
        version: VERSION,
        files: files.iter().map(scanned).collect(),
        counts,
        findings,
        not_scanned: broken.iter().map(ToString::to_string).collect(),
    };
    terminal::print(&(serde_json::to_string_pretty(&output).unwrap_or_default() + "\n"));
}
