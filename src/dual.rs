//! Dual numbers: a value and its derivative, computed together. The one idea to know: with ε² = 0, arithmetic on a + a'ε is the rules of
//! differentiation, (a + a'ε)(b + b'ε) = ab + (a'b + ab')ε. A program that runs on them computes a derivative along with its result, with
//! the forward kernels alone: no tape, no vjp.

use crate::input::Input;
use crate::scalar::Scalar;
use crate::shape::Shape;
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// value + tangent ε, where ε² = 0.
///
/// Comparisons use the value alone, so that a program takes the same branches as on plain numbers.
///
/// ```
/// use gradus::{Dual, Scalar};
/// let x = Dual::variable(3.0);
/// let y = x * x + Dual::constant(1.0);
/// assert_eq!((y.value, y.tangent), (10.0, 6.0));
/// assert_eq!(y.to_string(), "10 + 6ε");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Dual<F = f64> {
    /// The number itself.
    pub value: F,
    /// Its derivative with respect to the number that was given a tangent.
    pub tangent: F,
}

impl<F: Scalar> Dual<F> {
    /// value + tangent ε
    pub fn new(value: F, tangent: F) -> Self {
        Dual { value, tangent }
    }

    /// A number that does not change: its tangent is 0.
    pub fn constant(value: F) -> Self {
        Dual::new(value, F::ZERO)
    }

    /// The number to differentiate by: its tangent is 1.
    pub fn variable(value: F) -> Self {
        Dual::new(value, F::ONE)
    }

    /// f(x) = value, f'(x) = slope: the chain rule. A tangent of 0 stays 0, even if the slope is infinite.
    fn chain(self, value: F, slope: F) -> Self {
        Dual { value, tangent: self.tangent.through(slope) }
    }
}

impl<F: Scalar> Add for Dual<F> {
    type Output = Self;
    fn add(self, b: Self) -> Self {
        Dual::new(self.value + b.value, self.tangent + b.tangent)
    }
}

impl<F: Scalar> Sub for Dual<F> {
    type Output = Self;
    fn sub(self, b: Self) -> Self {
        Dual::new(self.value - b.value, self.tangent - b.tangent)
    }
}

impl<F: Scalar> Mul for Dual<F> {
    type Output = Self;
    fn mul(self, b: Self) -> Self {
        Dual::new(self.value * b.value, self.tangent.through(b.value) + b.tangent.through(self.value))
    }
}

impl<F: Scalar> Div for Dual<F> {
    type Output = Self;
    fn div(self, b: Self) -> Self {
        let quotient = self.value / b.value;
        Dual::new(quotient, self.tangent.over(b.value) - b.tangent.through(quotient).over(b.value))
    }
}

impl<F: Scalar> Neg for Dual<F> {
    type Output = Self;
    fn neg(self) -> Self {
        Dual::new(-self.value, -self.tangent)
    }
}

impl<F: Scalar> AddAssign for Dual<F> {
    fn add_assign(&mut self, b: Self) {
        *self = *self + b;
    }
}

impl<F: Scalar> PartialEq for Dual<F> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<F: Scalar> PartialOrd for Dual<F> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<F: Scalar> fmt::Display for Dual<F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)?;
        let negative = self.tangent.to_f64().is_sign_negative() && !self.tangent.is_nan();
        f.write_str(if negative { " - " } else { " + " })?;
        fmt::Display::fmt(&if negative { -self.tangent } else { self.tangent }, f)?;
        f.write_str("ε")
    }
}

impl<F: Scalar> Input<Dual<F>> for Dual<F> {
    fn shape(&self) -> Shape {
        Shape::scalar()
    }
    fn write(&self, buffer: &mut [Dual<F>]) {
        buffer[0] = *self;
    }
}

impl<F: Scalar> Scalar for Dual<F> {
    const NAME: &'static str = "dual";
    const ZERO: Self = Dual { value: F::ZERO, tangent: F::ZERO };
    const ONE: Self = Dual { value: F::ONE, tangent: F::ZERO };
    const LARGEST_EXACT_INTEGER: usize = F::LARGEST_EXACT_INTEGER;
    const SMALLEST_NORMAL: Self = Dual { value: F::SMALLEST_NORMAL, tangent: F::ZERO };
    const HAS_TANGENT: bool = true;

