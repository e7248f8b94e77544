//! Multiplication, element by element, with broadcasting.

use super::broadcast_shape;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, View, ViewMut};

/// y = a b
#[derive(PartialEq)]
pub struct Mul;

impl<F: Scalar> Op<F> for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }
    fn formula(&self) -> &'static str {
        "y = a b"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, |a, b| a * b)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("b", "da = g b"), Slope::Each("a", "db = g a")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, b]) = (at.cotangent(), at.operands());
        [at.to(0, || g * b), at.to(1, || g * a)].into()
    }
}
