//! Arithmetic with [`Var`]s, in Rust's own operators: each records the op of its name.

use crate::formula::Zip;
use crate::ops::arithmetic::{Add, Div, Mul, Neg, Sub};
use crate::scalar::Scalar;
use crate::tape::Var;
use std::ops;

/// `a + b`, `a + 2.0` and `2.0 + a`, through the op of that name.
macro_rules! operator {
    ($operator:ident, $method:ident, $op:expr) => {
        impl<'t, F: Scalar> ops::$operator for Var<'t, F> {
            type Output = Var<'t, F>;
            #[track_caller]
            fn $method(self, other: Var<'t, F>) -> Var<'t, F> {
                self.tape.record(Zip($op), &[self, other])
            }
        }

        impl<'t, F: Scalar> ops::$operator<f64> for Var<'t, F> {
            type Output = Var<'t, F>;
            #[track_caller]
            fn $method(self, other: f64) -> Var<'t, F> {
                self.tape.record(Zip($op), &[self, self.tape.constant(other)])
            }
        }

        impl<'t, F: Scalar> ops::$operator<Var<'t, F>> for f64 {
            type Output = Var<'t, F>;
            #[track_caller]
            fn $method(self, other: Var<'t, F>) -> Var<'t, F> {
                other.tape.record(Zip($op), &[other.tape.constant(self), other])
            }
        }
    };
}

operator!(Add, add, Add);
operator!(Sub, sub, Sub);
operator!(Mul, mul, Mul);
operator!(Div, div, Div);

impl<'t, F: Scalar> ops::Neg for Var<'t, F> {
    type Output = Var<'t, F>;
    #[track_caller]
    fn neg(self) -> Var<'t, F> {
        self.map(Neg)
    }
}
