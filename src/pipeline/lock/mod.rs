//! Lock: what a server said of itself when somebody agreed to it, and what is different now (DESIGN 5).
//!
//! [`pin`] makes the locked form of a server, [`compare`] tells two of them apart word by word, and [`suspicious`]
//! looks at what is pinned for content that is meant for the model and not for the person who agrees to it.

mod compare;
mod pin;
mod suspicious;
mod words;

pub use compare::{Absence, Change, Difference, Drift, Thing, compare};
pub use pin::{forged, pin};
pub use suspicious::suspicious;
pub use words::{Piece, diff};
