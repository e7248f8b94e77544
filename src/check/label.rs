//! What an argument, and a place in it, is called in a report.

use super::judge::multi_index;
use crate::shape::Shape;

/// The name of an argument in the report.
pub(super) struct Label {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) order: u32,
    pub(super) by_directions: bool,
}

impl Label {
    /// The place of an element in the argument, or the number of a direction through it.
    pub(super) fn index(&self, element: usize) -> Vec<usize> {
        if self.by_directions { vec![element] } else { multi_index(element, self.shape) }
    }

    /// The name of an element in the report: `x[0][1, 2]`.
    pub(super) fn place(&self, element: usize) -> String {
        match self.by_directions {
            true => format!("{} along direction {element}", self.name),
            false => format!("{}{:?}", self.name, self.index(element)),
        }
    }
}
