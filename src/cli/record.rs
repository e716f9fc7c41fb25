//! `remit record`: wrap the servers of a client so that what the agent does is recorded.

use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::targets::{Here, Targets};
use super::wrapped;
use crate::edge::clients::wrapping::Settings;
use crate::edge::terminal;
use crate::model::server::Mode;

/// The arguments of `remit record`.
#[derive(Debug, clap::Args)]
pub struct Record {
    #[command(flatten)]
    targets: Targets,
    /// Folder of the traces, which are private: it is made with a .gitignore
    #[arg(long, value_name = "DIR", default_value = "traces")]
    traces: PathBuf,
    /// Keep the text of results too, without secrets
    #[arg(long)]
    record_text: bool,
}

pub fn run(args: &Record) -> Result<Exit, Failure> {
    let here = Here::find()?;
    if args.targets.stop {
        return wrapped::stop("record", &args.targets, &here);
    }
    let traces = here.project.join(&args.traces);
    let done = wrapped::wrap("record", &args.targets, &here, &traces, &|_, entry| Settings {
        mode: Mode::Record,
        server: entry.name.clone(),
        project: here.project.clone(),
        traces: Some(traces.clone()),
        record_text: args.record_text,
        policy: None,
        lock: None,
        audit: None,
    })?;
    terminal::print(&done.tables);
    if done.wrapped.is_empty() {
        return Err(Failure::nothing("no server was wrapped; the table says why"));
    }
    terminal::print(&wrapped::cautions(&done, "record", &args.targets));
    let infer = if args.traces.as_os_str() == "traces" {
        "remit infer".to_owned()
    } else {
        format!("remit infer {}", terminal::plain(&here.short(&traces).replace(' ', "\\ ")))
    };
    terminal::print(&format!("\nNext: restart {}, use your agent for a while, then: {infer}\n", done.clients()));
    Ok(if done.missed { Exit::Failed } else { Exit::Fine })
}
