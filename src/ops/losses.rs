//! Losses that compare each output with its target: the difference squared or, far from the target, straight; and cross-entropy of yes-or-no questions.

use super::slopes::{SoftplusBend, sigmoids};
use super::{Loss, Pairwise};
use crate::formula::losses;
use crate::{Real, Scalar, Var};

losses! {
    /// The mean over all elements of the squared difference from the `targets`, which must have the same shape.
    mean_squared_error: MeanSquaredError, "L = Σ (a - y)² / N" [FACTOR: f64 = 2.0, RECORDED: bool = true],
        |a, y| half_square(a - y),
        |g, a, y| g.through(a - y);

    /// The mean over all elements of the distance from the `targets`, which must have the same shape. Where an output equals its target there is a kink:
    /// we take the slope 0, by convention.
    mean_absolute_error: MeanAbsoluteError, "L = Σ |a - y| / N" [RECORDED: bool = true],
        |a, y| (a - y).abs(),
        |g, a, y| g.through((a - y).sign());

    /// Half the squared distance between the outputs `self` and the `targets`, averaged over the n rows: 1/(2n) Σ |y - a|².
    /// This is the cost of Nielsen's book, chapter 1. Both must have one shape: nothing is broadcast.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let a = tape.var([[1.0, 2.0], [0.0, 4.0]]);
    /// let cost = a.quadratic_cost(tape.input([[0.0, 0.0], [0.0, 0.0]]));
    /// assert_eq!(cost.item(), (1.0 + 4.0 + 16.0) / 4.0);
    /// ```
    quadratic_cost: QuadraticCost, "C = 1/(2n) Σ |y - a|²" [BY_ROWS: bool = true],
        |a, y| half_square(a - y),
        |g, a, y| g.through(a - y);
}

#[inline(always)]
fn half_square<T: Real>(r: T) -> T {
    T::number(0.5) * r * r
}

/// L = Σ ρ(a - y) / N with ρ(r) = r²/2 where |r| ≤ δ, else δ (|r| - δ/2)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    /// δ: the difference at which the loss turns from squared to straight.
    pub delta: f64,
}

impl Pairwise for Huber {
    const NAME: &'static str = "huber";
    const FORMULA: &'static str = "L = Σ ρ(a - y) / N, ρ(r) = r²/2 where |r| ≤ δ, else δ (|r| - δ/2)";
    const RECORDED: bool = true;

    fn attributes(self) -> String {
        format!("δ = {}", self.delta)
    }
    #[inline(always)]
    fn value<T: Real>(self, a: T, y: T) -> T {
        let (r, delta) = ((a - y).abs(), T::number(self.delta));
        let loss = (r - delta).where_positive(delta * (r - T::number(0.5) * delta), half_square(r));
        loss.sloped(|| [(a, self.flow(T::one(), a, y)), (y, self.flow(T::one(), y, a))])
    }
    #[inline(always)]
    fn flow<T: Real>(self, g: T, a: T, y: T) -> T {
        let delta = T::parameter("δ", self.delta);
        g.through((a - y).maximum(-delta).minimum(delta))
    }
}

/// L = -Σ (t ln σ(x) + (1 - t) ln(1 - σ(x))) / N
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropyWithLogits;

impl Pairwise for BinaryCrossEntropyWithLogits {
    const NAME: &'static str = "binary_cross_entropy_with_logits";
    const FORMULA: &'static str = "L = -Σ (t ln σ(x) + (1 - t) ln(1 - σ(x))) / N";
    const LETTERS: [&'static str; 2] = ["x", "t"];
    const SYMMETRIC: bool = false;
    const WIDE: bool = true;

    /// ln(1 + eˣ) - t x, written as (1 - t) x + ln(1 + e⁻ˣ) where x is positive and as -t x + ln(1 + eˣ) where it is not: no overflow, and only
    /// positive numbers are added, so that a small loss keeps its digits.
    #[inline(always)]
    fn value<T: Real>(self, x: T, t: T) -> T {
        let (share, size) = (x.where_positive(T::one() - t, -t), x.where_positive(-x, x));
        share.through(x) + size.exp().ln_1p()
    }
    #[inline(always)]
    fn flow<T: Real>(self, g: T, x: T, t: T) -> T {
        g.through(x.sigmoid_less(t))
    }
    #[inline(always)]
    fn flow_to_target<T: Real>(self, g: T, x: T, _t: T) -> T {
        -g.through(x)
    }
    fn slope_of_slope<T: Real>(self, x: T, _t: T) -> Option<T> {
        Some(x.map(SoftplusBend))
    }
}

/// σ(x) - t. Far from 0 it is computed as (1 - t) σ(x) - t σ(-x): for t = 1 that is -σ(-x), even where σ(x) has rounded to 1. Near 0 it is
/// ½ tanh(x/2) + (½ - t): for t = ½ that is x / 4, even where σ(x) has rounded to ½.
#[inline(always)]
pub(crate) fn sigmoid_less<F: Scalar>(x: F, t: F) -> F {
    let (half, [yes, no]) = (F::from_f64(0.5), sigmoids(x));
    let far = (F::ONE - t) * yes - t * no;
    let near = half * Scalar::tanh(half * x) + (half - t);
    if Scalar::abs(x) < F::ONE { near } else { far }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Huber's loss, averaged over all elements: r²/2 for a difference r of up to `delta`, beyond it a straight line of
    /// slope `delta`, so that an outlier pulls no harder. The `targets` must have the same shape.
    ///
    /// # Panics
    /// If `delta` is not above 0, or the shapes differ.
    #[track_caller]
    pub fn huber(self, targets: Self, delta: f64) -> Self {
        assert!(delta > 0.0, "huber: delta is where the loss turns straight, a number above 0, got {delta}");
        self.tape.record(Loss(Huber { delta }), &[self, targets])
    }

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
        self.tape.record(Loss(BinaryCrossEntropyWithLogits), &[self, targets])
    }
}
