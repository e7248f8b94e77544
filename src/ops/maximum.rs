//! The larger of two, element by element, with broadcasting.

use super::broadcast_shape;
use super::exceeds::exceeds;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = max(a, b)
#[derive(Debug, PartialEq)]
pub struct Maximum;

impl<F: Scalar> Op<F> for Maximum {
    fn name(&self) -> &'static str {
        "maximum"
    }
    fn formula(&self) -> &'static str {
        "y = max(a, b)"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, maximum)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[
            Slope::Each("1 where a > b, ½ where a = b, else 0", "da = g where a > b, g/2 where a = b, else 0"),
            Slope::Each("1 where b > a, ½ where a = b, else 0", "db = g where b > a, g/2 where a = b, else 0"),
        ]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, b]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(a.exceeds(b))), at.to(1, || g.through(b.exceeds(a)))].into()
    }
}

/// The larger of two numbers. At a tie each has the slope ½.
#[inline(always)]
pub(crate) fn maximum<F: Scalar>(a: F, b: F) -> F {
    let larger = if a < b || b.is_nan() { b } else { a };
    larger.with_slopes(|| [(a, exceeds(a, b)), (b, exceeds(b, a))])
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The larger of `self` and `b`, element by element, with broadcasting. Where they are equal there is a kink: each gets half of
    /// the gradient, by convention, so that `x.maximum(x)` has the slope of x.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (a, b) = (tape.var([1.0, 5.0, 3.0]), tape.var([2.0, 4.0, 3.0]));
    /// let gradients = a.maximum(b).sum().backward();
    /// assert_eq!(gradients.wrt(a).value(), ndarray::arr1(&[0.0, 1.0, 0.5]).into_dyn());
    /// ```
    #[track_caller]
    pub fn maximum(self, b: Self) -> Self {
        self.tape.record(Maximum, &[self, b])
    }

    /// Each element, brought into the range from `low` to `high`.
    ///
    /// # Panics
    /// If there is no such range: `low` is above `high`, or one of them is not a number.
    #[track_caller]
    pub fn clamp(self, low: f64, high: f64) -> Self {
        assert!(low <= high, "clamp: there is no number from {low} to {high}");
        self.maximum(self.tape.constant(low)).minimum(self.tape.constant(high))
    }
}
