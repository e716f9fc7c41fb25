//! `mcp.lock` on disk: pretty JSON, keys sorted, a line end at the end, so that a diff is small and the bytes are the
//! same for the same servers.

use std::path::{Path, PathBuf};

use crate::model::lockfile::{Lockfile, VERSION};

use super::files::{self, Access, FileError};

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("{} does not exist; write it with `remit lock --out {}`", .0.display(), .0.display())]
    Missing(PathBuf),
    #[error(transparent)]
    File(FileError),
    #[error("{} is not a lock file: {why}; write it anew with `remit lock --out {}`", .path.display(), .path.display())]
    Invalid { path: PathBuf, why: String },
    #[error("{} has version {version}, which is newer than this remit (which reads up to {VERSION}): upgrade remit", .path.display())]
    TooNew { path: PathBuf, version: u64 },
}

/// Reads a lock. Whether its digests belong to its texts is for `pipeline::lock::forged` to say.
pub fn read(path: &Path) -> Result<Lockfile, LockError> {
    let text = files::read_text(path).map_err(|error| match error {
        FileError::Missing(path) => LockError::Missing(path),
        other => LockError::File(other),
    })?;
    let invalid = |error: serde_json::Error| LockError::Invalid { path: path.to_owned(), why: error.to_string() };
    crate::model::json::walk(text.as_bytes(), crate::model::json::Limits::default())
        .map_err(|malformed| LockError::Invalid { path: path.to_owned(), why: malformed.to_string() })?;
    // The version first: a newer format may hold fields that this one refuses.
    let value: serde_json::Value = serde_json::from_str(&text).map_err(invalid)?;
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version > u64::from(VERSION) => Err(LockError::TooNew { path: path.to_owned(), version }),
        _ => serde_json::from_value(value).map_err(invalid),
    }
}

/// Replaces the lock in one step.
pub fn write(path: &Path, lock: &Lockfile) -> Result<(), LockError> {
    // Through `Value`, whose maps are sorted: a pinned object is then written the same whatever order it came in.
    let text = serde_json::to_value(lock).and_then(|value| serde_json::to_string_pretty(&value));
    let text = text.map_err(|error| LockError::Invalid { path: path.to_owned(), why: error.to_string() })?;
    files::write_atomic(path, (text + "\n").as_bytes(), Access::Shared).map_err(LockError::File)
}
