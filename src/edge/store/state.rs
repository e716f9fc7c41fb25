//! The state directory: what remit remembers about this machine and this user. Everything in it is private.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use etcetera::BaseStrategy;
use sha2::{Digest, Sha256};

use super::files::{self, Access, FileError};

/// `$XDG_STATE_HOME/remit`, `~/.local/state/remit`; on Windows below the local application data.
pub fn directory() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.cache_dir()).join("remit"))
}

/// The user's home directory.
pub fn home() -> Option<PathBuf> {
    etcetera::home_dir().ok()
}

/// A name for `path` that is short, and tells nothing of it.
pub fn name_of(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    HEXLOWER.encode(digest.get(..8).unwrap_or_default())
}

/// The key under which secrets of this project are replaced by tokens; made at the first use.
pub fn project_key(project: &Path) -> Result<[u8; 32], FileError> {
    let directory = directory().ok_or_else(|| FileError::Missing(PathBuf::from("the home directory")))?;
    let path = directory.join("keys").join(name_of(project));
    let read = |path: &Path| std::fs::read(path).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    if let Some(key) = read(&path) {
        return Ok(key);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key)
        .map_err(|error| FileError::Write { path: path.clone(), source: std::io::Error::other(error.to_string()) })?;
    // Two proxies may start at once: the first link wins, and both read what it wrote.
    let folder = directory.join("keys");
    let mine = folder.join(format!(".{}-{}", name_of(project), std::process::id()));
    files::write_atomic(&mine, &key, Access::Private)?;
    let _ = std::fs::hard_link(&mine, &path);
    let _ = std::fs::remove_file(&mine);
    read(&path).ok_or(FileError::Missing(path))
}
