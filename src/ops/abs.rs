//! The absolute value.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = |x|
#[derive(Debug, PartialEq)]
pub struct Abs;

impl<F: Scalar> Op<F> for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }
    fn formula(&self) -> &'static str {
        "y = |x|"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, F::abs)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("sign(x)", "dx = g sign(x)")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(x.sign()))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The absolute value of each element. It has a kink at 0, where we take the slope 0, by convention.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([-3.0, 0.0, 2.0]);
    /// let gradients = x.abs().sum().backward();
    /// assert_eq!(gradients.wrt(x).value(), ndarray::arr1(&[-1.0, 0.0, 1.0]).into_dyn());
    /// ```
    #[track_caller]
    pub fn abs(self) -> Self {
        self.tape.record(Abs, &[self])
    }
}
