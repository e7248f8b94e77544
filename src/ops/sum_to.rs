//! The opposite of broadcasting. The tape uses it to give an operand that was broadcast a gradient of its own shape.

use crate::kernel::sum::sum_to;
use crate::op::says;
use crate::{Along, Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = the sum of x over leading axes, and over those that are 1 in the target
#[derive(Debug, PartialEq)]
pub struct SumTo(pub Shape);

impl<F: Scalar> Op<F> for SumTo {
    says!("sum_to", "y = sum of x over the axes that y lacks", ["dx = copies of g"]);
    fn attributes(&self) -> String {
        self.0.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        match self.0.broadcast(operands[0]) == Some(operands[0]) {
            true => Ok(self.0),
            false => Err(format!("{} is not a broadcast of {}", operands[0], self.0)),
        }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        sum_to(x[0], y, F::narrow)
    }
    fn reach(&self, _: usize, operands: &[View<F>], result: Shape) -> Reach {
        let (x, missing) = (operands[0].shape, operands[0].shape.rank() - result.rank());
        let along = |axis: usize| match axis.checked_sub(missing) {
            Some(kept) if result[kept] == x[axis] => Along::index(kept),
            _ => Along::All,
        };
        Reach::Axes((0..x.rank()).map(along).collect())
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.cotangent().broadcast_to(at.operand(0).shape()))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Summed over all elements that [`broadcast_to`](Var::broadcast_to) would copy from one element of `shape`.
    #[track_caller]
    pub fn sum_to(self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        match shape == self.shape() && self.may_be_handed_on() {
            true => self,
            false => self.tape.record(SumTo(shape), &[self]),
        }
    }
}
