//! What a session has done so far: what rates, budgets and flows are judged by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// Read by `decide`, never changed by it. The caller adds the [`Mark`]s of a verdict once the request was forwarded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Counter name (the pointer of the rule that counts) -> the moments at which it was hit, oldest first.
    #[serde(default)]
    pub hits: BTreeMap<String, Vec<Timestamp>>,
    /// Budget name -> what was spent, oldest first.
    #[serde(default)]
    pub spent: BTreeMap<String, Vec<Spending>>,
    /// Label -> the first request that earned it (`fs.read_file /path`).
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spending {
    pub at: Timestamp,
    pub amount: f64,
}

/// What a request adds to the history if it is forwarded.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    Hit { counter: String },
    Spent { budget: String, amount: f64 },
    Label { label: String, by: String },
}

impl History {
    /// Adds the marks of one forwarded request. `keep_from`: nothing older is needed by any rule, and is dropped.
    pub fn add(&mut self, marks: &[Mark], at: Timestamp, keep_from: Timestamp) {
        for mark in marks {
            match mark {
                Mark::Hit { counter } => {
                    let hits = self.hits.entry(counter.clone()).or_default();
                    hits.retain(|hit| *hit >= keep_from);
                    hits.push(at);
                }
                Mark::Spent { budget, amount } => {
                    let spent = self.spent.entry(budget.clone()).or_default();
                    spent.retain(|spending| spending.at >= keep_from);
                    spent.push(Spending { at, amount: *amount });
                }
                Mark::Label { label, by } => {
                    self.labels.entry(label.clone()).or_insert_with(|| by.clone());
                }
            }
        }
    }
}
