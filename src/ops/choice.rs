//! One of two numbers, chosen by a condition. What is not chosen gets the gradient 0, and so do all numbers that it was computed from, even if they
//! are infinite or not a number.

use super::broadcast_shape;
use crate::kernel::elementwise::zip_three;
use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = a where c ≠ 0, else b
#[derive(Debug, PartialEq)]
pub struct Where;

impl<F: Scalar> Op<F> for Where {
    says!("where", "y = a where c ≠ 0, else b");
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let either = broadcast_shape(&operands[1..])?;
        broadcast_shape(&[operands[0], either])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip_three(x, y, |c, a, b| if c != F::ZERO { a } else { b });
    }
    fn slopes(&self) -> &'static [Slope] {
        &[
            Slope::None,
            Slope::Each("1 where c ≠ 0, else 0", "da = g where c ≠ 0, else 0"),
            Slope::Each("0 where c ≠ 0, else 1", "db = 0 where c ≠ 0, else g"),
        ]
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, c, nothing) = (at.cotangent(), at.operand(0), || at.tape.constant(0.0));
        [at.no_gradient(), at.to(1, || Var::where_(c, g, nothing())), at.to(2, || Var::where_(c, nothing(), g))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The elements of `a` where `condition` is not 0, else those of `b`: NumPy's and PyTorch's `where`, with broadcasting. Conditions are made by
    /// [`gt`](Var::gt) and the other comparisons, or given as an input of 0 and 1; nothing flows back to them.
    ///
    /// What is not chosen gets the gradient 0, even where its own slope is infinite. Its value may be anything, too:
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (x, zero) = (tape.var([0.0, 4.0]), tape.constant(0.0));
    /// let y = Var::where_(x.gt(zero), x.ln(), zero); // the logarithm of 0 is -∞
    /// assert_eq!(y.sum().backward().wrt(x).value(), ndarray::arr1(&[0.0, 0.25]).into_dyn());
    /// ```
    #[track_caller]
    pub fn where_(condition: Self, a: Self, b: Self) -> Self {
        condition.tape.record(Where, &[condition, a, b])
    }
}
