//! Copies along new axes and axes of length 1.

use crate::kernel::reduce;
use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = copies of x
#[derive(Debug, PartialEq)]
pub struct BroadcastTo(pub Shape);

impl<F: Scalar> Op<F> for BroadcastTo {
    says!("broadcast_to", "y = copies of x", ["dx = the sum of g over the copies"]);
    fn attributes(&self) -> String {
        self.0.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        match operands[0].broadcast(self.0) == Some(self.0) {
            true => Ok(self.0),
            false => Err(format!(
                "{} does not broadcast to {}: only axes of length 1 or missing ones repeat",
                operands[0], self.0
            )),
        }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        reduce::broadcast(x[0], y)
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.cotangent().sum_to(at.operand(0).shape()))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Repeated along new leading axes, and along axes of length 1, to fill `shape` (NumPy's rule).
    #[track_caller]
    pub fn broadcast_to(self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        match shape == self.shape() && self.may_be_handed_on() {
            true => self,
            false => self.tape.record(BroadcastTo(shape), &[self]),
        }
    }
}
