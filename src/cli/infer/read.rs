//! Trace files -> evidence, on all cores, with progress where somebody watches.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::exit::Failure;
use crate::decision::redact::Redactor;
use crate::edge::progress::Progress;
use crate::edge::store::traces::{self, Line};
use crate::edge::terminal;
use crate::model::evidence::{Evidence, Place, Session};
use crate::model::trace::BadLine;
use crate::pipeline::infer::observe::Observer;

/// Unreadable lines that are shown.
const SHOWN: usize = 5;

/// One file read.
struct Read {
    digest: String,
    session: Session,
    /// `file:line: why`
    bad: Vec<String>,
    bad_count: usize,
}

/// Reads every file. A line that cannot be read ends it all, unless it is the last one and cut off, or `keep_going`.
pub fn all(found: &[PathBuf], bare: &Place, redactor: &Redactor, keep_going: bool) -> Result<Evidence, Failure> {
    let bytes = found.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|file| file.len()).sum();
    let progress = Progress::of_bytes("reading traces", bytes);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Result<Read, Failure>>> = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(found.len()).min(8);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(path) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let read = one(path, bare, redactor, keep_going, &progress);
                    if let Ok(mut done) = done.lock() {
                        done.push(read);
                    }
                }
            });
        }
    });
    drop(progress);
    let reads = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut reads: Vec<Read> = {
        let (fine, mut failed): (Vec<_>, Vec<_>) = reads.into_iter().partition(Result::is_ok);
        failed.sort_by_key(|failure| failure.as_ref().err().map(ToString::to_string));
        if let Some(Err(failure)) = failed.into_iter().next() {
            return Err(failure);
        }
        fine.into_iter().filter_map(Result::ok).collect()
    };
    reads.sort_by(|a, b| a.session.name.cmp(&b.session.name));
    let with_lines = || reads.iter().filter(|read| read.session.lines > 0);
    let distinct: BTreeSet<&str> = with_lines().map(|read| read.digest.as_str()).collect();
    let equal = with_lines().count() - distinct.len();
    if equal > 0 {
        let are = if equal == 1 { "1 file holds" } else { &format!("{equal} files hold") };
        terminal::note(&format!("{are} the same lines as another one: together they are one session"));
    }
    let bad: usize = reads.iter().map(|read| read.bad_count).sum();
    for line in reads.iter().flat_map(|read| &read.bad).take(SHOWN) {
        terminal::note(&terminal::plain(line));
    }
    if bad > SHOWN {
        terminal::note(&format!("... {} more lines were skipped", bad - SHOWN));
    }
    Ok(Evidence::collect(
        reads.into_iter().filter(|read| read.session.lines > 0).map(|read| (read.digest, read.session)),
    ))
}

fn one(path: &Path, bare: &Place, redactor: &Redactor, keep_going: bool, progress: &Progress) -> Result<Read, Failure> {
    let mut lines = traces::open(path).map_err(|error| Failure::usage(error.to_string()))?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut observer = Observer::new(&name, bare.clone(), redactor);
    let (mut bad, mut bad_count) = (Vec::new(), 0);
    while let Some(line) = lines.next_line().map_err(|error| Failure::environment(error.to_string()))? {
        let (number, why, cut_off) = match line {
            Line::NotText { number } => (number, "not UTF-8".to_owned(), false),
            Line::Text { number, text, last } => {
                progress.advance(text.len() as u64 + 1);
                match observer.line(text) {
                    Ok(()) => continue,
                    Err(BadLine::TooNew(version)) => {
                        let why = BadLine::TooNew(version);
                        return Err(Failure::usage(format!("{}:{number}: {why}", path.display())));
                    }
                    Err(error) => (number, error.to_string(), last),
                }
            }
        };
        if !cut_off && !keep_going {
            let at = path.display();
            return Err(Failure::usage(format!("{at}:{number}: {why}; give `--keep-going` to skip such lines")));
        }
        bad_count += 1;
        if bad.len() < SHOWN {
            let why = if cut_off { "cut off, skipped" } else { &why };
            bad.push(format!("{}:{number}: {why}", path.display()));
        }
    }
    let (digest, session) = observer.finish();
    Ok(Read { digest, session, bad, bad_count })
}
