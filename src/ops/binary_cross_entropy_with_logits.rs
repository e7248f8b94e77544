//! Cross-entropy of yes-or-no questions, from the numbers that a sigmoid would be given.

use super::loss_shape;
use crate::kernel::reduce::sum_of_pairs;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// L = -Σ (t ln σ(x) + (1 - t) ln(1 - σ(x))) / N
#[derive(PartialEq)]
pub struct BinaryCrossEntropyWithLogits;

impl<F: Scalar> Op<F> for BinaryCrossEntropyWithLogits {
    fn name(&self) -> &'static str {
        "binary_cross_entropy_with_logits"
    }
    fn formula(&self) -> &'static str {
        "L = -Σ (t ln σ(x) + (1 - t) ln(1 - σ(x))) / N"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        loss_shape(operands)
    }
    /// Each term is ln(1 + eˣ) - t x, written as (max(x, 0) - t x) + ln(1 + e^-|x|): no overflow, and a small loss keeps its digits.
    fn forward(&self, x: &[View<F>], loss: ViewMut<F>) {
        let sum = sum_of_pairs(
            x[0].data,
            x[1].data,
            #[inline(always)]
            |x, t| {
                let ramp = if x > F::ZERO { x } else { F::ZERO };
                let loss = (ramp - t * x) + (-x.abs()).exp().ln_1p();
                // As the vjp has it: the kinks of max(x, 0) and |x| are not the loss's.
                loss.with_slopes(|| [(x, x.sigmoid() - t), (t, -x)])
            },
        );
        loss.data[0] = sum / F::from_f64(x[0].data.len() as f64);
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Whole("dx = g (σ(x) - t) / N"), Slope::Whole("dt = -g x / N")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x, t]) = (at.cotangent(), at.operands());
        let share = || g / x.shape().size() as f64;
        [at.to(0, || share().through(x.sigmoid() - t)), at.to(1, || -share().through(x))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The cross-entropy between `targets` (probabilities, or 0 and 1) and the sigmoid of `self`, averaged over all elements.
    /// It is computed from the logits, so that no probability rounds to 0 on the way to a logarithm. Both must have one shape.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let loss = tape.var([-1000.0]).binary_cross_entropy_with_logits(tape.input([1.0]));
    /// assert_eq!(loss.item(), 1000.0);
    /// ```
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(self, targets: Self) -> Self {
        self.tape.record(BinaryCrossEntropyWithLogits, &[self, targets])
    }
}
