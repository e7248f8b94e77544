//! Numbers that are values of a function for another engine. A formula that runs on them writes its lines: this is how an op that is given by a formula is told
//! to XLA, or to what reads ONNX.
//!
//! The functions of those engines are their own, and so are their last bits. What they have no function for, or one that loses digits, is a function of the module here, with
//! the name that it has in [`Real`].

use super::{Binary, Unary};
use super::{Real, arithmetic};
use crate::kernel::normal::SHARE;
use crate::lines::{Block, Compare, Each, Element, Pair, Value as Written, together};
use crate::ops::losses::sigmoid_less;
use crate::scalar::Scalar;
use crate::shape::Shape;
use Line::{Number, Value};
use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

/// A value of a function, or a constant of the formula. Arithmetic that constants make trivial is not written: 1 times x is x.
#[derive(Clone, Copy, Debug)]
pub enum Line<'b> {
    /// A constant.
    Number(f64),
    /// A value.
    Value(Written<'b>),
}

impl<'b> Line<'b> {
    /// The value, in this shape; a constant is written.
    pub(crate) fn on(self, block: &'b Block<'b>, shape: Shape) -> Written<'b> {
        match self {
            Number(x) => block.constant(x, shape, Element::Number),
            Value(x) => x.broadcast_to(shape),
        }
    }

    /// A function of one number, which the language has under this name.
    fn each(self, function: Each, of_number: fn(f64) -> f64) -> Self {
        match self {
            Number(x) => Number(of_number(x)),
            Value(x) => Value(x.each(function)),
        }
    }

    /// A function of two numbers, which the language has under this name.
    fn with(self, function: Pair, b: Self, of_numbers: fn(f64, f64) -> f64) -> Self {
        self.of_both(b, of_numbers, |a, b| Value(a.with(function, b)))
    }

    fn of_both(
        self,
        b: Self,
        of_numbers: fn(f64, f64) -> f64,
        of_values: impl FnOnce(Written<'b>, Written<'b>) -> Self,
    ) -> Self {
        match (self, b) {
            (Number(a), Number(b)) => Number(of_numbers(a, b)),
            (Number(a), Value(b)) => of_values(b.constant_like(a), b),
            (Value(a), Number(b)) => of_values(a, a.constant_like(b)),
            (Value(a), Value(b)) => of_values(a, b),
        }
    }

    fn compare(self, how: Compare, b: Self, of_numbers: fn(f64, f64) -> bool) -> Result<bool, Written<'b>> {
        match (self, b) {
            (Number(a), Number(b)) => Ok(of_numbers(a, b)),
            (Number(a), Value(b)) => Err(b.constant_like(a).compare(how, b)),
            (Value(a), Number(b)) => Err(a.compare(how, a.constant_like(b))),
            (Value(a), Value(b)) => Err(a.compare(how, b)),
        }
    }

    /// A function of the module, for what the language has no function for.
    fn call(self, name: &str, body: impl for<'c> Fn(Line<'c>) -> Line<'c>, of_number: fn(f64) -> f64) -> Self {
        match self {
            Number(x) => Number(of_number(x)),
            Value(x) => Value(x.block().call(name, [x], |[x]| body(Value(x)).on(x.block(), x.shape))),
        }
    }

    fn call_with(
        self,
        name: &str,
        b: Self,
        body: impl for<'c> Fn(Written<'c>, Written<'c>) -> Written<'c>,
        of_numbers: fn(f64, f64) -> f64,
    ) -> Self {
        self.of_both(b, of_numbers, |a, b| {
            let both = together([a, b]);
            Value(both[0].block().call(name, both, |[a, b]| body(a, b)))
        })
    }

    /// [`Scalar::or_nothing`]: this product or quotient of `flow` and `met`, but 0 where 0 met infinity.
    pub(crate) fn or_nothing(self, flow: Self, met: Self) -> Self {
        let Value(product) = self else { return self };
        let [flow, met] = [flow, met].map(|line| line.on(product.block(), product.shape));
        Value(product.block().call("or_nothing", [product, flow, met], nothing_where_0_met_infinity))
    }

    fn product(self, b: Self) -> Option<Self> {
        match (self, b) {
            (Number(0.0), _) | (_, Number(0.0)) => Some(Number(0.0)),
            (Number(1.0), x) | (x, Number(1.0)) => Some(x),
            (Number(-1.0), x) | (x, Number(-1.0)) => Some(-x),
            _ => None,
        }
    }
}

