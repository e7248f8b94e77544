//! A handle to a node. Arithmetic with it records: see `operators.rs`, and the ops.

use super::Tape;
use crate::scalar::Scalar;
use crate::shape::Shape;
use ndarray::{ArrayD, ArrayViewD};
use petgraph::graph::NodeIndex;
use std::fmt;

/// A value on a tape. It is a handle of 16 bytes, to copy at will; arithmetic with it records on the tape.
///
/// The methods that record an op are declared with their ops, in [`crate::ops`].
#[must_use = "ops change nothing in place: what they compute is this Var"]
pub struct Var<'t, F: Scalar = f32> {
    pub(crate) tape: &'t Tape<F>,
    pub(crate) index: NodeIndex,
}

impl<F: Scalar> Clone for Var<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Scalar> Copy for Var<'_, F> {}

impl<'t, F: Scalar> Var<'t, F> {
    /// The tape it lives on.
    pub fn tape(self) -> &'t Tape<F> {
        self.tape
    }

    /// Its node in [`Tape::graph`].
    pub fn index(self) -> NodeIndex {
        self.index
    }

    /// The shape of its value.
    pub fn shape(self) -> Shape {
        self.tape.graph.borrow().shape(self.index)
    }

    /// A copy of its value.
    #[track_caller]
    pub fn value(self) -> ArrayD<F> {
        self.tape.value(self.index)
    }

    /// Reads its value in place. Nothing can be recorded meanwhile.
    #[track_caller]
    pub fn with_value<R>(self, look: impl FnOnce(ArrayViewD<F>) -> R) -> R {
        self.tape.graph.borrow().with_views(&[self.index], |views| look(views[0].array()))
    }

    /// Its value, if it is a single number.
    ///
    /// # Panics
    /// If it does not have exactly one element.
    #[track_caller]
    pub fn item(self) -> F {
        let item = self.tape.graph.borrow().with_views(&[self.index], |views| match views[0].data {
            [item] => Some(*item),
            _ => None,
        });
        match item {
            Some(item) => item,
            None => panic!("{} has shape {}, which is not a single number", self.describe(), self.shape()),
        }
    }

    /// Gives its node a name, for listings, graphs and errors.
    #[track_caller]
    pub fn named(self, name: impl AsRef<str>) -> Self {
        self.tape.recording().labels.give_name(self.index, name.as_ref());
        self
    }

    #[track_caller]
    pub(crate) fn expect_on(self, tape: &Tape<F>, user: &str) {
        assert!(
            std::ptr::eq(self.tape, tape),
            "{user}: {} lives on another tape than the other operands; record both on one tape",
            self.describe()
        );
    }
}

impl<F: Scalar> fmt::Debug for Var<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "%{} {}", self.index.index(), self.shape())
    }
}
