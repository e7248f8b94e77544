//! Division, element by element, with broadcasting.

use super::broadcast_shape;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = a / b
#[derive(Debug, PartialEq)]
pub struct Div;

impl<F: Scalar> Op<F> for Div {
    fn name(&self) -> &'static str {
        "div"
    }
    fn formula(&self) -> &'static str {
        "y = a / b"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, |a, b| a / b)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1 / b", "da = g / b"), Slope::Each("-y / b", "db = -g y / b")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y, [_, b]) = (at.cotangent(), at.output(), at.operands());
        [at.to(0, || g.over(b)), at.to(1, || -g.through(y).over(b))].into()
    }
}

/// y = g / b: what flows, through a slope of 1 / b
#[derive(Debug, PartialEq)]
pub struct Over;

impl<F: Scalar> Op<F> for Over {
    fn name(&self) -> &'static str {
        "div"
    }
    fn formula(&self) -> &'static str {
        "y = a / b"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, F::over)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1 / b", "da = g / b"), Slope::Each("-y / b", "db = -g y / b")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, y, [_, b]) = (at.cotangent(), at.output(), at.operands());
        [at.to(0, || h.over(b)), at.to(1, || -h.through(y).over(b))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// In a vjp, the gradient that arrived, [`through`](Var::through) a slope of 1 / `divisor`: the quotient, but 0 / 0 is 0, and so is
    /// infinity / infinity.
    #[track_caller]
    pub fn over(self, divisor: Self) -> Self {
        self.tape.record(Over, &[self, divisor])
    }
}
