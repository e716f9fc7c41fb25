//! Starting a configured server and asking it what it offers.
//!
//! [`enumerate`] starts the server's own command (never the wrapping), speaks whichever era of the protocol the server
//! understands, and ends it again with everything that it started. [`Session`] is a conversation of any length. A server is a stranger's
//! program: what it says is bounded in size and in time, and read as strictly as the proxy reads it.

mod ask;
mod error;
mod expand;
mod process;
mod session;
mod talk;

pub use ask::enumerate;
pub use error::ServerError;
pub use session::{Era, Person, Session};
pub use talk::Answer;