fn nothing_where_0_met_infinity<'c>([product, flow, met]: [Written<'c>; 3]) -> Written<'c> {
    let is_number = |x: Written<'c>| x.compare(Compare::Equal, x);
    let zero = product.constant_like(0.0);
    let is_nothing = flow.compare(Compare::Equal, zero).with(Pair::Or, is_number(flow).with(Pair::And, is_number(met)));
    product.compare(Compare::NotEqual, product).with(Pair::And, is_nothing).select(zero, product)
}

/// 1 where a is larger, ½ where both are equal, 0 where it is smaller; NaN where one is NaN.
fn exceeds<'c>(a: Written<'c>, b: Written<'c>) -> Written<'c> {
    let smaller = a.compare(Compare::Less, b).select(a.constant_like(0.0), a.constant_like(f64::NAN));
    let at_most = a.compare(Compare::Equal, b).select(a.constant_like(0.5), smaller);
    a.compare(Compare::Greater, b).select(a.constant_like(1.0), at_most)
}

arithmetic! { ['b] Line<'b>: |a, b|
    match (a, b) {
        (Number(0.0), x) | (x, Number(0.0)) => x,
        (a, b) => a.with(Pair::Add, b, |a, b| a + b),
    },
    match (a, b) {
        (x, Number(0.0)) => x,
        (Number(0.0), x) => -x,
        (a, b) => a.with(Pair::Subtract, b, |a, b| a - b),
    },
    a.product(b).unwrap_or_else(|| a.with(Pair::Multiply, b, |a, b| a * b)),
    match (a, b) {
        (x, Number(1.0)) => x,
        (a, b) => a.with(Pair::Divide, b, |a, b| a / b),
    };
    |x| x.each(Each::Negate, |x| -x)
}

#[rustfmt::skip]
impl Real for Line<'_> {
    fn number(x: f64) -> Self { Number(x) }
    fn map<U: Unary>(self, function: U) -> Self { function.value(self) }
    fn zip<B: Binary>(self, function: B, b: Self) -> Self { function.value(self, b) }
    fn where_positive(self, then: Self, otherwise: Self) -> Self {
        match (self.compare(Compare::Greater, Number(0.0), |a, b| a > b), then, otherwise) {
            (Ok(true), then, _) => then,
            (Ok(false), _, otherwise) => otherwise,
            (_, Number(a), Number(b)) if a.to_bits() == b.to_bits() => then,
            (Err(flag), then, otherwise) => {
                let wide = [then, otherwise].into_iter().fold(flag.shape, |shape, line| match line {
                    Value(x) => shape.broadcast(x.shape).expect("shapes that the tape has seen"),
                    Number(_) => shape,
                });
                let [then, otherwise] = [then, otherwise].map(|line| line.on(flag.block(), wide));
                Value(flag.select(then, otherwise))
            }
        }
    }
    fn exp(self) -> Self { self.each(Each::Exponential, Scalar::exp) }
    fn exp_m1(self) -> Self { self.each(Each::ExponentialMinusOne, Scalar::exp_m1) }
    fn ln(self) -> Self { self.each(Each::Log, Scalar::ln) }
    fn ln_1p(self) -> Self { self.each(Each::LogPlusOne, Scalar::ln_1p) }
    fn sqrt(self) -> Self { self.each(Each::Sqrt, f64::sqrt) }
    fn sin(self) -> Self { self.each(Each::Sine, Scalar::sin) }
    fn cos(self) -> Self { self.each(Each::Cosine, Scalar::cos) }
    fn tanh(self) -> Self { self.each(Each::Tanh, Scalar::tanh) }
    fn abs(self) -> Self { self.each(Each::Abs, f64::abs) }
    fn sign(self) -> Self { self.each(Each::Sign, Scalar::sign) }
    fn sigmoid(self) -> Self { self.each(Each::Logistic, Scalar::sigmoid) }
    fn relu(self) -> Self { self.maximum(Number(0.0)) }
    fn powf(self, exponent: Self) -> Self { self.with(Pair::Power, exponent, f64::powf) }
    fn maximum(self, b: Self) -> Self { self.with(Pair::Maximum, b, Real::maximum) }
    fn minimum(self, b: Self) -> Self { self.with(Pair::Minimum, b, Real::minimum) }
    fn equals(self, b: Self) -> Self {
        match self.compare(Compare::Equal, b, |a, b| a == b) {
            Ok(equal) => Number(f64::from(u8::from(equal))),
            Err(flag) => Value(flag.convert(Element::Number)),
        }
    }
    fn exceeds(self, b: Self) -> Self { self.call_with("exceeds", b, exceeds, Real::exceeds) }
    fn softplus(self) -> Self {
        self.call("softplus", |x| x.maximum(Number(0.0)) + (-x.abs()).exp().ln_1p(), Scalar::softplus)
    }
    fn erf(self) -> Self { self.call("erf", |x| erf(x), Scalar::erf) }
    fn erfc(self) -> Self {
        self.call("erfc", |x| Number(2.0) * (Number(-SQRT_2) * x).normal_cdf(), Scalar::erfc)
    }
    fn normal_cdf(self) -> Self { self.call("normal_cdf", |x| normal_cdf(x), Scalar::normal_cdf) }
    fn sigmoid_less(self, t: Self) -> Self {
        self.call_with("sigmoid_less", t, |x, t| less(Value(x), Value(t)).on(x.block(), x.shape), sigmoid_less)
    }
    fn through(self, slope: Self) -> Self {
        self.product(slope).unwrap_or_else(|| (self * slope).or_nothing(self, slope))
    }
    fn over(self, divisor: Self) -> Self { (self / divisor).or_nothing(self, divisor) }
}

