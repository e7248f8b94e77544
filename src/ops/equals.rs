//! Which elements are equal: how [`max`](super::max) finds where its gradient flows.

use super::broadcast_shape;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = 1 where a = b, else 0
#[derive(Debug, PartialEq)]
pub struct Equals;

impl<F: Scalar> Op<F> for Equals {
    fn name(&self) -> &'static str {
        "equals"
    }
    fn formula(&self) -> &'static str {
        "y = 1 where a = b, else 0"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, |a, b| if a == b { F::ONE } else { F::ZERO })
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::None, Slope::None]
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    // It is constant wherever it has a derivative, so nothing flows back.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.no_gradient(), at.no_gradient()].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// 1 where `self` equals `b`, 0 elsewhere. Nothing flows back through it.
    #[track_caller]
    pub fn equals(self, b: Self) -> Self {
        self.tape.record(Equals, &[self, b])
    }
}
