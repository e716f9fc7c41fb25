//! The audit log: JSONL, each record bound to the one before by SHA-256 (DESIGN 5).

use std::fs::{File, Metadata};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::audit::{Entry, VERSION};
use crate::model::time::Timestamp;

use super::files::{self, FileError};

/// What stands for the line before the first one.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Who finds the file moved away so often in a row gives up.
const REOPENINGS: u32 = 8;

/// A log that is appended to. Any number of processes may append to one file: each takes the file's lock for a record,
/// and goes on from what stands there.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    file: File,
    end: End,
}

/// Where the chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
struct End {
    length: u64,
    seq: u64,
    prev: String,
    /// The last line has no line end: somebody died while writing it.
    cut: bool,
}

#[derive(Serialize)]
struct Record<'a, T> {
    v: u32,
    seq: u64,
    /// SHA-256 of the line before, without its line end, in lower-case hex.
    prev: &'a str,
    #[serde(flatten)]
    content: T,
}

/// A record that is no ruling.
#[derive(Serialize)]
struct Remark {
    time: Timestamp,
    remark: &'static str,
}

#[derive(Deserialize)]
struct Link {
    v: u32,
    seq: u64,
    prev: String,
}

impl AuditLog {
    /// Opens the log, or begins one. Private (0600), and never through a symlink.
    pub fn open(path: &Path) -> Result<AuditLog, FileError> {
        let file = files::append_private(path)?;
        let end = End { length: 0, seq: 0, prev: BEGINNING.into(), cut: false };
        Ok(AuditLog { path: path.to_owned(), file, end })
    }

    /// Appends one ruling. When this fails, the message must not pass.
    pub fn append(&mut self, entry: &Entry) -> Result<(), FileError> {
        let failed = |path: &Path, source| FileError::Write { path: path.to_owned(), source };
        if let Err(source) = files::lock(&self.file) {
            *self = AuditLog::open(&self.path)?;
            return Err(failed(&self.path, source));
        }
        let mut found = self.file.metadata();
        // Somebody may have moved the file away (log rotation): the record belongs where the path leads.
        for _ in 0..REOPENINGS {
            if found.as_ref().is_ok_and(|found| is_at(found, &self.path)) {
                break;
            }
            *self = AuditLog::open(&self.path)?;
            files::lock(&self.file).map_err(|source| failed(&self.path, source))?;
            found = self.file.metadata();
        }
        let written = found.and_then(|found| self.append_locked(entry, found.len()));
        let unlocked = self.file.unlock();
        written.and(unlocked).map_err(|source| failed(&self.path, source))
    }

    fn append_locked(&mut self, entry: &Entry, length: u64) -> std::io::Result<()> {
        if length != self.end.length {
            self.end = find_end(&self.path, length)?;
        }
        if self.end.cut {
            self.file.write_all(b"\n")?;
            self.end.length += 1;
            self.end.cut = false;
            let remark = "the line before this one was cut short: the process that wrote it died";
            self.write(&Remark { time: entry.time, remark })?;
        }
        self.write(entry)
    }

    fn write(&mut self, content: &impl Serialize) -> std::io::Result<()> {
        let record = Record { v: VERSION, seq: self.end.seq, prev: &self.end.prev, content };
        let mut line = serde_json::to_vec(&record)?;
        let prev = hex(&line);
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.end = End { length: self.end.length + line.len() as u64, seq: self.end.seq + 1, prev, cut: false };
        Ok(())
    }
}

/// Whether the open file is still the one that the path leads to.
fn is_at(open: &Metadata, path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| identity(&found) == identity(open))
}

#[cfg(unix)]
fn identity(found: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino())
}

#[cfg(not(unix))]
fn identity(found: &Metadata) -> (u64, Option<std::time::SystemTime>) {
    (found.len(), found.created().ok())
}

fn hex(line: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(line))
}

/// Reads where the chain in the file ends, from its end backwards.
fn find_end(path: &Path, length: u64) -> std::io::Result<End> {
    let mut file = File::open(path)?;
    let (mut tail, mut from) = (Vec::new(), length);
    // Until two whole lines are in hand, or the whole file: the last may be cut.
    while from > 0 && tail.iter().filter(|byte| **byte == b'\n').count() < 3 {
        let block = from.min(64 << 10);
        from -= block;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = vec![0; usize::try_from(block).unwrap_or_default()];
        file.read_exact(&mut bytes)?;
        bytes.append(&mut tail);
        tail = bytes;
    }
    let cut = tail.last().is_some_and(|byte| *byte != b'\n');
    let lines: Vec<&[u8]> = tail.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let seq =
        lines.iter().rev().find_map(|line| serde_json::from_slice::<Link>(line).ok()).map_or(0, |link| link.seq + 1);
    let prev = lines.last().map_or_else(|| BEGINNING.to_owned(), |line| hex(line));
    Ok(End { length, seq, prev, cut })
}

