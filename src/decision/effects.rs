//! Request -> effects.

use crate::model::effects::{Effects, Kind};
use crate::model::request::Request;

use super::sql::Dialect;

/// What the policy, or the tool's schema, declares arguments to be.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// Argument pattern -> kind. A pattern is a JSON pointer in which `*` stands for any array index.
    pub declared: Vec<(String, Kind)>,
    /// Argument pattern -> the sibling argument that its relative paths start from.
    pub relative_to: Vec<(String, String)>,
    pub dialect: Dialect,
}

/// Reads every effect off the arguments: declared ones as what they are declared to be, all other strings by the tables
/// of key names and value forms.
pub fn effects(_request: &Request, _hints: &Hints) -> Effects {
    Effects::default()
}
