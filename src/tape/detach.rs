//! Values without gradients.

use super::Var;
use crate::op::{Cotangents, Local, Op};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::view::{View, ViewMut};

/// y = x, and no gradient flows back. Dual numbers lose their tangents, so that forward and reverse mode agree. (It stands beside the
/// tape and not among the ops, because nudging x, by which those are tried, does move y.)
#[derive(PartialEq)]
struct Detach;

impl<F: Scalar> Op<F> for Detach {
    fn name(&self) -> &'static str {
        "detach"
    }
    fn formula(&self) -> &'static str {
        "y = x, and no gradient flows back"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.iter_mut().zip(x[0].data).for_each(|(y, x)| *y = F::from_f64(x.to_f64()));
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.no_gradient()].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The same value as a constant: what is computed from it does not flow back to this node, in either mode. (The gradient checker, which
    /// nudges, sees through it.)
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let y = x * x.detach(); // x times the number 3
    /// assert_eq!((y.item(), y.backward().wrt(x).item()), (9.0, 3.0));
    /// ```
    #[track_caller]
    pub fn detach(self) -> Self {
        self.tape.record_nodes(Detach, &[self.index], false)
    }

    /// Whether an op that has nothing to do may hand on this very node as its result: not under [`no_grad`](crate::Tape::no_grad), where a
    /// result gets no gradients.
    pub(crate) fn may_be_handed_on(self) -> bool {
        self.tape.wants_gradients() || !self.tape.graph.borrow().dag[self.index].needs_grad()
    }
}
