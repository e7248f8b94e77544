//! Formulas of numbers. The one idea to know: **a formula is written once, for any kind of number. Run on one kind it gives its value, on another
//! its derivative, on a third its text.**
//!
//! | kind of number | what the formula becomes |
//! |---|---|
//! | f32, f64 (also as vectors), [`Dual`](crate::Dual) | the kernel |
//! | `Term`, a value on a tape | what a vjp records |
//! | `Moving`, a number and its rate of change | the formula's own derivative, by the chain rule |
//! | `Symbol`, a text | what listings, figures and the page print |
//! | `Blank`, a text with blanks | the same, for the numbers of an element to be put in |
//! | `Line`, a value of a function for another engine | what XLA runs, and what reads ONNX |
//! | `Uses` | which of its operands the formula needs |
//!
//! [`Unary`], [`Binary`] and [`Pairwise`] define an op by such formulas.

pub mod binary;
mod blank;
#[cfg(feature = "lower")]
mod line;
pub mod loss;
mod moving;
mod symbol;
mod term;
pub mod unary;
mod uses;

pub(crate) use binary::binary_functions;
pub use binary::{Binary, Zip};
pub(crate) use blank::Blank;
#[cfg(feature = "lower")]
pub use line::Line;
pub(crate) use loss::losses;
pub use loss::{Loss, LossBack, Pairwise};
pub(crate) use moving::Moving;
pub(crate) use symbol::{Symbol, keep_slopes};
pub(crate) use term::Term;
pub use unary::{Back, Map, Unary};
pub(crate) use unary::{functions, plain_functions};
pub(crate) use uses::Uses;

use crate::ops::arithmetic::{Over, PowTensor, Through};
use crate::ops::comparisons::{self, Equal, Exceeds, Maximum, Minimum};
use crate::ops::functions::{Abs, Cos, Erf, Exp, Expm1, Ln, Log1p, Relu, Sign, Sin, Softplus, Sqrt, Tanh};
use crate::ops::losses::sigmoid_less;
use crate::ops::sigmoid::Sigmoid;
use crate::scalar::Scalar;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The kind of number that a formula is written for. Every [`Scalar`] is one, and so are the numbers that give the formula's derivative or its text.
///
/// A new kind defines arithmetic, and either each function or, once for all functions, how one is applied ([`map`](Real::map), [`zip`](Real::zip)).
#[rustfmt::skip]
pub trait Real: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self> {
    /// A constant in the formula.
    fn number(x: f64) -> Self;
    /// A constant of the op, with its name, such as the exponent p of xᵖ.
    fn parameter(name: &str, x: f64) -> Self { let _ = name; Self::number(x) }
    /// 1
    fn one() -> Self { Self::number(1.0) }
    /// 0
    fn zero() -> Self { Self::number(0.0) }

    /// Applies a function of one number to this number.
    fn map<U: Unary>(self, function: U) -> Self;
    /// Applies a function of two numbers to this number and another.
    fn zip<B: Binary>(self, function: B, b: Self) -> Self;
    /// `then` if this is above 0, else `otherwise`.
    fn where_positive(self, then: Self, otherwise: Self) -> Self;
    /// The same number, under a name: a text prints it as `name(x)` and adds the definition of `name` after the formula.
    fn called(self, name: &str, x: Self) -> Self { let _ = (name, x); self }

