//! Arithmetic. Each row has y, and what flows back to a and to b when g arrives at y. The operators of [`Var`] record these ops.

use crate::formula::{binary_functions, plain_functions};
use crate::{Scalar, Var};

plain_functions! {
    /// y = -x
    Neg "neg", [RECORDED]: |x| -x, |g, _x, _y| -g;
}

binary_functions! {
    /// y = a + b
    Add "add": |a, b| a + b,
        |g, _a, _b, _y| g,
        |g, _a, _b, _y| g;

    /// y = a - b
    Sub "sub": |a, b| a - b,
        |g, _a, _b, _y| g,
        |g, _a, _b, _y| -g;

    /// y = a b
    Mul "mul": |a, b| a * b,
        |g, _a, b, _y| g.through(b),
        |g, a, _b, _y| g.through(a);

    /// y = a / b
    Div "div": |a, b| a / b,
        |g, _a, b, _y| g.over(b),
        |g, _a, b, y| -g.through(y).over(b);

    /// y = aᵇ
    PowTensor "pow_tensor": |a, b| a.powf(b),
        |g, a, b, _y| g.through(b.through(a.powf(b - T::one()))),
        |g, a, _b, y| g.through(y.through(a.ln())),
        /// `self` to the power of `exponent`, element by element, with broadcasting. Gradients flow to both; the one to the exponent is
        /// real only for a positive base; for the base 0 it is the limit of aᵇ ln a: 0 for a positive exponent, -∞ for 0. If the exponent is a plain number, use [`pow`](crate::Var::pow).
        pow_var(exponent);

    /// y = a b: a gradient a times a slope b
    Through "mul": |a, b| a.through(b),
        |g, _a, b, _y| g.through(b),
        |g, a, _b, _y| g.through(a),
        /// In a vjp, the gradient that arrived (`self`) times a slope. It is the product, but 0 times infinity is 0: where nothing
        /// arrives nothing flows, however steep the function, and through a slope of 0 nothing flows, however much arrives.
        ///
        /// ```
        /// # use gradus::prelude::*;
        /// let tape = Tape::new();
        /// let x = tape.var([0.0, 4.0]);
        /// let y = x.sqrt().maximum(tape.constant(1.0)).sum(); // at 0 the square root is infinitely steep, but nothing arrives there
        /// assert_eq!(y.backward().wrt(x).value(), ndarray::arr1(&[0.0, 0.25]).into_dyn());
        /// ```
        through(slope);

    /// y = a / b: a gradient a times a slope of 1 / b
    Over "div": |a, b| a.over(b),
        |g, _a, b, _y| g.over(b),
        |g, _a, b, y| -g.through(y).over(b),
        /// In a vjp, the gradient that arrived, [`through`](crate::Var::through) a slope of 1 / `divisor`: the quotient, but 0 / 0 is 0, and so is
        /// infinity / infinity.
        over(divisor);
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element times itself.
    #[track_caller]
    pub fn square(self) -> Self {
        self * self
    }

    /// 1 divided by each element.
    #[track_caller]
    pub fn reciprocal(self) -> Self {
        1.0 / self
    }
}
