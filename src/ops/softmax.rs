//! Softmax and its logarithm along an axis, and the logarithm of a sum of exponentials, a smooth maximum. Their backward kernels lose no digits where one
//! probability has rounded to 1.

use super::equal_shapes;
use crate::kernel::softmax;
use crate::op::{flows, says};
use crate::{Axis, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// Ops along one axis. Each row has the op, its name and its formula; `reduced` if the result lacks the axis; the kernel, and what flows back to each operand.
macro_rules! along_an_axis {
    ($($(#[$doc:meta])* $name:ident $op:literal: $formula:literal $(, $reduced:ident)?,
        |$x:ident, $along:ident, $to:ident| $kernel:expr,
        |$axis:ident, $g:ident, $operands:pat_param $(, $y:ident)?| $($text:literal => $flow:expr),+;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, PartialEq)]
        pub struct $name {
            /// The axis along which exponentials, or their shares, are summed.
            pub axis: usize,
        }

        impl<F: Scalar> Op<F> for $name {
            says!($op, $formula);
            flows! { |self, $g, $operands $(, $y)?| $($text => { let $axis = self.axis; $flow }),+ }
            fn attributes(&self) -> String {
                format!("axis {}", self.axis)
            }
            fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
                let x = if let [x] = operands { *x } else { equal_shapes(operands)? };
                let no_axis = || format!("{x} has no axis {}", self.axis);
                (self.axis < x.rank()).then(|| x$(.$reduced(self.axis.into(), false))?).ok_or_else(no_axis)
            }
            fn forward(&self, $x: &[View<F>], $to: ViewMut<F>) {
                let $along = self.axis;
                $kernel
            }
            fn reach(&self, _: usize, operands: &[View<F>], result: Shape) -> Reach {
                let x = operands[0].shape;
                Reach::reduced(x, self.axis.into(), x.rank() == result.rank())
            }
        }
    )*};
}

along_an_axis! {
    /// yⱼ = e^xⱼ / Σₖ e^xₖ along an axis
    Softmax "softmax": "yⱼ = e^xⱼ / Σₖ e^xₖ",
        |x, axis, y| softmax::softmax(x[0], axis, y),
        |axis, g, [_x], y| "dx = y (g - Σₖ gₖ yₖ)" => flow_back(y, g, axis);

    /// dx = y (g - Σₖ gₖ yₖ / Σₖ yₖ), where no digits are lost if one y has rounded to 1. (The ys sum to 1; divided by their sum, the formula
    /// is that of a mean whatever they are, and its own derivatives are short.) h is the gradient that arrives at dx.
    SoftmaxGrad "softmax'": "dx = y (g - Σₖ gₖ yₖ / Σₖ yₖ)",
        |x, axis, dx| softmax::softmax_slope(x[0], x[1], axis, dx),
        |axis, h, [y, g]|
            "dy = (h - Σₖ hₖ yₖ / s) (g - Σₖ gₖ yₖ / s), s = Σₖ yₖ" => off_mean(h, y, axis).through(off_mean(g, y, axis)),
            "dg = y (h - Σₖ hₖ yₖ / s), s = Σₖ yₖ" => flow_back(y, h, axis);

    /// yⱼ = xⱼ - ln Σₖ e^xₖ along an axis
    LogSoftmax "log_softmax": "yⱼ = xⱼ - ln Σₖ e^xₖ",
        |x, axis, y| softmax::log_softmax(x[0], axis, y),
        |axis, g, [x]| "dx = g - softmax(x) Σₖ gₖ" => x.tape.record(LogSoftmaxGrad { axis }, &[x, g]);

    /// dx = g - softmax(x) Σₖ gₖ, where no digits are lost if one probability has rounded to 1
    LogSoftmaxGrad "log_softmax'": "dx = g - softmax(x) Σₖ gₖ",
        |x, axis, dx| softmax::log_softmax_slope(x[0], x[1], axis, dx),
        |axis, h, [x, g]|
            "d x = -p (h - Σₖ hₖ pₖ) Σₖ gₖ, p = softmax(x)" => -g.sum_axes_keepdims(axis).through(flow_back(x.softmax(axis), h, axis)),
            "dg = h - Σₖ hₖ pₖ, p = softmax(x)" => off_expected(h, x.softmax(axis), axis);

    /// y = ln Σₖ e^xₖ along an axis
    LogSumExp "logsumexp": "y = ln Σₖ e^xₖ", reduced,
        |x, axis, y| softmax::logsumexp(x[0], axis, y),
        |axis, g, [x]| "dx = g softmax(x)" => {
            let kept = g.reshape(x.shape().reduced(axis.into(), true));
            kept.through(x.tape.record(LogSumExpGrad { axis }, &[x]))
        };

    /// The slopes of ln Σₖ e^xₖ: [`Softmax`], but with a limit where the largest x is infinite. If all x are -∞, the sum is 0 and
    /// each slope is 0; where x is +∞ the slope is 1, and several such x share it.
    LogSumExpGrad "logsumexp'": "yⱼ = e^xⱼ / Σₖ e^xₖ",
        |x, axis, y| softmax::slopes(x[0], axis, y),
        |axis, g, [_x], y| "dx = y (g - Σₖ gₖ yₖ)" => flow_back(y, g, axis);
}

/// y (g - Σₖ gₖ yₖ) of probabilities y
pub(super) fn flow_back<'t, F: Scalar>(y: Var<'t, F>, g: Var<'t, F>, axis: usize) -> Var<'t, F> {
    y.tape.record(SoftmaxGrad { axis }, &[y, g])
}

/// x less its mean, in which each x counts as much as its y
fn off_mean<'t, F: Scalar>(x: Var<'t, F>, y: Var<'t, F>, axis: usize) -> Var<'t, F> {
    x - x.through(y).sum_axes_keepdims(axis).over(y.sum_axes_keepdims(axis))
}

/// x less the mean of x under the probabilities p
pub(super) fn off_expected<'t, F: Scalar>(x: Var<'t, F>, p: Var<'t, F>, axis: usize) -> Var<'t, F> {
    x - x.through(p).sum_axes_keepdims(axis)
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
    pub fn softmax(self, axis: impl Into<Axis>) -> Self {
        self.tape.record(Softmax { axis: self.axis("softmax", axis) }, &[self])
    }

    /// The logarithm of [`softmax`](Var::softmax) along `axis`. It never overflows, and a probability too small to hold
    /// still has its logarithm.
    #[track_caller]
    pub fn log_softmax(self, axis: impl Into<Axis>) -> Self {
        self.tape.record(LogSoftmax { axis: self.axis("log_softmax", axis) }, &[self])
    }

    /// ln Σ eˣ along `axis`, which the result does not have: a little more than the maximum. It never overflows. Of -∞ alone it is -∞, with slopes 0.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let y = tape.var([1000.0, 1000.0]).logsumexp(0);
    /// assert_eq!(y.item(), 1000.0 + 2.0_f64.ln());
    /// ```
    #[track_caller]
    pub fn logsumexp(self, axis: impl Into<Axis>) -> Self {
        self.tape.record(LogSumExp { axis: self.axis("logsumexp", axis) }, &[self])
    }
}