    /// eˣ
    fn exp(self) -> Self { self.map(Exp) }
    /// eˣ - 1. A kernel computes it without losing digits near 0.
    fn exp_m1(self) -> Self { self.map(Expm1) }
    /// The natural logarithm.
    fn ln(self) -> Self { self.map(Ln) }
    /// ln(1 + x). A kernel computes it without losing digits near 0.
    fn ln_1p(self) -> Self { self.map(Log1p) }
    /// The square root.
    fn sqrt(self) -> Self { self.map(Sqrt) }
    /// The sine, x in radians.
    fn sin(self) -> Self { self.map(Sin) }
    /// The cosine, x in radians.
    fn cos(self) -> Self { self.map(Cos) }
    /// The hyperbolic tangent.
    fn tanh(self) -> Self { self.map(Tanh) }
    /// Gauss's error function, 2/√π ∫₀ˣ e^(-t²) dt.
    fn erf(self) -> Self { self.map(Erf) }
    /// 1 - erf x. A kernel computes it without losing digits where erf x is close to 1.
    fn erfc(self) -> Self { Self::one() - self.erf() }
    /// Φ(x), the share of a standard normal distribution that lies below x. A kernel computes it without losing digits where it is close to 0.
    fn normal_cdf(self) -> Self {
        (Self::number(0.5) * (Self::number(-FRAC_1_SQRT_2) * self).erfc()).called("Φ", self)
    }
    /// φ(x), the slope of Φ.
    fn normal_pdf(self) -> Self {
        let height = Self::number(0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI);
        (height * (self * self * Self::number(-0.5)).exp()).called("φ", self)
    }
    /// x Φ(x). A kernel computes it without losing digits where it is close to 0.
    fn gelu(self) -> Self { self.through(self.normal_cdf()) }
    /// Φ(x) + x φ(x), the slope of x Φ(x). A kernel computes it without losing digits where it is close to 0.
    fn gelu_slope(self) -> Self { self.normal_cdf() + self.through(self.normal_pdf()) }
    /// The logistic sigmoid 1 / (1 + e⁻ˣ).
    fn sigmoid(self) -> Self { self.map(Sigmoid) }
    /// The sigmoid less a target. A kernel computes it without losing digits where the sigmoid is close to the target.
    fn sigmoid_less(self, t: Self) -> Self { self.sigmoid() - t }
    /// ln(1 + eˣ)
    fn softplus(self) -> Self { self.map(Softplus) }
    /// max(x, 0)
    fn relu(self) -> Self { self.map(Relu) }
    /// |x|
    fn abs(self) -> Self { self.map(Abs) }
    /// 1 for a positive number, -1 for a negative one, 0 for 0.
    fn sign(self) -> Self { self.map(Sign) }
    /// This number to a power.
    fn powf(self, exponent: Self) -> Self { self.zip(PowTensor, exponent) }
    /// The larger of two.
    fn maximum(self, b: Self) -> Self { self.zip(Maximum, b) }
    /// The smaller of two.
    fn minimum(self, b: Self) -> Self { self.zip(Minimum, b) }
    /// 1 where this is larger, ½ where both are equal, 0 where it is smaller.
    fn exceeds(self, b: Self) -> Self { self.zip(Exceeds, b) }
    /// 1 where both are equal, else 0.
    fn equals(self, b: Self) -> Self { self.zip(Equal, b) }
    /// This value of a function, with the slopes of the function where it has a kink, for kinds that carry a tangent: see [`Scalar::with_slopes`].
    fn sloped(self, slopes: impl FnOnce() -> [(Self, Self); 2]) -> Self { let _ = slopes; self }
    /// This number, or 0 if it is denormal, for kinds that have such numbers: see [`Scalar::without_denormals`].
    fn without_denormals(self) -> Self { self }
    /// This number, which flows back, times a slope: the product, but 0 times infinity is 0. See [`Scalar::through`].
    fn through(self, slope: Self) -> Self { self.zip(Through, slope) }
    /// This number, which flows back, times a slope of 1 / `divisor`. See [`Scalar::over`].
    fn over(self, divisor: Self) -> Self { self.zip(Over, divisor) }
}

