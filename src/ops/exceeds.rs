//! Which of two is larger: how [`maximum`](super::maximum) and [`minimum`](super::minimum) share out their gradient.

use super::broadcast_shape;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = 1 where a > b, ½ where a = b, 0 where a < b
#[derive(Debug, PartialEq)]
pub struct Exceeds;

impl<F: Scalar> Op<F> for Exceeds {
    fn name(&self) -> &'static str {
        "exceeds"
    }
    fn formula(&self) -> &'static str {
        "y = 1 where a > b, ½ where a = b, 0 where a < b"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, exceeds)
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

/// How much of a gradient the larger of two numbers gets if it is `a`: all, or half where they are equal. The convention of
/// [`maximum`](super::maximum) and [`minimum`](super::minimum).
#[inline(always)]
pub(crate) fn exceeds<F: Scalar>(a: F, b: F) -> F {
    if a > b {
        F::ONE
    } else if a == b {
        F::from_f64(0.5)
    } else if a < b {
        F::ZERO
    } else {
        F::from_f64(f64::NAN)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// 1 where `self` is larger than `b`, 0 where it is smaller, ½ where they are equal. Nothing flows back through it.
    #[track_caller]
    pub fn exceeds(self, b: Self) -> Self {
        self.tape.record(Exceeds, &[self, b])
    }
}
