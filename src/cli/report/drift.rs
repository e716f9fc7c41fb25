//! The lock against the lists of tools that were recorded.

use std::collections::BTreeMap;

use crate::cli::replay::load::Inputs;
use crate::decision::identity;
use crate::model::lockfile::{LockedServer, Pinned};
use crate::model::report::DriftRow;
use crate::model::trace::{Event, Line, Recorded};
use crate::pipeline::lock::{Absence, Change, Drift, Piece, compare};

/// `None`: there is no lock, or no recorded list of a server that it pins.
pub fn drift(inputs: &Inputs) -> Option<Vec<DriftRow>> {
    let lock = inputs.lock.as_ref()?;
    let mut recorded: BTreeMap<&str, BTreeMap<String, Pinned>> = BTreeMap::new();
    for (_, event) in inputs.traces.iter().flat_map(|trace| &trace.events) {
        let Recorded::Line(Line { server, event: Event::Tools { tools }, .. }) = event else { continue };
        let known = recorded.entry(server).or_default();
        for tool in tools {
            if let Some(name) = tool.get("name").and_then(serde_json::Value::as_str) {
                known.insert(name.to_owned(), Pinned { sha256: identity::digest(tool), value: tool.clone() });
            }
        }
    }
    let mut checked = false;
    let mut rows = Vec::new();
    for (server, tools) in recorded {
        let Some(locked) = lock.servers.get(server) else { continue };
        checked = true;
        let now = LockedServer { tools, ..locked.clone() };
        rows.extend(compare(locked, &now, Absence::Fine).iter().map(|drift| row(server, drift)));
    }
    checked.then_some(rows)
}

fn row(server: &str, drift: &Drift) -> DriftRow {
    let what = match &drift.change {
        Change::Added => "is not in the lock".to_owned(),
        Change::Removed => "is gone".to_owned(),
        Change::Changed(differences) => {
            let places: Vec<String> = differences
                .iter()
                .map(|difference| format!("{} {}", difference.pointer, words(&difference.text)))
                .collect();
            format!("differs from the lock: {}", places.join("; "))
        }
    };
    DriftRow { subject: format!("{} {server}.{}", drift.thing, drift.name), what }
}

fn words(pieces: &[Piece]) -> String {
    let shown = pieces.iter().map(|piece| match piece {
        Piece::Same(text) => text.clone(),
        Piece::Gone(text) => format!("[-{text}-]"),
        Piece::New(text) => format!("[+{text}+]"),
    });
    shown.collect::<Vec<_>>().join("")
}
