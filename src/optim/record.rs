//! An optimizer's update as ops on a tape: the same rule that changes a parameter in place, run on values that record what is done with them.

use super::{OptimError, Stateful};
use crate::{Scalar, Var};

/// An optimizer whose update can be recorded. A [`Step`](crate::step::Step) is made with one.
pub trait RecordUpdate<F: Scalar>: Stateful<F> {
    /// η, the learning rate.
    fn rate(&self) -> f64;

    /// Those of its [arrays](Stateful::array_names) that it keeps with its present settings: without momentum, SGD keeps none.
    fn arrays(&self) -> &'static [&'static str] {
        self.array_names()
    }

    /// Whether the update depends on how many steps were taken.
    fn counts_steps(&self) -> bool {
        false
    }

    /// Records the update of one parameter.
    ///
    /// # Errors
    /// If a setting of the optimizer is out of range.
    fn record_update<'t>(&self, update: &Update<'t, F>) -> Result<Updated<'t, F>, OptimError>;
}

/// What an update is computed from.
#[derive(Debug)]
pub struct Update<'t, F: Scalar> {
    /// The parameter.
    pub value: Var<'t, F>,
    /// Its gradient, of the same shape.
    pub gradient: Var<'t, F>,
    /// What the optimizer keeps for it, arrays of the same shape, in the order of [`RecordUpdate::arrays`].
    pub kept: Vec<Var<'t, F>>,
    /// η, the learning rate, a single number.
    pub rate: Var<'t, F>,
    /// How many steps were taken, this one included: a single number.
    pub steps: Var<'t, F>,
}

/// What an update results in.
#[derive(Debug)]
pub struct Updated<'t, F: Scalar> {
    /// The new parameter.
    pub value: Var<'t, F>,
    /// What the optimizer keeps, in the same order as before.
    pub kept: Vec<Var<'t, F>>,
}
