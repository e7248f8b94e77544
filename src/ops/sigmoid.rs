//! The logistic sigmoid, and its backward kernel.

use super::{equal_shapes, same_shape};
use crate::kernel::elementwise::{map, zip};
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = 1 / (1 + e⁻ˣ)
#[derive(Debug, PartialEq)]
pub struct Sigmoid;

impl<F: Scalar> Op<F> for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }
    fn formula(&self) -> &'static str {
        "y = 1 / (1 + e⁻ˣ)"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(
            x[0],
            y,
            #[inline(always)]
            |x| x.sigmoid(),
        )
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("y (1 - y)", "dx = g y (1 - y)")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.output().tape.record(SigmoidGrad, &[at.output(), at.cotangent()]))].into()
    }
}

/// dx = g y (1 - y), in one pass over memory
#[derive(Debug, PartialEq)]
pub struct SigmoidGrad;

impl<F: Scalar> Op<F> for SigmoidGrad {
    fn name(&self) -> &'static str {
        "sigmoid'"
    }
    fn formula(&self) -> &'static str {
        "dx = g y (1 - y)"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        equal_shapes(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        zip(x[0], x[1], dx, |y, g| {
            let dx = (g * y * (F::ONE - y)).or_nothing(g, y);
            dx.with_slopes(|| [(y, g.through(F::ONE - y - y)), (g, y * (F::ONE - y))])
        })
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("g (1 - 2y)", "dy = h g (1 - 2y)"), Slope::Each("y (1 - y)", "dg = h y (1 - y)")]
    }
    // h: what arrives at dx
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [y, g]) = (at.cotangent(), at.operands());
        [at.to(0, || h.through(g).through(1.0 - 2.0 * y)), at.to(1, || y.tape.record(SigmoidGrad, &[y, h]))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The logistic sigmoid of each element. Its slope is the textbook's y (1 - y), which ends where y rounds to 1: from about
    /// x = 17 on in f32, and x = 37 in f64, it is 0. For a loss use [`binary_cross_entropy_with_logits`](Var::binary_cross_entropy_with_logits), whose slope does not
    /// end.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(0.0);
    /// let y = x.sigmoid();
    /// assert_eq!(y.item(), 0.5);
    /// assert_eq!(y.backward().wrt(x).item(), 0.25); // nowhere is it steeper
    /// ```
    #[track_caller]
    pub fn sigmoid(self) -> Self {
        self.tape.record(Sigmoid, &[self])
    }
}
