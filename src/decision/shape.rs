//! Shapes: forms that a string has.

use crate::model::policy::Shape;

/// Whether the whole of `text` has the shape.
pub fn has(_shape: Shape, _text: &str) -> bool {
    false
}

/// The shapes that `text` has, the tightest first.
pub fn shapes_of(_text: &str) -> Vec<Shape> {
    Vec::new()
}
