//! Softmax: numbers become probabilities.

use super::{equal_shapes, line_shape};
use crate::kernel::softmax;
use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// yⱼ = e^xⱼ / Σₖ e^xₖ along an axis
#[derive(Debug, PartialEq)]
pub struct Softmax {
    /// The axis along which the result sums to 1.
    pub axis: usize,
}

impl<F: Scalar> Op<F> for Softmax {
    says!("softmax", "yⱼ = e^xⱼ / Σₖ e^xₖ", ["dx = y (g - Σₖ gₖ yₖ)"]);
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        line_shape(operands[0], self.axis)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        softmax::softmax(x[0], self.axis, y)
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::line(operands[0].shape, self.axis)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (at.cotangent(), at.output());
        [at.to(0, || y.tape.record(SoftmaxGrad { axis: self.axis }, &[y, g]))].into()
    }
}

/// dx = y (g - Σₖ gₖ yₖ / Σₖ yₖ), where no digits are lost if one y has rounded to 1. (The ys sum to 1; divided by their sum, the formula
/// is that of a mean whatever they are, and its own derivatives are short.)
#[derive(Debug, PartialEq)]
pub struct SoftmaxGrad {
    /// The axis along which y sums to 1.
    pub axis: usize,
}

impl<F: Scalar> Op<F> for SoftmaxGrad {
    says!(
        "softmax'",
        "dx = y (g - Σₖ gₖ yₖ / Σₖ yₖ)",
        ["dy = (h - Σₖ hₖ yₖ / s) (g - Σₖ gₖ yₖ / s), s = Σₖ yₖ", "dg = y (h - Σₖ hₖ yₖ / s), s = Σₖ yₖ"]
    );
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        equal_shapes(operands).and_then(|shape| line_shape(shape, self.axis))
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        softmax::softmax_slope(x[0], x[1], self.axis, dx)
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::line(operands[0].shape, self.axis)
    }
    // h: the gradient that arrives at dx
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [y, g]) = (at.cotangent(), at.operands());
        let off_mean =
            |x: Var<'t, F>| x - x.through(y).sum_axes_keepdims(self.axis).over(y.sum_axes_keepdims(self.axis));
        let dg = || y.tape.record(SoftmaxGrad { axis: self.axis }, &[y, h]);
        [at.to(0, || off_mean(h).through(off_mean(g))), at.to(1, dg)].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// eˣ divided by the sum of eˣ along `axis`: positive numbers that sum to 1. The largest x is subtracted first, so nothing
    /// overflows. For a logarithm of it use [`log_softmax`](Var::log_softmax), for a loss
    /// [`softmax_cross_entropy`](Var::softmax_cross_entropy): they keep the digits that a small probability loses.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let y = tape.var([1000.0, 1000.0]).softmax(0);
    /// assert_eq!(y.value(), ndarray::arr1(&[0.5, 0.5]).into_dyn());
    /// ```
    #[track_caller]
    pub fn softmax(self, axis: usize) -> Self {
        self.tape.record(Softmax { axis }, &[self])
    }
}
