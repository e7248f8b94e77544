//! The logarithm of a sum of exponentials: a smooth maximum.

use super::line_shape;
use super::softmax::SoftmaxGrad;
use crate::kernel::softmax;
use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = ln Σₖ e^xₖ along an axis
#[derive(Debug, PartialEq)]
pub struct LogSumExp {
    /// The axis to sum over; the result does not have it.
    pub axis: usize,
}

impl<F: Scalar> Op<F> for LogSumExp {
    says!("logsumexp", "y = ln Σₖ e^xₖ", ["dx = g softmax(x)"]);
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        line_shape(operands[0], self.axis).map(|x| x.reduced(self.axis.into(), false))
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        softmax::logsumexp(x[0], self.axis, y)
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::reduced(operands[0].shape, self.axis.into(), false)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        let slopes = || x.tape.record(LogSumExpGrad { axis: self.axis }, &[x]);
        [at.to(0, || g.reshape(x.shape().reduced(self.axis.into(), true)).through(slopes()))].into()
    }
}

/// The slopes of ln Σₖ e^xₖ: [`softmax`](super::softmax), but with a limit where the largest x is infinite. If all x are -∞, the sum is 0 and
/// each slope is 0; where x is +∞ the slope is 1, and several such x share it.
#[derive(Debug, PartialEq)]
pub struct LogSumExpGrad {
    /// The axis along which the slopes sum to 1.
    pub axis: usize,
}

impl<F: Scalar> Op<F> for LogSumExpGrad {
    says!("logsumexp'", "yⱼ = e^xⱼ / Σₖ e^xₖ", ["dx = y (g - Σₖ gₖ yₖ)"]);
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        line_shape(operands[0], self.axis)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        softmax::slopes(x[0], self.axis, y)
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::line(operands[0].shape, self.axis)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (at.cotangent(), at.output());
        [at.to(0, || y.tape.record(SoftmaxGrad { axis: self.axis }, &[y, g]))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// ln Σ eˣ along `axis`, which the result does not have: a little more than the maximum. It never overflows. Of -∞ alone it is -∞, with slopes 0.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let y = tape.var([1000.0, 1000.0]).logsumexp(0);
    /// assert_eq!(y.item(), 1000.0 + 2.0_f64.ln());
    /// ```
    #[track_caller]
    pub fn logsumexp(self, axis: usize) -> Self {
        self.tape.record(LogSumExp { axis }, &[self])
    }
}
