//! The sign: the slope of the absolute value.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = 1 where x > 0, -1 where x < 0, 0 where x = 0
#[derive(Debug, PartialEq)]
pub struct Sign;

impl<F: Scalar> Op<F> for Sign {
    fn name(&self) -> &'static str {
        "sign"
    }
    fn formula(&self) -> &'static str {
        "y = 1 where x > 0, -1 where x < 0, 0 where x = 0"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, F::sign)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::None]
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    // It is constant wherever it has a derivative, so nothing flows back.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.no_gradient()].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The sign of each element: 1, -1, or 0 for 0. Nothing flows back through it.
    #[track_caller]
    pub fn sign(self) -> Self {
        self.tape.record(Sign, &[self])
    }
}
