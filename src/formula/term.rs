//! Values on a tape. A formula that runs on them is recorded: this is how a vjp is made from a formula.

use super::Back;
use super::{Binary, Unary};
use super::{Real, arithmetic};
use crate::op::{Cotangent, Local};
use crate::ops::arithmetic::{Add, Div, Mul, Neg, PowTensor, Sub, Through};
use crate::ops::functions::Relu;
use crate::scalar::Scalar;
use crate::tape::{Tape, Var};
use Term::{Number, Value};

/// A value on a tape, or a constant of the formula. Arithmetic that constants make trivial is not recorded: 1 times x is x, and -1 times x is -x.
///
/// All of it is inlined into the vjp. There the compiler knows which terms are constants, so only the calls that record remain.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Term<'t, F: Scalar> {
    Number(f64),
    Value(Var<'t, F>),
}

impl<'t, F: Scalar> Term<'t, F> {
    /// What flows to an operand, if its gradient is wanted. Nothing flows where the formula is 0.
    #[inline(always)]
    pub(crate) fn to(at: &Local<'t, F>, slot: usize, flow: impl FnOnce() -> Self) -> Cotangent<'t, F> {
        if !at.operands[slot].1 {
            return Cotangent::Stops;
        }
        match flow() {
            Number(0.0) => Cotangent::Stops,
            Number(x) => Cotangent::Flows(at.tape.constant(x)),
            Value(flow) => Cotangent::Flows(flow),
        }
    }

    /// The value on the tape; a constant is recorded.
    pub(crate) fn on(self, tape: &'t Tape<F>) -> Var<'t, F> {
        match self {
            Number(x) => tape.constant(x),
            Value(x) => x,
        }
    }

    #[inline(always)]
    fn product<B: Binary>(self, product: B, b: Self) -> Self {
        match (self, b) {
            (Number(0.0), _) | (_, Number(0.0)) => Number(0.0),
            (Number(1.0), x) | (x, Number(1.0)) => x,
            (Number(-1.0), x) | (x, Number(-1.0)) => -x,
            (a, b) => a.zip(product, b),
        }
    }
}

arithmetic! { ['t, F: Scalar] Term<'t, F>: |a, b|
    match (a, b) {
        (Number(0.0), x) | (x, Number(0.0)) => x,
        (a, b) => a.zip(Add, b),
    },
    match (a, b) {
        (x, Number(0.0)) => x,
        (Number(0.0), x) => -x,
        (a, b) => a.zip(Sub, b),
    },
    a.product(Mul, b),
    match (a, b) {
        (x, Number(1.0)) => x,
        (a, b) => a.zip(Div, b),
    };
    |x| x.map(Neg)
}

impl<F: Scalar> Real for Term<'_, F> {
    #[inline(always)]
    fn number(x: f64) -> Self {
        Number(x)
    }
    #[inline(always)]
    fn map<U: Unary>(self, function: U) -> Self {
        match self {
            Number(x) => Number(function.value(x)),
            Value(x) => Value(x.map(function)),
        }
    }
    #[inline(always)]
    fn zip<B: Binary>(self, function: B, b: Self) -> Self {
        match (self, b) {
            (Number(a), Number(b)) => Number(function.value(a, b)),
            (Number(a), Value(b)) => Value(b.tape.constant(a).zip(function, b)),
            (Value(a), Number(b)) => Value(a.zip(function, a.tape.constant(b))),
            (Value(a), Value(b)) => Value(a.zip(function, b)),
        }
    }
    /// Recorded as the sum of both choices, one times 1 and the other times 0.
    fn where_positive(self, then: Self, otherwise: Self) -> Self {
        match (self, then, otherwise) {
            (Number(x), ..) => {
                if x > 0.0 {
                    then
                } else {
                    otherwise
                }
            }
            (_, Number(a), Number(b)) if a == b => then,
            (Value(x), ..) => {
                let one = x.tape.full(x.shape(), 1.0);
                let is_positive = Value(x.tape.record(Back(Relu), &[x, one]));
                then.through(is_positive) + otherwise.through(Number(1.0) - is_positive)
            }
        }
    }
    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        match (self, exponent) {
            (Value(x), Number(exponent)) => Value(x.pow(exponent)),
            (base, exponent) => base.zip(PowTensor, exponent),
        }
    }
    #[inline(always)]
    fn through(self, slope: Self) -> Self {
        self.product(Through, slope)
    }
}