    type Wide = Dual<F::Wide>;

    fn from_f64(x: f64) -> Self {
        Dual::constant(F::from_f64(x))
    }
    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }
    fn without_denormals(self) -> Self {
        Dual::new(self.value.without_denormals(), self.tangent.without_denormals())
    }
    fn widen(self) -> Self::Wide {
        Dual::new(self.value.widen(), self.tangent.widen())
    }
    fn narrow(wide: Self::Wide) -> Self {
        Dual::new(F::narrow(wide.value), F::narrow(wide.tangent))
    }
    fn exp(self) -> Self {
        let y = self.value.exp();
        self.chain(y, y)
    }
    fn exp_m1(self) -> Self {
        self.chain(self.value.exp_m1(), self.value.exp())
    }
    fn ln(self) -> Self {
        self.chain(self.value.ln(), F::ONE / self.value)
    }
    fn ln_1p(self) -> Self {
        self.chain(self.value.ln_1p(), F::ONE / (F::ONE + self.value))
    }
    fn sqrt(self) -> Self {
        let y = self.value.sqrt();
        self.chain(y, F::ONE / (y + y))
    }
    /// d xᵖ = p xᵖ⁻¹ dx + xᵖ ln x dp
    fn powf(self, exponent: Self) -> Self {
        let (x, p) = (self.value, exponent.value);
        let y = x.powf(p);
        let (by_base, by_exponent) = (p.through(x.powf(p - F::ONE)), y.through(x.ln()));
        Dual::new(y, self.tangent.through(by_base) + exponent.tangent.through(by_exponent))
    }
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }
    fn tanh(self) -> Self {
        let y = self.value.tanh();
        self.chain(y, F::ONE - y * y)
    }
    fn erf(self) -> Self {
        let slope = F::from_f64(std::f64::consts::FRAC_2_SQRT_PI) * (-(self.value * self.value)).exp();
        self.chain(self.value.erf(), slope)
    }
    fn erfc(self) -> Self {
        let slope = F::from_f64(-std::f64::consts::FRAC_2_SQRT_PI) * (-(self.value * self.value)).exp();
        self.chain(self.value.erfc(), slope)
    }
    fn normal_cdf(self) -> Self {
        self.chain(self.value.normal_cdf(), self.value.normal_pdf())
    }
    fn gelu(self) -> Self {
        self.chain(self.value.gelu(), self.value.gelu_slope())
    }
    fn gelu_slope(self) -> Self {
        let bend = (F::from_f64(2.0) - self.value * self.value).through(self.value.normal_pdf());
        self.chain(self.value.gelu_slope(), bend)
    }
    fn abs(self) -> Self {
        self.chain(self.value.abs(), self.value.sign())
    }
    fn sigmoid(self) -> Self {
        let y = self.value.sigmoid();
        self.chain(y, y * (-self.value).sigmoid())
    }
    fn softplus(self) -> Self {
        self.chain(self.value.softplus(), self.value.sigmoid())
    }
    fn through(self, slope: Self) -> Self {
        let tangent = self.tangent.through(slope.value) + self.value.through(slope.tangent);
        Dual::new(self.value.through(slope.value), tangent)
    }
    fn over(self, divisor: Self) -> Self {
        let quotient = self.value.over(divisor.value);
        let tangent = self.tangent.over(divisor.value) - divisor.tangent.through(quotient).over(divisor.value);
        Dual::new(quotient, tangent)
    }
    fn with_slopes<I: IntoIterator<Item = (Self, Self)>>(self, slopes: impl FnOnce() -> I) -> Self {
        let (mut tangent, mut of_values) = (F::ZERO, SmallVec::<[(F, F); 8]>::new());
        for (x, slope) in slopes() {
            tangent += x.tangent.through(slope.value);
            of_values.push((x.value, slope.value));
        }
        Dual::new(self.value.with_slopes(|| of_values), tangent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Function<F> = fn(F) -> F;

    /// Every function of [`Scalar`], on duals and on plain numbers.
    const FUNCTIONS: [(&str, Function<Dual>, Function<f64>); 18] = [
        ("exp", Scalar::exp, Scalar::exp),
        ("exp_m1", Scalar::exp_m1, Scalar::exp_m1),
        ("ln", Scalar::ln, Scalar::ln),
        ("ln_1p", Scalar::ln_1p, Scalar::ln_1p),
        ("sqrt", Scalar::sqrt, f64::sqrt),
        ("sin", Scalar::sin, Scalar::sin),
        ("cos", Scalar::cos, Scalar::cos),
        ("tanh", Scalar::tanh, Scalar::tanh),
        ("erf", Scalar::erf, Scalar::erf),
        ("erfc", Scalar::erfc, Scalar::erfc),
        ("normal_cdf", Scalar::normal_cdf, Scalar::normal_cdf),
        ("normal_pdf", Scalar::normal_pdf, Scalar::normal_pdf),
        ("gelu", Scalar::gelu, Scalar::gelu),
        ("gelu_slope", Scalar::gelu_slope, Scalar::gelu_slope),
        ("abs", Scalar::abs, f64::abs),
        ("sigmoid", Scalar::sigmoid, Scalar::sigmoid),
        ("softplus", Scalar::softplus, Scalar::softplus),
        ("x / (1 + x x) - x", |x| x / (Dual::ONE + x * x) - x, |x| x / (1.0 + x * x) - x),
    ];

    #[test]
    fn every_function_carries_its_derivative() {
        for (name, dual, plain) in FUNCTIONS {
            for x in [0.3, 0.9, 2.5] {
                let y = dual(Dual::new(x, 2.0));
                let slope = (plain(x + 1e-6) - plain(x - 1e-6)) / 2e-6;
                assert_eq!(y.value, plain(x), "{name}({x})");
                assert!((y.tangent - 2.0 * slope).abs() < 1e-8, "{name}'({x}): {} against {slope}", y.tangent);
            }
        }
    }

    #[test]
    fn a_power_is_differentiated_by_base_and_exponent() {
        let y = Dual::new(2.0_f64, 1.0).powf(Dual::constant(3.0));
        assert_eq!((y.value, y.tangent), (8.0, 12.0));
        let y = Dual::constant(2.0_f64).powf(Dual::variable(3.0));
        assert!((y.tangent - 8.0 * 2.0_f64.ln()).abs() < 1e-14);
        let y = Dual::variable(-2.0_f64).powf(Dual::constant(2.0));
        assert_eq!((y.value, y.tangent), (4.0, -4.0));
        let y = Dual::variable(0.0_f64).powf(Dual::constant(0.0));
        assert_eq!((y.value, y.tangent), (1.0, 0.0));
    }

    #[test]
    fn a_constant_stays_one_where_the_slope_is_infinite() {
        assert_eq!(Dual::constant(0.0_f64).sqrt().tangent, 0.0);
        assert_eq!(Dual::constant(0.0_f64).ln().tangent, 0.0);
    }

    #[test]
    fn kinks_have_the_slope_zero_and_smooth_functions_none() {
        let at_zero = Dual::variable(0.0_f64);
        assert_eq!(at_zero.abs().tangent, 0.0);
        assert_eq!(at_zero.softplus().tangent, 0.5);
        assert_eq!(at_zero.sigmoid().tangent, 0.25);
    }

    #[test]
    fn a_dual_of_duals_has_second_derivatives() {
        let x = Dual::new(Dual::variable(2.0), Dual::constant(1.0));
        let y = x * x * x;
        assert_eq!(y.tangent.tangent, 12.0);
    }

    #[test]
    fn it_prints_with_the_sign_of_its_tangent() {
        assert_eq!(Dual::new(1.5, 0.2).to_string(), "1.5 + 0.2ε");
        assert_eq!(Dual::new(-1.0, -0.25).to_string(), "-1 - 0.25ε");
        assert_eq!(Dual::new(1.0, -0.0).to_string(), "1 - 0ε");
        assert_eq!(format!("{:.2}", Dual::new(1.0, 2.0)), "1.00 + 2.00ε");
    }
}
