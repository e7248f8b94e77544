//! The smaller of two, element by element, with broadcasting.

use super::broadcast_shape;
use super::exceeds::exceeds;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = min(a, b)
#[derive(Debug, PartialEq)]
pub struct Minimum;

impl<F: Scalar> Op<F> for Minimum {
    fn name(&self) -> &'static str {
        "minimum"
    }
    fn formula(&self) -> &'static str {
        "y = min(a, b)"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, minimum)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[
            Slope::Each("1 where a < b, ½ where a = b, else 0", "da = g where a < b, g/2 where a = b, else 0"),
            Slope::Each("1 where b < a, ½ where a = b, else 0", "db = g where b < a, g/2 where a = b, else 0"),
        ]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, b]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(b.exceeds(a))), at.to(1, || g.through(a.exceeds(b)))].into()
    }
}

/// The smaller of two numbers. At a tie each has the slope ½.
#[inline(always)]
pub(crate) fn minimum<F: Scalar>(a: F, b: F) -> F {
    let smaller = if b < a || b.is_nan() { b } else { a };
    smaller.with_slopes(|| [(a, exceeds(b, a)), (b, exceeds(a, b))])
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The smaller of `self` and `b`, element by element, with broadcasting. Where they are equal, each gets half of the gradient.
    #[track_caller]
    pub fn minimum(self, b: Self) -> Self {
        self.tape.record(Minimum, &[self, b])
    }
}
