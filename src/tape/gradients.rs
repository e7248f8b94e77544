//! The gradients of a backward pass. (How optimizers use them: `optim/update.rs`.)

use super::{Tape, Var};
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;
use std::fmt;

/// The gradients of one backward pass. They are nodes on the tape; a node that the loss does not depend on has none,
/// which is not the same as zero.
#[derive(Clone, Copy)]
pub struct Gradients<'t, F: Scalar> {
    pub(crate) tape: &'t Tape<F>,
    pub(crate) pass: u32,
}

impl<F: Scalar> fmt::Debug for Gradients<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Gradients(pass {})", self.pass)
    }
}

impl<'t, F: Scalar> Gradients<'t, F> {
    /// The gradient with respect to `x`, if one flowed there.
    #[track_caller]
    pub fn get(&self, x: Var<'t, F>) -> Option<Var<'t, F>> {
        x.expect_on(self.tape, "Gradients::get");
        self.at(x.index)
    }

    /// The gradient with respect to `x`.
    ///
    /// # Panics
    /// If the loss does not depend on `x`, or `x` is an input that gets no gradient.
    #[track_caller]
    pub fn wrt(&self, x: Var<'t, F>) -> Var<'t, F> {
        match self.get(x) {
            Some(gradient) => gradient,
            None => {
                panic!("no gradient flows to {}: the loss does not depend on it, or it is a tape.input", x.describe())
            }
        }
    }

    /// The number of the pass, from 1: backward nodes carry it (see [`crate::NodeInfo::pass`]).
    pub fn pass(&self) -> u32 {
        self.pass
    }

    fn at(&self, node: NodeIndex) -> Option<Var<'t, F>> {
        let gradient = self.tape.passes.borrow().gradient(self.pass, node);
        gradient.map(|index| self.tape.var_at(index))
    }
}
