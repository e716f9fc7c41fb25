//! How the cost of each reader grows with its text, on benign and on hostile ones. `cargo bench --bench growth [READER]`;
//! the table of docs/performance.md. Fails where a reader is worse than linear.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark"
)]

use std::time::Duration;

use cpu_time::ThreadTime;

mod readers;

use readers::{MB, Reader, keys, readers};

/// Cost may grow with this power of the length, no more. Memory that is touched for the first time and no longer fits the
/// caches makes up to 1.3 of a reader whose instructions are linear; a quadratic one shows almost 2.
const STEEPEST: f64 = 1.35;

/// The text that a large one is held against is so many times shorter.
const SPAN: usize = 16;

/// Shorter than this it is the clock and the caches that are measured, in seconds.
const CLOCK: f64 = 200e-6;

/// The shortest of a few runs, in seconds of a processor: another program on the machine does not count, and what it
/// takes from the caches only ever makes a run longer.
fn cost(read: &dyn Fn(&str), text: &str) -> f64 {
    let (began, mut best, mut runs) = (ThreadTime::now(), f64::INFINITY, 0);
    while runs == 0 || (runs < 2000 && began.elapsed() < Duration::from_millis(20)) {
        let before = ThreadTime::now();
        read(text);
        best = best.min(before.elapsed().as_secs_f64());
        runs += 1;
    }
    best
}

struct Measured {
    name: String,
    size: usize,
    seconds: f64,
    /// `None` where it is the clock that was measured.
    exponent: Option<f64>,
}

fn measure(read: &dyn Fn(&str), limit: usize, name: String, make: &dyn Fn(usize) -> String) -> Measured {
    let texts: Vec<String> = [limit, limit / SPAN].map(make).into();
    let size = texts.first().map_or(0, String::len);
    let times = texts.last().map_or(1.0, |small| size as f64 / small.len().max(1) as f64);
    let (mut seconds, mut exponent) = (f64::INFINITY, f64::INFINITY);
    // What the caches do to one of the two is no growth: steep ones are measured again.
    for _ in 0..5 {
        let costs: Vec<f64> = texts.iter().map(|text| cost(read, text)).collect();
        if let [large, small] = costs.as_slice() {
            seconds = seconds.min(*large);
            exponent = exponent.min((large / small).ln() / times.ln());
        }
        if exponent <= STEEPEST {
            break;
        }
    }
    let exponent = Some(exponent);
    Measured { name, size, seconds, exponent: exponent.filter(|_| seconds > CLOCK) }
}

fn show(reader: &str, what: &str, one: &Measured) {
    let exponent = one.exponent.map_or("-".to_owned(), |exponent| format!("{exponent:.2}"));
    let size = if one.size >= MB { format!("{} MB", one.size / MB) } else { format!("{} KB", one.size >> 10) };
    let rate = one.size as f64 / one.seconds / 1e6;
    println!(
        "| {reader} | {what}: {} | {size} | {:.2} ms | {rate:.0} MB/s | {exponent} |",
        one.name,
        one.seconds * 1e3
    );
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    println!("| reader | text | size | time | rate | growth |\n|---|---|---|---|---|---|");
    let mut steep = 0;
    for reader in readers().into_iter().filter(|reader| wanted.is_empty() || wanted.contains(&reader.name.to_owned())) {
        let Reader { name, limit, read, benign, hostile } = reader;
        let mut all = Vec::new();
        for text in benign {
            let shown: String = text.chars().take(24).collect();
            let one = measure(&read, limit, format!("{shown:?}..."), &|size| text.repeat(size / text.len()));
            show(name, "benign", &one);
            all.push(one);
        }
        if ["strict JSON", "message", "trace line"].contains(&name) {
            let one = measure(&read, limit, "members with different keys".into(), &keys);
            show(name, "benign", &one);
            all.push(one);
        }
        let first = all.len();
        all.extend(hostile.into_iter().map(|shape| measure(&read, limit, shape.name(), &|size| shape.text(size))));
        let hostile = all.get(first..).unwrap_or_default();
        if let Some(one) =
            hostile.iter().max_by(|a, b| (a.seconds / a.size as f64).total_cmp(&(b.seconds / b.size as f64)))
        {
            show(name, "slowest", one);
        }
        if let Some(one) = hostile.iter().max_by(|a, b| a.exponent.unwrap_or(0.0).total_cmp(&b.exponent.unwrap_or(0.0)))
        {
            show(name, "steepest", one);
        }
        for one in all.iter().filter(|one| one.exponent.is_some_and(|exponent| exponent > STEEPEST)) {
            steep += 1;
            show(name, "WORSE THAN LINEAR", one);
        }
    }
    assert!(steep == 0, "{steep} readings grow faster than their texts");
}
