//! The logarithm of softmax, without forming the probability that may be too small to hold.

use super::softmax::SoftmaxGrad;
use super::{equal_shapes, line_shape};
use crate::kernel::softmax;
use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// yⱼ = xⱼ - ln Σₖ e^xₖ along an axis
#[derive(Debug, PartialEq)]
pub struct LogSoftmax {
    /// The axis along which the exponentials of the result sum to 1.
    pub axis: usize,
}

impl<F: Scalar> Op<F> for LogSoftmax {
    says!("log_softmax", "yⱼ = xⱼ - ln Σₖ e^xₖ", ["dx = g - softmax(x) Σₖ gₖ"]);
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        line_shape(operands[0], self.axis)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        softmax::log_softmax(x[0], self.axis, y)
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::line(operands[0].shape, self.axis)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || x.tape.record(LogSoftmaxGrad { axis: self.axis }, &[x, g]))].into()
    }
}

/// dx = g - softmax(x) Σₖ gₖ, where no digits are lost if one probability has rounded to 1
#[derive(Debug, PartialEq)]
pub struct LogSoftmaxGrad {
    /// The axis along which the probabilities sum to 1.
    pub axis: usize,
}

impl<F: Scalar> Op<F> for LogSoftmaxGrad {
    says!(
        "log_softmax'",
        "dx = g - softmax(x) Σₖ gₖ",
        ["d x = -p (h - Σₖ hₖ pₖ) Σₖ gₖ, p = softmax(x)", "dg = h - Σₖ hₖ pₖ, p = softmax(x)"]
    );
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        equal_shapes(operands).and_then(|shape| line_shape(shape, self.axis))
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        softmax::log_softmax_slope(x[0], x[1], self.axis, dx)
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::line(operands[0].shape, self.axis)
    }
    // h: the gradient that arrives at dx
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [x, g], axis) = (at.cotangent(), at.operands(), self.axis);
        let p = || x.softmax(axis);
        let dx = || -g.sum_axes_keepdims(axis).through(x.tape.record(SoftmaxGrad { axis }, &[p(), h]));
        [at.to(0, dx), at.to(1, || h - h.through(p()).sum_axes_keepdims(axis))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The logarithm of [`softmax`](Var::softmax) along `axis`. It never overflows, and a probability too small to hold
    /// still has its logarithm.
    #[track_caller]
    pub fn log_softmax(self, axis: usize) -> Self {
        self.tape.record(LogSoftmax { axis }, &[self])
    }
}
