//! Numbers with a rate of change. A formula that runs on them computes its own derivative by the chain rule: each function that it applies
//! multiplies the rate by the function's slope.

use super::{Binary, Unary};
use super::{Real, arithmetic};
use crate::ops::arithmetic::{Add, Div, Mul, Neg, Sub};

/// A number of any kind and its rate of change, `None` where it does not change.
///
/// (It takes the slopes of functions from the ops. A [`Dual`](crate::Dual) has slopes of its own, so that the ops can be checked against it.)
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moving<T> {
    pub(crate) value: T,
    pub(crate) rate: Option<T>,
}

impl<T: Real> Moving<T> {
    /// A number that does not change: a constant.
    pub(crate) fn fixed(value: T) -> Self {
        Moving { value, rate: None }
    }

    /// The number with respect to which we differentiate: its rate is 1.
    pub(crate) fn variable(value: T) -> Self {
        Moving { value, rate: Some(T::one()) }
    }
}

arithmetic! { [T: Real] Moving<T>: |a, b| a.zip(Add, b), a.zip(Sub, b), a.zip(Mul, b), a.zip(Div, b); |x| x.map(Neg) }

/// The sum of the rates that two operands cause.
fn sum<T: Real>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

impl<T: Real> Real for Moving<T> {
    fn number(x: f64) -> Self {
        Moving::fixed(T::number(x))
    }
    fn parameter(name: &str, x: f64) -> Self {
        Moving::fixed(T::parameter(name, x))
    }
    #[inline]
    fn map<U: Unary>(self, function: U) -> Self {
        let value = self.value.map(function);
        Moving { value, rate: self.rate.map(|rate| function.flow(rate, self.value, value)) }
    }
    #[inline]
    fn zip<B: Binary>(self, function: B, b: Self) -> Self {
        let (a, value) = (self, self.value.zip(function, b.value));
        let by_a = a.rate.map(|rate| function.flow_a(rate, a.value, b.value, value));
        let by_b = b.rate.map(|rate| function.flow_b(rate, a.value, b.value, value));
        Moving { value, rate: sum(by_a, by_b) }
    }
    fn where_positive(self, then: Self, otherwise: Self) -> Self {
        let value = self.value.where_positive(then.value, otherwise.value);
        let rate = match (then.rate, otherwise.rate) {
            (None, None) => None,
            (a, b) => Some(self.value.where_positive(a.unwrap_or(T::zero()), b.unwrap_or(T::zero()))),
        };
        Moving { value, rate }
    }
    fn called(self, name: &str, x: Self) -> Self {
        Moving { value: self.value.called(name, x.value), rate: self.rate }
    }
}
