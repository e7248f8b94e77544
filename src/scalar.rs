//! The numbers a tape can hold. A program written for any [`Scalar`] runs on f32 (to train), on f64 (to check) and on
//! dual numbers (exact directional derivatives with no vjp, see [`crate::Dual`]).

use crate::input::Input;
use crate::kernel::gemm::{self, Matrix};
use crate::kernel::{functions, normal};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};
use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// A real number, or a type that computes like one.
///
/// Comparisons, [`abs`](Scalar::abs) and the like use the real value, so that a program takes the same branches on every kind of number.
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
    /// The name of this kind of number in error messages and listings.
    const NAME: &'static str;
    /// The number 0.
    const ZERO: Self;
    /// The number 1.
    const ONE: Self;
    /// All whole numbers from 0 up to this one are exact. Class labels must not be larger.
    const LARGEST_EXACT_INTEGER: usize;
    /// The smallest number above 0 that has all its digits. Smaller ones are denormal: they lose digits, and every operation with one
    /// takes a hundred times as long.
    const SMALLEST_NORMAL: Self;
    /// Whether it carries a tangent, as a dual number does. For other numbers, kernels skip the tangent.
    const HAS_TANGENT: bool = false;

    /// The wider kind of number for sums and for steps that would lose digits: f64 for f32. For f64 it is f64 itself.
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

    /// Whether this is neither infinite nor NaN.
    fn is_finite(self) -> bool {
        self.to_f64().is_finite()
    }

    /// This number, or 0 if it is denormal. (A number that shrinks a little in every step, such as an optimizer's moment, ends up
    /// denormal.)
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

    /// A flow (a tangent or a cotangent) times a slope: their product, except that 0 times infinity is 0. So a flow of 0 stays 0 however steep the
    /// function is, and a slope of 0 stops any flow. A flow that is NaN stays NaN.
    #[inline(always)]
    fn through(self, slope: Self) -> Self {
        (self * slope).or_nothing(self, slope)
    }

    /// A flow divided by `divisor`: [`through`](Scalar::through) a slope of 1 / `divisor`. Here 0 / 0 and infinity / infinity are 0.
    #[inline(always)]
    fn over(self, divisor: Self) -> Self {
        (self / divisor).or_nothing(self, divisor)
    }

    /// This product or quotient of `flow` and `met`; but 0 instead of NaN if the flow is 0 or neither of the two is NaN (then one was 0 and the other
    /// infinite). A kernel with several factors calls this once. For dual numbers it uses the values alone.
    #[inline(always)]
    fn or_nothing(self, flow: Self, met: Self) -> Self {
        let is_nothing = (flow == Self::ZERO) | !(flow.is_nan() | met.is_nan());
        if self.is_nan() & is_nothing { Self::ZERO } else { self }
    }

    /// This value of a function, with the tangent that follows from the function's slopes: `slopes` lists each number that the value was computed
    /// from, and the slope there. For a number without a tangent, returns it as it is and does not call `slopes`.
    ///
    /// Kernels with branches use this to state the slope at a kink. Otherwise the branch that happens to be taken would decide it.
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

    /// Φ(x) = erfc(-x/√2) / 2, the share of a standard normal distribution below x. The tail for large negative x keeps its digits.
    #[inline(always)]
    fn normal_cdf(self) -> Self {
        Self::from_f64(0.5) * (Self::from_f64(-FRAC_1_SQRT_2) * self).erfc()
    }

    /// φ(x) = e^(-x²/2) / √(2π), the slope of Φ: the bell curve.
    #[inline(always)]
    fn normal_pdf(self) -> Self {
        Self::from_f64(0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI) * (self * self * Self::from_f64(-0.5)).exp()
    }

    /// x Φ(x). The tail for large negative x keeps its digits.
    #[inline(always)]
    fn gelu(self) -> Self {
        self.through(self.normal_cdf())
    }

    /// Φ(x) + x φ(x), the slope of x Φ(x). It keeps its digits where it crosses 0.
    #[inline(always)]
    fn gelu_slope(self) -> Self {
        self.normal_cdf() + self.through(self.normal_pdf())
    }

    /// C ← A B for row-major matrices; each of A and B may be read transposed.
    fn matrix_multiply(a: Matrix<Self>, b: Matrix<Self>, c: &mut [Self]) {
        gemm::by_definition(&a, &b, c);
    }
}

macro_rules! real_scalar {
    ($real:ident, $largest:expr, libm: $sin:ident, $cos:ident, $erf:ident, $erfc:ident) => {
        impl Scalar for $real {
            const NAME: &'static str = stringify!($real);
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            // If an index has 32 bits, all indices are exact in f64.
            const LARGEST_EXACT_INTEGER: usize =
                if $largest > usize::MAX as u64 { usize::MAX } else { $largest as usize };
            const SMALLEST_NORMAL: Self = $real::MIN_POSITIVE;

            type Wide = f64;

            #[inline(always)]
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
            #[inline(always)]
            fn exp_m1(self) -> Self {
                functions::$real::exp_m1(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                functions::$real::ln(self)
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
                libm::$sin(self)
            }
            fn cos(self) -> Self {
                libm::$cos(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                functions::$real::tanh(self)
            }
            fn erf(self) -> Self {
                libm::$erf(self)
            }
            fn erfc(self) -> Self {
                libm::$erfc(self)
            }
            #[inline(always)]
            fn normal_cdf(self) -> Self {
                Self::narrow(normal::$real::normal_cdf(self))
            }
            #[inline(always)]
            fn gelu(self) -> Self {
                Self::narrow(self.widen().through(normal::$real::normal_cdf(self)))
            }
            #[inline(always)]
            fn gelu_slope(self) -> Self {
                normal::$real::gelu_slope(self)
            }
            #[inline(always)]
            fn without_denormals(self) -> Self {
                if self < Self::SMALLEST_NORMAL && -self < Self::SMALLEST_NORMAL { 0.0 } else { self }
            }
            fn abs(self) -> Self {
                $real::abs(self)
            }
            // Compiled with the library, and not again by each crate that records a product.
            #[inline(never)]
            fn matrix_multiply(a: Matrix<Self>, b: Matrix<Self>, c: &mut [Self]) {
                gemm::blocked(a, b, c);
            }
        }
    };
}

// The functions of the crate libm have the same bits on any machine, those of the standard library are the system's own.
real_scalar!(f32, 1_u64 << 24, libm: sinf, cosf, erff, erfcf);
real_scalar!(f64, 1_u64 << 53, libm: sin, cos, erf, erfc);

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
