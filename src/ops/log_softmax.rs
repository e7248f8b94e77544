//! The logarithm of softmax, without forming the probability that may be too small to hold.

use super::line_shape;
use crate::kernel::softmax;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// yⱼ = xⱼ - ln Σₖ e^xₖ along an axis
#[derive(PartialEq)]
pub struct LogSoftmax {
    /// The axis along which the exponentials of the result sum to 1.
    pub axis: usize,
}

impl<F: Scalar> Op<F> for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }
    fn formula(&self) -> &'static str {
        "yⱼ = xⱼ - ln Σₖ e^xₖ"
    }
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        line_shape(operands[0], self.axis)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        softmax::log_softmax(x[0], self.axis, y)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Whole("dx = g - eʸ Σₖ gₖ")]
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::line(operands[0].shape, self.axis)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (at.cotangent(), at.output());
        [at.to(0, || g - g.sum_axes_keepdims(self.axis).through(y.exp()))].into()
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