/// On a scalar, a formula computes its value.
#[rustfmt::skip]
impl<F: Scalar> Real for F {
    #[inline(always)] fn number(x: f64) -> Self { F::from_f64(x) }
    #[inline(always)] fn one() -> Self { F::ONE }
    #[inline(always)] fn zero() -> Self { F::ZERO }
    #[inline(always)] fn map<U: Unary>(self, function: U) -> Self { function.value(self) }
    #[inline(always)] fn zip<B: Binary>(self, function: B, b: Self) -> Self { function.value(self, b) }
    #[inline(always)] fn where_positive(self, then: Self, otherwise: Self) -> Self { if self > F::ZERO { then } else { otherwise } }
    #[inline(always)] fn exp(self) -> Self { Scalar::exp(self) }
    #[inline(always)] fn exp_m1(self) -> Self { Scalar::exp_m1(self) }
    #[inline(always)] fn ln(self) -> Self { Scalar::ln(self) }
    #[inline(always)] fn ln_1p(self) -> Self { Scalar::ln_1p(self) }
    #[inline(always)] fn sqrt(self) -> Self { Scalar::sqrt(self) }
    #[inline(always)] fn sin(self) -> Self { Scalar::sin(self) }
    #[inline(always)] fn cos(self) -> Self { Scalar::cos(self) }
    #[inline(always)] fn tanh(self) -> Self { Scalar::tanh(self) }
    #[inline(always)] fn erf(self) -> Self { Scalar::erf(self) }
    #[inline(always)] fn erfc(self) -> Self { Scalar::erfc(self) }
    #[inline(always)] fn normal_cdf(self) -> Self { Scalar::normal_cdf(self) }
    #[inline(always)] fn normal_pdf(self) -> Self { Scalar::normal_pdf(self) }
    #[inline(always)] fn gelu(self) -> Self { Scalar::gelu(self) }
    #[inline(always)] fn gelu_slope(self) -> Self { Scalar::gelu_slope(self) }
    #[inline(always)] fn sigmoid(self) -> Self { Scalar::sigmoid(self) }
    #[inline(always)] fn sigmoid_less(self, t: Self) -> Self { sigmoid_less(self, t) }
    #[inline(always)] fn softplus(self) -> Self { Scalar::softplus(self) }
    #[inline(always)] fn relu(self) -> Self { comparisons::relu(self) }
    #[inline(always)] fn abs(self) -> Self { Scalar::abs(self) }
    #[inline(always)] fn sign(self) -> Self { Scalar::sign(self) }
    #[inline(always)] fn powf(self, exponent: Self) -> Self { Scalar::powf(self, exponent) }
    #[inline(always)] fn maximum(self, b: Self) -> Self { comparisons::maximum(self, b) }
    #[inline(always)] fn minimum(self, b: Self) -> Self { comparisons::minimum(self, b) }
    #[inline(always)] fn exceeds(self, b: Self) -> Self { comparisons::exceeds(self, b) }
    #[inline(always)] fn equals(self, b: Self) -> Self { comparisons::equals(self, b) }
    #[inline(always)] fn sloped(self, slopes: impl FnOnce() -> [(Self, Self); 2]) -> Self { self.with_slopes(slopes) }
    #[inline(always)] fn without_denormals(self) -> Self { Scalar::without_denormals(self) }
    #[inline(always)] fn through(self, slope: Self) -> Self { Scalar::through(self, slope) }
    #[inline(always)] fn over(self, divisor: Self) -> Self { Scalar::over(self, divisor) }
}

/// The operators of a kind of number, each as a formula of `a` and `b`.
macro_rules! arithmetic {
    ([$($generics:tt)*] $kind:ty: |$a:ident, $b:ident| $add:expr, $sub:expr, $mul:expr, $div:expr; |$x:ident| $neg:expr) => {
        arithmetic!(@ [$($generics)*] $kind, Add, add, $a, $b, $add);
        arithmetic!(@ [$($generics)*] $kind, Sub, sub, $a, $b, $sub);
        arithmetic!(@ [$($generics)*] $kind, Mul, mul, $a, $b, $mul);
        arithmetic!(@ [$($generics)*] $kind, Div, div, $a, $b, $div);
        impl<$($generics)*> std::ops::Neg for $kind {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                let $x = self;
                $neg
            }
        }
    };
    (@ [$($generics:tt)*] $kind:ty, $operator:ident, $method:ident, $a:ident, $b:ident, $result:expr) => {
        impl<$($generics)*> std::ops::$operator for $kind {
            type Output = Self;
            #[inline]
            fn $method(self, $b: Self) -> Self {
                let $a = self;
                $result
            }
        }
    };
}
pub(crate) use arithmetic;
