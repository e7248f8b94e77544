//! The numbers a tape can hold. A program written for any [`Scalar`] runs on f32 (to train), on f64 (to check) and on
//! dual numbers (exact directional derivatives with no vjp, see [`crate::Dual`]).

use crate::kernel::functions;
use crate::kernel::gemm::{self, Matrix};
use crate::tape::Input;
use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// A real number, or something that computes like one.
///
/// Comparisons, [`abs`](Scalar::abs) and the like look at the real value, so that a program takes the same branches on every
/// kind of number.
pub trait Scalar:
    Copy
    + Debug
    + Display
    + Default
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + Input<Self>
    + Send
    + Sync
    + 'static
{
    /// What error messages and listings call this kind of number.
    const NAME: &'static str;
    /// The number 0.
    const ZERO: Self;
    /// The number 1.
    const ONE: Self;
    /// The whole numbers from 0 up to this one are all exact; class labels must not be larger.
    const LARGEST_EXACT_INTEGER: usize;
    /// The smallest number above 0 that has all its digits. Smaller ones are denormal: they lose digits, and every operation with one
    /// takes a hundred times as long.
    const SMALLEST_NORMAL: Self;
    /// Whether it carries a tangent, as a dual number does. Kernels of other numbers need not work one out.
    const HAS_TANGENT: bool = false;

    /// The kind of number that kernels add up in, and in which they compute what would lose digits: f64 for f32. f64 has none that is wider.
    type Wide: Scalar<Wide = Self::Wide>;

    /// The nearest number of this kind.
    fn from_f64(x: f64) -> Self;
    /// The real value.
    fn to_f64(self) -> f64;
    /// The same number with more digits.
    fn widen(self) -> Self::Wide;
    /// The nearest number of this kind.
    fn narrow(wide: Self::Wide) -> Self;

    /// eˣ
    fn exp(self) -> Self;
    /// eˣ - 1, accurate near 0.
    fn exp_m1(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// ln(1 + x), accurate near 0.
    fn ln_1p(self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// xʸ
    fn powf(self, exponent: Self) -> Self;
    /// The sine, x in radians.
    fn sin(self) -> Self;
    /// The cosine, x in radians.
    fn cos(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Gauss's error function, 2/√π ∫₀ˣ e^(-t²) dt.
    fn erf(self) -> Self;
    /// 1 - erf x, which keeps its digits where erf x is close to 1.
    fn erfc(self) -> Self;

    /// Whether this is not a number, as 0 / 0 is.
    fn is_nan(self) -> bool {
        self.partial_cmp(&self).is_none()
    }

    /// Whether this is neither infinite nor not a number.
    fn is_finite(self) -> bool {
        self.to_f64().is_finite()
    }

    /// This number, or 0 if it is denormal, as whatever shrinks step by step becomes in the end.
    fn without_denormals(self) -> Self;

    /// |x|
    fn abs(self) -> Self {
        if self < Self::ZERO { -self } else { self }
    }

    /// 1 for a positive number, -1 for a negative one, 0 for 0: the slope of [`abs`](Scalar::abs), at its kink too.
    #[inline(always)]
    fn sign(self) -> Self {
        if self > Self::ZERO {
            Self::ONE
        } else if self < Self::ZERO {
            -Self::ONE
        } else if self.is_nan() {
            self
        } else {
            Self::ZERO
        }
    }

    /// What flows (a tangent or a cotangent), times the slope that it meets. A product, but here 0 times infinity is 0: what
    /// does not change stays unchanged, however steep the function; and what meets a slope of 0 goes no further. A flow that is
    /// not a number stays so.
    #[inline(always)]
    fn through(self, slope: Self) -> Self {
        (self * slope).or_nothing(self, slope)
    }

    /// What flows, divided: [`through`](Scalar::through) a slope of 1 / `divisor`. Here 0 / 0 and infinity / infinity are 0.
    #[inline(always)]
    fn over(self, divisor: Self) -> Self {
        (self / divisor).or_nothing(self, divisor)
    }

    /// This product or quotient of a flow and what it met, or 0 if it is not a number though nothing flows or both are numbers: then one was
    /// 0 and the other infinite. (A kernel of several factors asks once. Of dual numbers it looks at the values alone.)
    #[inline(always)]
    fn or_nothing(self, flow: Self, met: Self) -> Self {
        let is_nothing = (flow == Self::ZERO) | !(flow.is_nan() | met.is_nan());
        if self.is_nan() & is_nothing { Self::ZERO } else { self }
    }

    /// This value of a function, with the tangent that the function's slopes give it: `slopes` lists each number it was computed from,
    /// and the slope there. A number without a tangent stays what it is, and asks for no slopes.
    ///
    /// Kernels that branch say so what the slope is at a kink, where the branch that happened to be taken would decide it.
    #[inline(always)]
    fn with_slopes<I: IntoIterator<Item = (Self, Self)>>(self, slopes: impl FnOnce() -> I) -> Self {
        let _ = slopes;
        self
    }

    /// The logistic sigmoid 1 / (1 + e⁻ˣ). The exponent is never positive, so it cannot overflow, and the tail for large
    /// negative x is eˣ to full precision.
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let e = (-self.abs()).exp();
        let numerator = if self < Self::ZERO { e } else { Self::ONE };
        numerator / (Self::ONE + e)
    }

    /// ln(1 + eˣ), as max(x, 0) + ln(1 + e^-|x|): no overflow, and the tail is kept.
    #[inline(always)]
    fn softplus(self) -> Self {
        let ramp = if self > Self::ZERO { self } else { Self::ZERO };
        ramp + (-self.abs()).exp().ln_1p()
    }

    /// C ← A B for row-major matrices, either of which may be read transposed.
    fn matrix_multiply(a: Matrix<Self>, b: Matrix<Self>, c: &mut [Self]) {
        gemm::by_definition(&a, &b, c);
    }
}

macro_rules! real_scalar {
    ($real:ident, $largest:expr, $erf:path, $erfc:path) => {
        impl Scalar for $real {
            const NAME: &'static str = stringify!($real);
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            // Where an index has 32 bits, all of them are exact in f64.
            const LARGEST_EXACT_INTEGER: usize =
                if $largest > usize::MAX as u64 { usize::MAX } else { $largest as usize };
            const SMALLEST_NORMAL: Self = $real::MIN_POSITIVE;

            type Wide = f64;

            fn from_f64(x: f64) -> Self {
                x as $real
            }
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $real::is_nan(self)
            }
            #[inline(always)]
            fn widen(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn narrow(wide: f64) -> Self {
                wide as $real
            }
            #[inline(always)]
            fn exp(self) -> Self {
                functions::$real::exp(self)
            }
            fn exp_m1(self) -> Self {
                $real::exp_m1(self)
            }
            fn ln(self) -> Self {
                $real::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                functions::$real::ln_1p(self)
            }
            fn sqrt(self) -> Self {
                $real::sqrt(self)
            }
            fn powf(self, exponent: Self) -> Self {
                $real::powf(self, exponent)
            }
            fn sin(self) -> Self {
                $real::sin(self)
            }
            fn cos(self) -> Self {
                $real::cos(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                functions::$real::tanh(self)
            }
            fn erf(self) -> Self {
                $erf(self)
            }
            fn erfc(self) -> Self {
                $erfc(self)
            }
            #[inline(always)]
            fn without_denormals(self) -> Self {
                if self < Self::SMALLEST_NORMAL && -self < Self::SMALLEST_NORMAL { 0.0 } else { self }
            }
            fn abs(self) -> Self {
                $real::abs(self)
            }
            #[inline(always)]
            fn matrix_multiply(a: Matrix<Self>, b: Matrix<Self>, c: &mut [Self]) {
                gemm::blocked(a, b, c);
            }
        }
    };
}

real_scalar!(f32, 1_u64 << 24, libm::erff, libm::erfcf);
real_scalar!(f64, 1_u64 << 53, libm::erf, libm::erfc);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_and_softplus_keep_both_tails() {
        assert_eq!(Scalar::sigmoid(-1000.0_f64), 0.0);
        assert_eq!(Scalar::sigmoid(1000.0_f64), 1.0);
        assert!((Scalar::sigmoid(-700.0_f64) / (-700.0_f64).exp() - 1.0).abs() < 1e-15);
        assert_eq!(Scalar::softplus(1000.0_f64), 1000.0);
        assert!((Scalar::softplus(-700.0_f64) / (-700.0_f64).exp() - 1.0).abs() < 1e-15);
        assert!((Scalar::softplus(0.0_f64) - 2.0_f64.ln()).abs() < 1e-15);
    }
}
