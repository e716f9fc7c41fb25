//! The time.

use crate::model::time::Timestamp;

/// Now, from the system's clock.
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
