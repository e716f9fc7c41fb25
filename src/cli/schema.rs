//! `remit schema`: the JSON Schemas of what people write by hand.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use crate::decision::policy;
use crate::edge::store::files::{self, Access};
use crate::edge::terminal;
use crate::pipeline::replay::packs;

/// The file that policies name in their first line; it lies beside them.
const BESIDE: &str = "mcp.policy.schema.json";

/// The arguments of `remit schema`.
#[derive(Debug, clap::Args)]
pub struct Schema {
    /// Of which file
    #[arg(value_enum, default_value = "policy")]
    of: Of,
    /// Write it to a file instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Of {
    /// mcp.policy.yaml
    Policy,
    /// The files of attacks that `remit replay` runs
    Packs,
}

pub fn run(args: &Schema) -> Result<Exit, Failure> {
    let schema = match args.of {
        Of::Policy => policy::schema(),
        Of::Packs => packs::schema(),
    };
    let text = format!("{schema:#}\n");
    match &args.out {
        Some(path) if path != Path::new("-") => {
            files::write_atomic(path, text.as_bytes(), Access::Shared)
                .map_err(|error| Failure::environment(error.to_string()))?;
        }
        _ => terminal::print(&text),
    }
    Ok(Exit::Fine)
}

/// Lays the schema beside a policy that names it, so that editors find it. A file of that name that is no schema of
/// remit's stays as it is. Fails with why it could not be written.
pub fn lay_beside(policy: &Path) -> Result<(), String> {
    let path = policy.with_file_name(BESIDE);
    let schema = policy::schema();
    let text = format!("{schema:#}\n");
    match files::read_text(&path) {
        Ok(old) if old == text => return Ok(()),
        Ok(old) => {
            let old: serde_json::Value = serde_json::from_str(&old).unwrap_or_default();
            if old.get("title") != schema.get("title") {
                return Err(format!("{} is there already, and is not remit's", path.display()));
            }
        }
        Err(files::FileError::Missing(_)) => {}
        Err(error) => return Err(error.to_string()),
    }
    files::write_atomic(&path, text.as_bytes(), Access::Shared).map_err(|error| error.to_string())
}
