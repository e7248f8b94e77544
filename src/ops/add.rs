//! Addition, with broadcasting.

use super::broadcast_shape;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, View, ViewMut};

/// y = a + b
#[derive(Debug, PartialEq)]
pub struct Add;

impl<F: Scalar> Op<F> for Add {
    fn name(&self) -> &'static str {
        "add"
    }
    fn formula(&self) -> &'static str {
        "y = a + b"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, |a, b| a + b)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1", "da = g"), Slope::Each("1", "db = g")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let g = at.cotangent();
        [at.to(0, || g), at.to(1, || g)].into()
    }
}
