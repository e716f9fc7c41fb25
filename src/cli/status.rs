//! `remit status`: show which servers are wrapped, and how.

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::targets::{Format, Here, name_of};
use super::wrapped::mode;
use crate::edge::clients::entries::Entry;
use crate::edge::clients::wrapping::setting;
use crate::edge::clients::{ConfigFile, Source, find};
use crate::edge::render::table::table;
use crate::edge::terminal;

/// The arguments of `remit status`.
#[derive(Debug, clap::Args)]
pub struct Status {
    /// Only this client's files
    #[arg(long, value_name = "NAME")]
    client: Vec<String>,
    /// A configuration file, instead of the clients' own
    #[arg(long, value_name = "FILE", conflicts_with = "client")]
    path: Option<std::path::PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// One server, as `--format json` writes it.
#[derive(Debug, Serialize)]
struct Row {
    client: String,
    file: String,
    line: u64,
    server: String,
    /// `direct`, `record`, `monitor`, `enforce`, `remote` or `unknown`.
    mode: &'static str,
    disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    traces: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<String>,
    /// The remit that a wrapped entry starts, where it is not there any more: such a server does not start.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<String>,
}

pub fn run(args: &Status) -> Result<Exit, Failure> {
    let here = Here::find()?;
    let files = match &args.path {
        Some(path) => find::files_of(&Source::Path(path.clone()), &here.project, &here.home)?,
        None if args.client.is_empty() => find::files_of(&Source::All, &here.project, &here.home)?,
        None => find::of_ids(&args.client, &here.project, &here.home)?,
    };
    let (mut rows, mut exit) = (Vec::new(), Exit::Fine);
    for file in files {
        match file {
            Ok(file) => rows.extend(file.entries.iter().map(|entry| row(&file, entry, &here))),
            Err(error) => {
                terminal::note(&format!("remit: {}", terminal::plain(&error.to_string())));
                exit = Exit::Usage;
            }
        }
    }
    match args.format {
        Format::Json => terminal::print(&(serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n")),
        Format::Table if rows.is_empty() => {
            terminal::print("No MCP server is configured, neither in this project nor for this user.\n");
        }
        Format::Table => print_table(&rows),
    }
    Ok(exit)
}

fn row(file: &ConfigFile, entry: &Entry, here: &Here) -> Row {
    let settings = entry.wrapped.as_ref().map(|wrapping| wrapping.settings.as_slice()).unwrap_or_default();
    let path = |flag: &str| setting(settings, flag).map(|path| here.short(std::path::Path::new(path)));
    Row {
        client: if file.client == "file" { "-".to_owned() } else { name_of(file.client).to_owned() },
        file: here.short(&file.path),
        line: entry.line,
        server: entry.name.clone(),
        mode: mode(entry),
        disabled: entry.disabled,
        traces: path("--traces"),
        policy: path("--policy"),
        lock: path("--lock"),
        audit: path("--audit"),
        gone: gone(entry),
    }
}

fn gone(entry: &Entry) -> Option<String> {
    let program = entry.spans.as_ref().filter(|_| entry.wrapped.is_some()).map(|spans| &spans.program)?;
    let path = std::path::Path::new(program);
    (path.is_absolute() && !path.exists()).then(|| program.clone())
}

fn print_table(rows: &[Row]) {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let by = row.policy.as_ref().map(|policy| match &row.lock {
                Some(lock) => format!("{policy}, {lock}"),
                None => policy.clone(),
            });
            let to = by.or_else(|| row.traces.as_ref().map(|traces| format!("to {traces}"))).unwrap_or_default();
            let mode = if row.disabled { format!("{} (disabled)", row.mode) } else { row.mode.to_owned() };
            vec![row.client.clone(), row.server.clone(), mode, to, format!("{}:{}", row.file, row.line)]
        })
        .collect();
    terminal::print(&table(&["client", "server", "mode", "by", "where"], &cells));
    if let Some(program) = rows.iter().find_map(|row| row.gone.as_ref()) {
        let program = terminal::plain(program);
        terminal::note(&format!(
            "remit: {program} is gone, and servers that are wrapped with it do not start; wrap them again"
        ));
    }
    let wrapped = rows.iter().filter(|row| row.policy.is_some() || row.traces.is_some()).count();
    let enforced = rows.iter().filter(|row| row.mode == "enforce").count();
    terminal::print(&format!("\n{} servers, {wrapped} under remit, {enforced} enforced.\n", rows.len()));
}