/// σ(x) - t, without losing digits where both are close: the two forms of [`sigmoid_less`].
fn less<T: Real>(x: T, t: T) -> T {
    let (one, half) = (T::one(), T::number(0.5));
    let far = (one - t) * x.sigmoid() - t * (-x).sigmoid();
    let near = half * (half * x).tanh() + (half - t);
    (one - x.abs()).where_positive(near, far)
}

/// Φ(x). Below 0 it is e^(-x²/2) times a function that changes little, which is a polynomial in t: see `kernel/normal.rs`.
fn normal_cdf<T: Real>(x: T) -> T {
    let (one, a) = (T::one(), x.abs().minimum(T::number(39.0)));
    let r = one / (one + T::number(0.25) * a);
    let t = (T::number(0.25) * a - one) * r;
    let polynomial = SHARE.iter().rev().fold(T::zero(), |sum, &coefficient| sum * t + T::number(coefficient));
    let below = r * polynomial * (a * a * T::number(-0.5)).exp();
    x.where_positive(one - below, below)
}

/// The error function: near 0 as its power series, elsewhere as 1 - 2 Φ(-√2 |x|), with the sign of x.
fn erf<T: Real>(x: T) -> T {
    let square = x * x;
    // The terms are (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)), added from the last one on.
    let near = (0..14).rev().fold(T::zero(), |sum, n| {
        let factorial: f64 = (1..=n).map(f64::from).product();
        let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
        sum * square + T::number(sign * FRAC_2_SQRT_PI / (factorial * f64::from(2 * n + 1)))
    });
    let far = x.sign() * (T::one() - T::number(2.0) * normal_cdf(-(x.abs() * T::number(SQRT_2))));
    (x.abs() - T::number(0.6)).where_positive(far, x * near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_and_the_normal_distribution_have_all_their_digits() {
        for step in -4000..=4000 {
            let x = f64::from(step) / 400.0;
            let (error, share) = (erf(x) - libm::erf(x), normal_cdf(x) / Scalar::normal_cdf(x) - 1.0);
            assert!(error.abs() <= 1e-15 * libm::erf(x).abs() && share.abs() < 4e-14, "{x}: {error:e} {share:e}");
        }
    }
}
