//! A bar on standard error for work that takes longer than a second, where a person watches.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal;

/// Nobody minds to wait so long without being told.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far some work has come. May be shared by threads.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    shown: AtomicBool,
}

impl Progress {
    /// Work that is counted in bytes: `reading traces`.
    pub fn of_bytes(what: &str, total: u64) -> Progress {
        Progress::new(total, &format!("{what} {{wide_bar}} {{bytes}} of {{total_bytes}}, {{eta}} left"))
    }

    /// Work that is counted in steps: `playing attacks`.
    pub fn of_steps(what: &str, total: u64) -> Progress {
        Progress::new(total, &format!("{what} {{wide_bar}} {{pos}} of {{len}}, {{eta}} left"))
    }

    fn new(total: u64, template: &str) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        // Where nobody watches it counts as shown, and is not asked again.
        Progress { bar, began: Instant::now(), shown: AtomicBool::new(!terminal::is_watched()) }
    }

    pub fn advance(&self, by: u64) {
        self.bar.inc(by);
        if !self.shown.load(Ordering::Relaxed)
            && self.began.elapsed() > PATIENCE
            && !self.shown.swap(true, Ordering::Relaxed)
        {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        }
    }
}

impl Drop for Progress {
    /// The bar goes, so that what is printed next stands alone.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
