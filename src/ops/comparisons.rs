//! Which of two numbers is larger, element by element, with broadcasting. At ties the derivative is a convention. A comparison is 1 or 0; one with NaN
//! is 0, but NaN differs from everything.

use crate::formula::binary_functions;
use crate::{Real, Scalar, Var};

binary_functions! {
    /// y = max(a, b)
    Maximum "maximum": |a, b| a.maximum(b),
        |g, a, b, _y| g.through(a.exceeds(b)),
        |g, a, b, _y| g.through(b.exceeds(a)),
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
        maximum(b);

    /// y = min(a, b)
    Minimum "minimum": |a, b| a.minimum(b),
        |g, a, b, _y| g.through(b.exceeds(a)),
        |g, a, b, _y| g.through(a.exceeds(b)),
        /// The smaller of `self` and `b`, element by element, with broadcasting. Where they are equal, each gets half of the gradient.
        minimum(b);

    /// y = 1 where a > b, ½ where a = b, else 0: the share of a gradient that the larger of two numbers gets.
    Exceeds "exceeds": |a, b| a.exceeds(b),
        |_g, _a, _b, _y| T::zero(),
        |_g, _a, _b, _y| T::zero(),
        /// The share of its gradient that [`maximum`](Var::maximum) passes to `self`: 1 where `self` is larger than `b`, 0 where it is smaller, ½ where
        /// they are equal. Nothing flows back through it. A plain comparison is [`gt`](Var::gt).
        exceeds(b);

    /// y = 1 where a = b, else 0. [`max`](Var::max) uses it to find where its gradient flows.
    Equal "eq", "y = 1 where a = b, else 0": |a, b| a.equals(b),
        |_g, _a, _b, _y| T::zero(),
        |_g, _a, _b, _y| T::zero(),
        /// 1 where `self` equals `b`, 0 elsewhere. Nothing flows back through it.
        eq(b);

    /// y = 1 where a ≠ b, else 0.
    NotEqual "ne", "y = 1 where a ≠ b, else 0": |a, b| T::one() - a.equals(b),
        |_g, _a, _b, _y| T::zero(),
        |_g, _a, _b, _y| T::zero(),
        /// 1 where `self` differs from `b`, 0 elsewhere. Nothing flows back through it.
        ne(b);

    /// y = 1 where a > b, else 0.
    Greater "gt", "y = 1 where a > b, else 0": |a, b| (a - b).where_positive(T::one(), T::zero()),
        |_g, _a, _b, _y| T::zero(),
        |_g, _a, _b, _y| T::zero(),
        /// 1 where `self` is larger than `b`, 0 elsewhere. Nothing flows back through it.
        gt(b);

    /// y = 1 where a ≥ b, else 0.
    GreaterEqual "ge", "y = 1 where a ≥ b, else 0": |a, b| (a - b).where_positive(T::one(), a.equals(b)),
        |_g, _a, _b, _y| T::zero(),
        |_g, _a, _b, _y| T::zero(),
        /// 1 where `self` is larger than or equals `b`, 0 elsewhere. Nothing flows back through it.
        ge(b);

    /// y = 1 where a < b, else 0.
    Less "lt", "y = 1 where a < b, else 0": |a, b| (b - a).where_positive(T::one(), T::zero()),
        |_g, _a, _b, _y| T::zero(),
        |_g, _a, _b, _y| T::zero(),
        /// 1 where `self` is smaller than `b`, 0 elsewhere. Nothing flows back through it.
        lt(b);

    /// y = 1 where a ≤ b, else 0.
    LessEqual "le", "y = 1 where a ≤ b, else 0": |a, b| (b - a).where_positive(T::one(), a.equals(b)),
        |_g, _a, _b, _y| T::zero(),
        |_g, _a, _b, _y| T::zero(),
        /// 1 where `self` is smaller than or equals `b`, 0 elsewhere. Nothing flows back through it.
        le(b);
}

/// The larger of two numbers. At a tie each has the slope ½.
#[inline(always)]
pub(crate) fn maximum<F: Scalar>(a: F, b: F) -> F {
    let larger = if a < b || b.is_nan() { b } else { a };
    larger.with_slopes(|| [(a, exceeds(a, b)), (b, exceeds(b, a))])
}

/// The smaller of two numbers. At a tie each has the slope ½.
#[inline(always)]
pub(crate) fn minimum<F: Scalar>(a: F, b: F) -> F {
    let smaller = if b < a || b.is_nan() { b } else { a };
    smaller.with_slopes(|| [(a, exceeds(b, a)), (b, exceeds(a, b))])
}

/// How much of a gradient the larger of two numbers gets if it is `a`: all, or half where they are equal. The convention of
/// [`Maximum`] and [`Minimum`].
#[inline(always)]
pub(crate) fn exceeds<F: Scalar>(a: F, b: F) -> F {
    if a > b {
        F::ONE
    } else if a == b {
        F::from_f64(0.5)
    } else if a < b {
        F::ZERO
    } else {
        F::from_f64(f64::NAN)
    }
}

/// 1 where two numbers are equal, else 0.
#[inline(always)]
pub(crate) fn equals<F: Scalar>(a: F, b: F) -> F {
    if a == b { F::ONE } else { F::ZERO }
}

/// The larger of x and 0. At the kink the slope is 0, by convention.
#[inline(always)]
pub(crate) fn relu<F: Scalar>(x: F) -> F {
    let y = if x < F::ZERO { F::ZERO } else { x };
    y.with_slopes(|| [(x, x.where_positive(F::ONE, F::ZERO))])
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element, limited to the range from `low` to `high`.
    ///
    /// # Panics
    /// If there is no such range: `low` is above `high`, or one of them is not a number.
    #[track_caller]
    pub fn clamp(self, low: f64, high: f64) -> Self {
        assert!(low <= high, "clamp: there is no number from {low} to {high}");
        self.maximum(self.tape.constant(low)).minimum(self.tape.constant(high))
    }

    /// Each element, limited to the range from `low` to `high` (PyTorch's default is -1 to 1): [`clamp`](Var::clamp), as an activation is called.
    ///
    /// # Panics
    /// If there is no such range.
    #[track_caller]
    pub fn hardtanh(self, low: f64, high: f64) -> Self {
        assert!(low <= high, "hardtanh: there is no number from {low} to {high}");
        self.clamp(low, high)
    }
}
