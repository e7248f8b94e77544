//! Arithmetic with [`Var`]s, in Rust's own operators: each records the op of its name. `x += y` records a sum, too, and x is then that sum; nothing is
//! changed in place.

use crate::formula::Zip;
use crate::ops::add_n::AddN;
use crate::ops::arithmetic::{Add, Div, Mul, Neg, Sub};
use crate::scalar::Scalar;
use crate::tape::Var;
use smallvec::SmallVec;
use std::iter::Sum;
use std::ops;

/// `a + b`, `a + 2.0`, `2.0 + a` and `a += b`, through the op of that name. The number on the right may be of any kind that converts to f64 without loss,
/// such as f32. On the left it can only be f64: with two impls the compiler would not know the kind of `2.0` in `(2.0 + a).exp()`.
macro_rules! operator {
    ($operator:ident, $method:ident, $assign:ident, $assign_method:ident, $op:expr) => {
        impl<'t, F: Scalar> ops::$operator for Var<'t, F> {
            type Output = Var<'t, F>;
            #[track_caller]
            fn $method(self, other: Var<'t, F>) -> Var<'t, F> {
                self.tape.record(Zip($op), &[self, other])
            }
        }

        impl<'t, F: Scalar, N: Into<f64>> ops::$operator<N> for Var<'t, F> {
            type Output = Var<'t, F>;
            #[track_caller]
            fn $method(self, other: N) -> Var<'t, F> {
                self.tape.record(Zip($op), &[self, self.tape.constant(other.into())])
            }
        }

        impl<'t, F: Scalar, B> ops::$assign<B> for Var<'t, F>
        where
            Var<'t, F>: ops::$operator<B, Output = Var<'t, F>>,
        {
            #[track_caller]
            fn $assign_method(&mut self, other: B) {
                *self = ops::$operator::$method(*self, other);
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

operator!(Add, add, AddAssign, add_assign, Add);
operator!(Sub, sub, SubAssign, sub_assign, Sub);
operator!(Mul, mul, MulAssign, mul_assign, Mul);
operator!(Div, div, DivAssign, div_assign, Div);

impl<'t, F: Scalar> ops::Neg for Var<'t, F> {
    type Output = Var<'t, F>;
    #[track_caller]
    fn neg(self) -> Var<'t, F> {
        self.map(Neg)
    }
}

/// The sum of all of them, by one op. They must have one shape, and there must be one.
///
/// ```
/// # use gradus::prelude::*;
/// let tape = Tape::new();
/// let terms = [tape.var(1.0), tape.var(2.0), tape.var(4.0)];
/// let total: Var<f64> = terms.into_iter().map(|x| x * x).sum();
/// assert_eq!(total.item(), 21.0);
/// ```
///
/// # Panics
/// If there are none, because a 0 would have no tape; or if their shapes differ.
impl<'t, F: Scalar> Sum for Var<'t, F> {
    fn sum<I: Iterator<Item = Var<'t, F>>>(terms: I) -> Self {
        let terms: SmallVec<[Var<'t, F>; 4]> = terms.collect();
        match terms[..] {
            [] => {
                panic!("sum: there is no Var to add, and a 0 would have no tape; begin the sum with tape.constant(0.0)")
            }
            [only] => only,
            [first, ..] => first.tape.record(AddN, &terms),
        }
    }
}
