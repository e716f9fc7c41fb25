//! The trace of one proxy: JSONL, written and flushed as it happens, readable after SIGKILL.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::model::time::Timestamp;
use crate::model::trace::Line;

use super::files::FileError;

/// A trace that is being written. Its file is made with the first event, so that a proxy that saw nothing leaves none.
#[derive(Debug)]
pub struct Recording {
    folder: PathBuf,
    file: Option<(PathBuf, File)>,
}

impl Recording {
    pub fn new(folder: &Path) -> Recording {
        Recording { folder: folder.to_owned(), file: None }
    }

    /// Appends one event. Private (0600), and never through a symlink.
    pub fn write(&mut self, line: &Line) -> Result<(), FileError> {
        if self.file.is_none() {
            self.file = Some(create(&self.folder, line)?);
        }
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        let failed = |source: std::io::Error| FileError::Write { path: path.clone(), source };
        let mut text = serde_json::to_vec(line).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        // One write a line: what another process sees, or a crash leaves, ends at a line end.
        file.write_all(&text).map_err(failed)
    }
}

/// A new file whose name sorts by time: `20261120T175625.123Z-github-4711.jsonl`.
fn create(folder: &Path, first: &Line) -> Result<(PathBuf, File), FileError> {
    let name = format!("{}-{}-{}", stamp(first.time), file_name(&first.server), std::process::id());
    std::fs::create_dir_all(folder).map_err(|source| FileError::Write { path: folder.to_owned(), source })?;
    let mut options = std::fs::OpenOptions::new();
    // `create_new` fails on whatever stands there, a dangling symlink included.
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut path = folder.join(format!("{name}.jsonl"));
    for again in 1..100 {
        match options.open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                path = folder.join(format!("{name}-{again}.jsonl"));
            }
            Err(source) => return Err(FileError::Write { path, source }),
            Ok(file) => return Ok((path, file)),
        }
    }
    Err(FileError::Write { path, source: std::io::ErrorKind::AlreadyExists.into() })
}

/// `20261120T175625.123Z`
fn stamp(time: Timestamp) -> String {
    time.to_string().chars().filter(|character| !matches!(character, '-' | ':')).collect()
}

/// A server's name as part of a file's: anything but letters, digits, `.`, `_` and `-` is `_`. No dot leads.
pub fn file_name(server: &str) -> String {
    let safe = |(at, character): (usize, char)| match character {
        '.' if at == 0 => '_',
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => character,
        _ => '_',
    };
    server.chars().take(64).enumerate().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trace::{Event, VERSION};

    fn line() -> Line {
        let event = Event::Tools { tools: Vec::new() };
        Line { v: VERSION, time: Timestamp(1_700_000_000_123), server: "../git hub".into(), event }
    }

    #[test]
    fn a_trace_is_made_with_its_first_event_and_stays_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let traces = folder.path().join("traces");
        let mut recording = Recording::new(&traces);
        assert!(!traces.exists());
        recording.write(&line()).unwrap();
        recording.write(&line()).unwrap();
        let found: Vec<_> = std::fs::read_dir(&traces).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(found.len(), 1);
        let name = found[0].file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("20231114T221320.123Z-_._git_hub-"), "{name}");
        assert_eq!(std::fs::read_to_string(&found[0]).unwrap().lines().count(), 2);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&found[0]).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn two_recordings_of_one_moment_have_two_files() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            Recording::new(folder.path()).write(&line()).unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
