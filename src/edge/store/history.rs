//! What all proxies of one session have done so far, and what a project has spent (DESIGN 3.7).

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::model::history::{History, Mark};
use crate::model::policy::Period;
use crate::model::time::Timestamp;

use super::files::{self, Access, FileError};
use super::state;

/// The histories of one project. Rates and flows are counted by session, budgets by project, so that a restart resets
/// nothing.
#[derive(Debug)]
pub struct HistoryStore {
    folder: PathBuf,
    session: String,
}

impl HistoryStore {
    /// `None` where there is no state directory.
    pub fn of(project: &Path, session: &str) -> Option<HistoryStore> {
        let folder = state::directory()?.join("history").join(state::name_of(project));
        Some(HistoryStore::within(&folder, session))
    }

    fn within(folder: &Path, session: &str) -> HistoryStore {
        HistoryStore { folder: folder.to_owned(), session: super::recording::file_name(session) }
    }

    /// One lock over reading, judging and reserving: `judge` is given the history, and what it hands back with its result
    /// is added before anybody else reads. Fails where the history cannot be read or kept; nothing may pass then.
    pub fn reserve<R>(&self, now: Timestamp, judge: impl FnOnce(&History) -> (R, Vec<Mark>)) -> Result<R, FileError> {
        let lock = self.lock()?;
        let mut history = self.read()?;
        let (result, marks) = judge(&history);
        if !marks.is_empty() {
            history.add(&marks, now, Timestamp(now.0 - Period::Week.milliseconds()));
            self.write(history)?;
        }
        drop(lock);
        Ok(result)
    }

    fn lock(&self) -> Result<File, FileError> {
        let path = self.folder.join("lock");
        let file = files::append_private(&path)?;
        files::lock(&file).map_err(|source| FileError::Write { path, source })?;
        Ok(file)
    }

    fn session_path(&self) -> PathBuf {
        self.folder.join(format!("session-{}.json", self.session))
    }

    fn budget_path(&self) -> PathBuf {
        self.folder.join("budgets.json")
    }

    fn read(&self) -> Result<History, FileError> {
        let mut history = read_one(&self.session_path(), "what this session has done so far is forgotten then")?;
        history.spent = read_one(&self.budget_path(), "what this project has spent is forgotten then")?.spent;
        Ok(history)
    }

    fn write(&self, history: History) -> Result<(), FileError> {
        let spent = History { spent: history.spent, ..History::default() };
        let session = History { hits: history.hits, labels: history.labels, ..History::default() };
        for (path, part) in [(self.budget_path(), spent), (self.session_path(), session)] {
            let text = serde_json::to_vec(&part)
                .map_err(|error| FileError::Write { path: path.clone(), source: error.into() })?;
            files::write_atomic(&path, &text, Access::Private)?;
        }
        Ok(())
    }
}

fn read_one(path: &Path, lost: &'static str) -> Result<History, FileError> {
    let damaged = |why: String| FileError::Damaged { path: path.to_owned(), why, lost };
    match files::read_text(path) {
        Err(FileError::Missing(_)) => Ok(History::default()),
        Err(FileError::NotText(_)) => Err(damaged("it is not UTF-8 text".into())),
        Err(error) => Err(error),
        Ok(text) => serde_json::from_str(&text).map_err(|error| damaged(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spend(store: &HistoryStore, amount: f64) -> f64 {
        let judge = |history: &History| {
            let spent: f64 = history.spent.get("b").into_iter().flatten().map(|spending| spending.amount).sum();
            let hit = Mark::Hit { counter: "c".into() };
            ((spent, history.hits.len()), vec![Mark::Spent { budget: "b".into(), amount }, hit])
        };
        store.reserve(Timestamp(1), judge).unwrap().0
    }

    #[test]
    fn budgets_are_shared_by_all_sessions_and_rates_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (HistoryStore::within(folder.path(), "a"), HistoryStore::within(folder.path(), "b"));
        assert_eq!(spend(&one, 2.0), 0.0);
        assert_eq!(spend(&other, 3.0), 2.0);
        assert_eq!(spend(&one, 0.0), 5.0);
        let hits =
            |store: &HistoryStore| store.reserve(Timestamp(2), |history| (history.hits["c"].len(), vec![])).unwrap();
        assert_eq!((hits(&one), hits(&other)), (2, 1));
    }

    #[test]
    fn no_hit_is_lost_when_many_write_at_once() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let store = HistoryStore::within(folder.path(), "a");
                    for _ in 0..10 {
                        spend(&store, 1.0);
                    }
                });
            }
        });
        assert_eq!(spend(&HistoryStore::within(folder.path(), "a"), 0.0), 40.0);
    }

    #[test]
    fn a_history_that_cannot_be_read_lets_nothing_be_judged() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("budgets.json"), "{").unwrap();
        let store = HistoryStore::within(folder.path(), "a");
        let error = store.reserve(Timestamp(1), |_| ((), vec![])).unwrap_err();
        let path = folder.path().join("budgets.json");
        assert!(error.to_string().starts_with(&format!("{} is damaged: EOF", path.display())), "{error}");
        let mend = error.mend().unwrap();
        assert!(mend.contains(".damaged") && mend.contains("spent is forgotten"), "{mend}");
        // What the command says, done: the next one is judged.
        std::fs::rename(&path, path.with_extension("json.damaged")).unwrap();
        store.reserve(Timestamp(1), |_| ((), vec![])).unwrap();
        std::fs::write(folder.path().join("session-a.json"), [0xff, 0]).unwrap();
        let error = store.reserve(Timestamp(1), |_| ((), vec![])).unwrap_err();
        assert!(error.to_string().contains("session-a.json is damaged: it is not UTF-8"), "{error}");
    }
}