/// What a check of a whole log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    pub records: u64,
    /// SHA-256 of the last line: what a later check can be held against.
    pub head: String,
    /// Lines (from 1) that were cut short by a crash, and are noted as such by the record after them.
    pub cut: Vec<u64>,
    /// The first line (from 1) where the chain is broken, and how.
    pub broken: Option<(u64, String)>,
}

/// Follows the chain from the first line to the last.
pub fn verify(path: &Path) -> Result<Checked, FileError> {
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => FileError::Missing(path.to_owned()),
        _ => FileError::Read { path: path.to_owned(), source },
    };
    let mut checked = Checked { head: BEGINNING.into(), ..Checked::default() };
    for (index, line) in BufReader::new(File::open(path).map_err(failed)?).split(b'\n').enumerate() {
        let line = line.map_err(failed)?;
        let number = index as u64 + 1;
        match serde_json::from_slice::<Link>(&line) {
            Ok(link) if link.v > VERSION => {
                checked.broken = Some((number, format!("format {} is newer than this remit", link.v)));
            }
            Ok(link) if link.prev != checked.head => {
                checked.broken = Some((number, "it does not follow the line before it".into()));
            }
            Ok(link) if link.seq != checked.records => {
                checked.broken = Some((number, format!("its number is {}, not {}", link.seq, checked.records)));
            }
            Ok(_) => checked.records += 1,
            Err(_) => checked.cut.push(number),
        }
        if checked.broken.is_some() {
            return Ok(checked);
        }
        checked.head = hex(&line);
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audit::Done;
    use crate::model::verdict::Decision;

    fn entry(name: &str) -> Entry {
        Entry {
            time: Timestamp(0),
            session: "s".into(),
            server: "fs".into(),
            policy: "p".into(),
            method: "tools/call".into(),
            name: Some(name.into()),
            arguments: None,
            verdict: Decision::Allow,
            done: Done::Forwarded,
            because: Vec::new(),
            facts: None,
        }
    }

    fn log() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit/fs.jsonl");
        (folder, path)
    }

    #[test]
    fn two_runs_and_two_writers_make_one_chain() {
        let (_folder, path) = log();
        AuditLog::open(&path).unwrap().append(&entry("a")).unwrap();
        let (mut one, mut other) = (AuditLog::open(&path).unwrap(), AuditLog::open(&path).unwrap());
        for name in ["b", "c", &"d".repeat(200_000), "e"] {
            one.append(&entry(name)).unwrap();
            other.append(&entry(name)).unwrap();
        }
        let checked = verify(&path).unwrap();
        assert_eq!((checked.records, checked.broken, checked.cut), (9, None, vec![]));
    }

    #[test]
    #[cfg(unix)]
    fn two_writers_go_on_in_one_new_chain_when_the_file_is_moved_away() {
        let (_folder, path) = log();
        let (mut one, mut other) = (AuditLog::open(&path).unwrap(), AuditLog::open(&path).unwrap());
        one.append(&entry("a")).unwrap();
        other.append(&entry("b")).unwrap();
        let old = path.with_extension("1");
        std::fs::rename(&path, &old).unwrap();
        one.append(&entry("c")).unwrap();
        other.append(&entry("d")).unwrap();
        one.append(&entry("e")).unwrap();
        let counted = [old, path].map(|path| verify(&path).map(|checked| (checked.records, checked.broken)).unwrap());
        assert_eq!(counted, [(2, None), (3, None)]);
    }

    #[test]
    fn an_edit_a_drop_and_a_swap_break_the_chain() {
        let (_folder, path) = log();
        let mut log = AuditLog::open(&path).unwrap();
        for name in ["a", "b", "c", "d"] {
            log.append(&entry(name)).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let broken = |text: &str| {
            std::fs::write(&path, text).unwrap();
            verify(&path).unwrap().broken.map(|(line, _)| line)
        };
        assert_eq!(broken(&text), None);
        assert_eq!(broken(&text.replace("\"b\"", "\"x\"")), Some(3));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(broken(&[lines[0], lines[2], lines[3]].join("\n")), Some(2));
        assert_eq!(broken(&[lines[0], lines[2], lines[1], lines[3]].join("\n")), Some(2));
    }

    #[test]
    fn a_line_that_a_crash_cut_short_is_noted_and_the_chain_goes_on() {
        let (_folder, path) = log();
        AuditLog::open(&path).unwrap().append(&entry("a")).unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{whole}{}", &whole[..40])).unwrap();
        AuditLog::open(&path).unwrap().append(&entry("b")).unwrap();
        let checked = verify(&path).unwrap();
        assert_eq!((checked.records, checked.broken, checked.cut), (3, None, vec![2]));
        assert!(std::fs::read_to_string(&path).unwrap().contains("was cut short"));
    }
}
