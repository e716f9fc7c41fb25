//! The stage `replay`: attacks and recorded requests, run offline against a policy. Nothing here opens anything.
//!
//! [`packs`] reads attacks; [`toolbox`] gathers what the user really has; [`leaves`] finds the arguments of a tool and
//! [`roles`] says what each is for; [`bind`] makes calls of attacks and [`mutate`] spells them otherwise; [`score`]
//! judges them; [`backtest`] judges what was recorded. [`baseline`] is what a team has accepted for now; [`coverage`]
//! says which grants nothing exercises.

pub mod assume;
pub mod backtest;
pub mod baseline;
pub mod bind;
pub mod coverage;
pub mod leaves;
pub mod mutate;
pub mod packs;
pub mod roles;
pub mod sample;
pub mod score;
pub mod toolbox;

/// Where attacks are played: nothing is looked up, so the places stand for themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// Absolute.
    pub project: String,
    /// Absolute.
    pub home: String,
    pub os: crate::model::facts::Os,
    pub time: crate::model::time::Timestamp,
}

impl Ground {
    /// The facts of a call that is made in the project.
    pub fn facts(&self) -> crate::model::facts::Facts {
        crate::model::facts::Facts {
            project: self.project.clone(),
            cwd: self.project.clone(),
            home: Some(self.home.clone()),
            os: self.os,
            time: Some(self.time),
            ..Default::default()
        }
    }

    /// `$HOME` and `$PROJECT` replaced.
    pub fn fill(&self, text: &str) -> String {
        text.replace("$PROJECT", &self.project).replace("$HOME", &self.home)
    }
}
