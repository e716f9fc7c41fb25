//! Reading and writing whole files.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// Nothing that a person writes by hand is larger.
const MAX_TEXT: u64 = 16 << 20;

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{} does not exist", .0.display())]
    Missing(PathBuf),
    #[error("{} is larger than {} MiB", .0.display(), MAX_TEXT >> 20)]
    TooBig(PathBuf),
    #[error("{} is not UTF-8 text", .0.display())]
    NotText(PathBuf),
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    /// A file that remit itself wrote, and that is not as it was written. `lost`: what goes with it when it is put aside.
    #[error("{} is damaged: {why}", .path.display())]
    Damaged { path: PathBuf, why: String, lost: &'static str },
}

impl FileError {
    /// The command that mends it, where there is one. For the person and not for an agent, who would be rid of what was
    /// counted by it.
    pub fn mend(&self) -> Option<String> {
        let FileError::Damaged { path, lost, .. } = self else { return None };
        let (program, quote) = if cfg!(windows) { ("move", '"') } else { ("mv", '\'') };
        let path = path.display();
        Some(format!("put it aside with: {program} {quote}{path}{quote} {quote}{path}.damaged{quote} ({lost})"))
    }

    /// What failed, and the command that mends it.
    pub fn with_mend(&self) -> String {
        match self.mend() {
            Some(mend) => format!("{self}; {mend}"),
            None => self.to_string(),
        }
    }
}

/// Who may read a file that remit writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// 0600: traces, keys, anything that tells what somebody did.
    Private,
    /// The default of the user: policies, locks, reports.
    Shared,
    /// As shared, and to be run.
    Program,
    /// As the file that is replaced; private where there was none.
    Kept,
}

/// How long somebody else may hold a lock: who does so longer is stopped, or dead in some way of its own.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes the lock that processes share, and gives up where one of them does not let go: a proxy that is stopped must not
/// stop all others. Who has given up must open the file anew: the lock may still come, and is let go then.
pub fn lock(file: &File) -> std::io::Result<()> {
    match file.try_lock() {
        Ok(()) => return Ok(()),
        Err(TryLockError::Error(error)) => return Err(error),
        Err(TryLockError::WouldBlock) => {}
    }
    // In the system's own queue, where everybody has his turn.
    let waiting = file.try_clone()?;
    let (tell, told) = sync_channel(0);
    std::thread::spawn(move || {
        if tell.send(waiting.lock()).is_err() {
            let _ = waiting.unlock();
        }
    });
    told.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        Err(std::io::Error::new(ErrorKind::TimedOut, "another process holds its lock and does not let go"))
    })
}

/// The whole file as text. A byte order mark is taken off.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    let text = read_raw(path)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The whole file as text, a byte order mark included.
pub fn read_raw(path: &Path) -> Result<String, FileError> {
    let failed = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => FileError::Missing(path.to_owned()),
        ErrorKind::InvalidData => FileError::NotText(path.to_owned()),
        _ => FileError::Read { path: path.to_owned(), source },
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(MAX_TEXT + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_TEXT {
        return Err(FileError::TooBig(path.to_owned()));
    }
    Ok(text)
}

/// Replaces the file in one step: a reader sees the old or the new content, never a part, also after a crash. A symlink
/// is followed, so that it stays one. Missing folders are made.
pub fn write_atomic(path: &Path, content: &[u8], access: Access) -> Result<(), FileError> {
    let failed = |source| FileError::Write { path: path.to_owned(), source };
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    set_access(file.as_file(), &target, access).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(unix)]
fn set_access(file: &std::fs::File, target: &Path, access: Access) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match access {
        Access::Private => 0o600,
        Access::Shared => 0o644,
        Access::Program => 0o755,
        Access::Kept => std::fs::metadata(target).map_or(0o600, |old| old.permissions().mode() & 0o7777),
    };
    if access == Access::Kept {
        keep_owner(file, target);
    }
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

/// Root may edit a file of somebody else, who must still be able to use it. Anybody else can only keep the group, or has
/// nothing to do.
#[cfg(unix)]
fn keep_owner(file: &std::fs::File, target: &Path) {
    use std::os::unix::fs::MetadataExt;
    if let (Ok(old), Ok(new)) = (std::fs::metadata(target), file.metadata())
        && (old.uid(), old.gid()) != (new.uid(), new.gid())
    {
        let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()))
            .or_else(|_| std::os::unix::fs::fchown(file, None, Some(old.gid())));
    }
}

#[cfg(not(unix))]
fn set_access(_file: &std::fs::File, _target: &Path, _access: Access) -> std::io::Result<()> {
    Ok(()) // The user's profile folder is private by its inherited access list.
}

/// A path without the `\\?\` that Windows puts before resolved ones, and that many programs do not read.
pub fn plain_path(path: &Path) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(rest) if rest.as_bytes().get(1) == Some(&b':') => PathBuf::from(rest),
        _ => path.to_owned(),
    }
}

/// Makes a folder for what is nobody else's business: for this user alone where it is new, and ignored by git. `false`: it
/// holds something else than logs and no `.gitignore`, and got none.
pub fn private_folder(folder: &Path) -> Result<bool, FileError> {
    let failed = |source| FileError::Write { path: folder.to_owned(), source };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(failed)?;
    let ignore = folder.join(".gitignore");
    if ignore.exists() {
        return Ok(true);
    }
    let is_log = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|extension| extension == "jsonl");
    let others = std::fs::read_dir(folder).map_err(failed)?.flatten().any(|entry| !is_log(&entry));
    if !others {
        write_atomic(&ignore, b"*\n", Access::Shared)?;
    }
    Ok(!others)
}

/// Opens a private file for appending; folders are made. Refuses to follow a symlink on Unix, so that nobody who can
/// write to the folder can send the log elsewhere.
pub fn append_private(path: &Path) -> Result<std::fs::File, FileError> {
    let failed = |source| FileError::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    if std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_symlink()) {
        return Err(failed(std::io::Error::other("it is a symbolic link")));
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map_err(failed)
}
