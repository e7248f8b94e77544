//! The negative.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, View, ViewMut};

/// y = -x
#[derive(Debug, PartialEq)]
pub struct Neg;

impl<F: Scalar> Op<F> for Neg {
    fn name(&self) -> &'static str {
        "neg"
    }
    fn formula(&self) -> &'static str {
        "y = -x"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, |x| -x)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("-1", "dx = -g")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || -at.cotangent())].into()
    }
}
