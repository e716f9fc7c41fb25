//! `remit decide`: judge calls, one JSON line in, one JSON line out.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use crate::decision::decide::decide;
use crate::decision::effects::effects;
use crate::decision::explain;
use crate::decision::policy::Policy;
use crate::decision::redact::Redactor;
use crate::edge::facts::{Surroundings, look};
use crate::edge::{clock, terminal};
use crate::model::audit::Because;
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::policy::Period;
use crate::model::request::{Action, Request};
use crate::model::time::Timestamp;
use crate::model::trace::{self, BareCall, Event, Recorded};
use crate::model::verdict::{Decision, Verdict};

use super::exit::{Exit, Failure};
use super::policies;

/// A line may hold a whole file's content, but not more than a message may.
const MAX_LINE: u64 = 100 << 20;

/// The arguments of `remit decide`.
#[derive(Debug, clap::Args)]
pub struct Decide {
    /// The policy to judge by
    #[arg(long, value_name = "FILE", default_value = policies::DEFAULT)]
    policy: PathBuf,
    /// The project and working directory of bare calls; with it, paths are looked up on disk
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// The home directory that `~` stands for
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// A file of calls or a trace; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
}

pub fn run(args: &Decide) -> Result<Exit, Failure> {
    let (policy, _) = policies::ready(&args.policy)?;
    let mut judge = Judge::new(args, policy)?;
    let input: Box<dyn Read> = if args.file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let file = std::fs::File::open(&args.file);
        Box::new(file.map_err(|error| Failure::usage(format!("cannot read {}: {error}", args.file.display())))?)
    };
    judge.judge_all(input, &args.file.display().to_string())
}

/// A verdict as JSON: what `decide` and `explain` print.
#[derive(serde::Serialize)]
pub(super) struct Judged {
    verdict: Decision,
    because: Vec<Because>,
}

impl Judged {
    pub fn new(verdict: &Verdict, redactor: &Redactor) -> Judged {
        Judged { verdict: verdict.decision, because: explain::reasons(verdict, redactor) }
    }

    /// A line that cannot be read is denied.
    fn unreadable(why: String) -> Judged {
        let because = Because {
            rule: "message".into(),
            at: None,
            argument: None,
            value: None,
            effect: Decision::Deny,
            message: why,
            nearest: None,
            edit: None,
        };
        Judged { verdict: Decision::Deny, because: vec![because] }
    }

    pub fn to_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn to_pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Judges the lines of one file: they are one session, and history accumulates over it.
struct Judge {
    policy: Policy,
    redactor: Redactor,
    surroundings: Surroundings,
    /// Bare calls are looked up on disk.
    looks: bool,
    history: History,
    /// An untimed line has the time of the line before it.
    now: Timestamp,
}

impl Judge {
    fn new(args: &Decide, policy: Policy) -> Result<Judge, Failure> {
        let project = args.root.clone().unwrap_or_else(|| policies::project_of(&args.policy));
        let mut surroundings = Surroundings::here(&project);
        surroundings.cwd = surroundings.project.clone();
        surroundings.guard([args.policy.as_path()]);
        if let Some(home) = &args.home {
            let absolute = std::path::absolute(home).unwrap_or_else(|_| home.clone());
            surroundings.home = Some(crate::edge::facts::resolve(&absolute));
        }
        let redactor = policies::redactor(&policy, &surroundings.project)?;
        let looks = args.root.is_some();
        let policy = match looks {
            true => policies::made_live(policy, &surroundings),
            // The disk is left alone, but a secret is still known by its token.
            false => policy.with_redactor(redactor.clone()),
        };
        Ok(Judge { policy, redactor, surroundings, looks, history: History::default(), now: clock::now() })
    }

    fn judge_all(&mut self, input: Box<dyn Read>, name: &str) -> Result<Exit, Failure> {
        let mut reader = BufReader::new(input);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut exit = Exit::Fine;
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            let read = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line);
            if read.map_err(|error| Failure::environment(format!("cannot read {name}: {error}")))? == 0 {
                break;
            }
            let judged = match std::str::from_utf8(&line) {
                Ok(text) if text.trim().is_empty() => continue,
                Ok(text) => self.judge_line(text.trim()),
                Err(error) => Err(format!("byte {} of the line is no UTF-8", error.valid_up_to() + 1)),
            };
            let answer = match judged {
                Ok(Some(verdict)) => self.answer(&verdict),
                Ok(None) => continue,
                Err(why) => {
                    exit = Exit::Usage;
                    terminal::note(&format!("remit: {name}:{number}: {why}"));
                    Judged::unreadable(why).to_line()
                }
            };
            let written = writeln!(out, "{answer}").and_then(|()| out.flush());
            if written.is_err() {
                break; // The reader has gone away.
            }
        }
        Ok(exit)
    }

    fn answer(&self, verdict: &Verdict) -> String {
        Judged::new(verdict, &self.redactor).to_line()
    }

    /// `None` for a line of a trace that is no request.
    fn judge_line(&mut self, text: &str) -> Result<Option<Verdict>, String> {
        crate::model::json::walk(text.as_bytes(), crate::model::json::Limits::default())
            .map_err(|malformed| malformed.to_string())?;
        let (request, recorded) = match trace::parse(text).map_err(|bad| bad.to_string())? {
            Recorded::Bare(BareCall { server, tool, arguments, time }) => {
                self.now = time.unwrap_or(self.now);
                (Request::call(server, tool, arguments), None)
            }
            Recorded::Line(line) => {
                self.now = line.time;
                let server = line.server;
                match line.event {
                    Event::Call { tool, arguments, facts, .. } => (Request::call(server, tool, arguments), Some(facts)),
                    Event::Resource { uri, facts, .. } => {
                        (Request { server, action: Action::Resource { uri } }, Some(facts))
                    }
                    Event::Prompt { name, arguments, .. } => {
                        (Request { server, action: Action::Prompt { name, arguments } }, None)
                    }
                    Event::Session(_) | Event::Tools { .. } | Event::Result { .. } => return Ok(None),
                }
            }
        };
        let facts = self.facts(&request, recorded);
        let verdict = decide(&self.policy, &self.history, &facts, &request);
        if verdict.decision != Decision::Deny {
            let oldest = Timestamp(self.now.0 - Period::Week.milliseconds());
            self.history.add(&verdict.marks, self.now, oldest);
        }
        Ok(Some(verdict))
    }

    /// Recorded facts give the verdict of the live run; a bare call has those of the policy's folder.
    fn facts(&self, request: &Request, recorded: Option<Facts>) -> Facts {
        let facts = match recorded {
            Some(facts) => facts,
            None if self.looks => look(&effects(request, self.policy.hints(request)).0, &self.surroundings, self.now),
            None => Facts { looked: false, fold_case: false, ..self.surroundings.facts(self.now) },
        };
        Facts { time: Some(facts.time.unwrap_or(self.now)), ..facts }
    }
}
