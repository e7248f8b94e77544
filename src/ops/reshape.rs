//! The same elements in another shape.

use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = x, read row by row into another shape
#[derive(Debug, PartialEq)]
pub struct Reshape(pub Shape);

impl<F: Scalar> Op<F> for Reshape {
    says!("reshape", "y = x in another shape", ["dx = g in the shape of x"]);
    fn attributes(&self) -> String {
        self.0.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (from, to) = (operands[0], self.0);
        match from.size() == to.size() {
            true => Ok(to),
            false => Err(format!("{from} holds {} elements, {to} holds {}", from.size(), to.size())),
        }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.copy_from_slice(x[0].data);
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::SamePlace
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.cotangent().reshape(at.operand(0).shape()))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The same elements, read row by row, in another shape of the same size.
    #[track_caller]
    pub fn reshape(self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        match shape == self.shape() && self.may_be_handed_on() {
            true => self,
            false => self.tape.record(Reshape(shape), &[self]),
        }
    }
}
