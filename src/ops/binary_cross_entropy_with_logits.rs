//! Cross-entropy of yes-or-no questions, from the numbers that a sigmoid would be given.

use super::slopes::{SoftplusBend, sigmoids};
use super::{loss_grad_shape, loss_shape};
use crate::kernel::elementwise::zip;
use crate::kernel::sum::{mean, sum_of};
use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// L = -Σ (t ln σ(x) + (1 - t) ln(1 - σ(x))) / N
#[derive(Debug, PartialEq)]
pub struct BinaryCrossEntropyWithLogits;

impl<F: Scalar> Op<F> for BinaryCrossEntropyWithLogits {
    says!(
        "binary_cross_entropy_with_logits",
        "L = -Σ (t ln σ(x) + (1 - t) ln(1 - σ(x))) / N",
        ["dx = g (σ(x) - t) / N", "dt = -g x / N"]
    );
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        loss_shape(operands)
    }
    /// Each term is ln(1 + eˣ) - t x, written as (1 - t) x + ln(1 + e⁻ˣ) where x is positive and as -t x + ln(1 + eˣ) where it is not: no
    /// overflow, and only positive numbers are added, so that a small loss keeps its digits.
    fn forward(&self, x: &[View<F>], loss: ViewMut<F>) {
        let sum = sum_of(
            [x[0].data, x[1].data],
            #[inline(always)]
            |[x, t]| {
                let (x, t) = (x.widen(), t.widen());
                let (share, size) = if x < F::Wide::ZERO { (-t, x) } else { (F::Wide::ONE - t, -x) };
                share.through(x) + size.exp().ln_1p()
            },
        );
        loss.data[0] = mean(sum, x[0].data.len());
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x, t]) = (at.cotangent(), at.operands());
        let dx = || x.tape.record(BinaryCrossEntropyWithLogitsGrad, &[x, t, g]);
        [at.to(0, dx), at.to(1, || -(g / x.shape().size() as f64).through(x))].into()
    }
}

/// dx = g (σ(x) - t) / N
///
/// Far from 0 it is computed as g ((1 - t) σ(x) - t σ(-x)) / N: for t = 1 that is -g σ(-x) / N, even where σ(x) has rounded to 1. Near 0 it is
/// g (½ tanh(x/2) + (½ - t)) / N: for t = ½ that is g x / 4N, even where σ(x) has rounded to ½.
#[derive(Debug, PartialEq)]
pub struct BinaryCrossEntropyWithLogitsGrad;

impl<F: Scalar> Op<F> for BinaryCrossEntropyWithLogitsGrad {
    says!(
        "binary_cross_entropy_with_logits'",
        "dx = g (σ(x) - t) / N",
        ["d x = h g σ(x) σ(-x) / N", "dt = -h g / N", "dg = Σ h (σ(x) - t) / N"]
    );
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        loss_grad_shape(operands)
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        let share = x[2].data[0].widen() / F::Wide::from_f64(x[0].data.len() as f64);
        zip(
            x[0],
            x[1],
            dx,
            #[inline(always)]
            move |x, t| {
                let (x, t, half) = (x.widen(), t.widen(), F::Wide::from_f64(0.5));
                let [yes, no] = sigmoids(x);
                let far = (F::Wide::ONE - t) * yes - t * no;
                let near = half * (half * x).tanh() + (half - t);
                F::narrow(share.through(if x.abs() < F::Wide::ONE { near } else { far }))
            },
        );
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    // h: the gradient that arrives at dx
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [x, t, g]) = (at.cotangent(), at.operands());
        let share = || h.through(g / x.shape().size() as f64);
        let slope = || g.tape.record(BinaryCrossEntropyWithLogitsGrad, &[x, t, g.tape.constant(1.0)]);
        let dx = || share().through(x.map(SoftplusBend));
        [at.to(0, dx), at.to(1, || -share()), at.to(2, || h.through(slope()).sum())].into()
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
