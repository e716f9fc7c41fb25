//! Exit codes: one enum, documented in the README.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: fine.
    Fine,
    /// 1: the check failed: drift, an attack got through, a finding at or above `--fail-on`.
    Failed,
    /// 2: usage or input is wrong.
    Usage,
    /// 3: the environment failed: a server did not start, a file cannot be written.
    Environment,
    /// 4: there was nothing that could be checked.
    Nothing,
}

impl Exit {
    pub const ALL: [Exit; 5] = [Exit::Fine, Exit::Failed, Exit::Usage, Exit::Environment, Exit::Nothing];

    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Environment => 3,
            Exit::Nothing => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a verb could not do its work: what failed, where, and what to do. Lower case, no full stop.
#[derive(Debug, thiserror::Error)]
#[error("remit: {message}")]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
}

impl Failure {
    /// The usage or an input file is wrong.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, message: message.into() }
    }

    /// The environment failed.
    pub fn environment(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Environment, message: message.into() }
    }

    /// There was nothing to work on.
    pub fn nothing(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Nothing, message: message.into() }
    }
}
