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
    key_at(&path)
}

/// A key of this run alone, where that of the project cannot be had: nobody can guess what its tokens stand for.
pub fn random_key() -> std::io::Result<[u8; 32]> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(key)
}

fn key_at(path: &Path) -> Result<[u8; 32], FileError> {
    let read = |path: &Path| match std::fs::read(path) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes).map(Some).map_err(|bytes| FileError::Damaged {
            path: path.to_owned(),
            why: format!("a key is 32 bytes long, and this one is {}", bytes.len()),
            lost: "marks of secrets in new recordings then differ from those in old ones",
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::Read { path: path.to_owned(), source }),
    };
    if let Some(key) = read(path)? {
        return Ok(key);
    }
    let key = random_key().map_err(|source| FileError::Write { path: path.to_owned(), source })?;
    // Two proxies may start at once: the first link wins, and both read what it wrote.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mine = path.with_file_name(format!(".{name}-{}", std::process::id()));
    files::write_atomic(&mine, &key, Access::Private)?;
    let _ = std::fs::hard_link(&mine, path);
    let _ = std::fs::remove_file(&mine);
    read(path)?.ok_or_else(|| FileError::Missing(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_the_same_and_a_damaged_one_is_said_to_be_so_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/p");
        let key = key_at(&path).unwrap();
        assert_eq!(key_at(&path).unwrap(), key);
        std::fs::write(&path, &key[..7]).unwrap();
        let error = key_at(&path).unwrap_err();
        assert!(error.to_string().ends_with("keys/p is damaged: a key is 32 bytes long, and this one is 7"), "{error}");
        assert!(error.with_mend().contains("p.damaged"), "{}", error.with_mend());
        assert_eq!(std::fs::read(&path).unwrap(), &key[..7]);
    }
}
