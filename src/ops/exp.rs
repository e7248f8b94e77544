//! The exponential.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = eˣ
#[derive(Debug, PartialEq)]
pub struct Exp;

impl<F: Scalar> Op<F> for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }
    fn formula(&self) -> &'static str {
        "y = eˣ"
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
            |x| x.exp(),
        )
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("y", "dx = g y")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (at.cotangent(), at.output());
        [at.to(0, || g.through(y))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// e to the power of each element.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(0.0);
    /// let y = x.exp();
    /// assert_eq!(y.item(), 1.0);
    /// assert_eq!(y.backward().wrt(x).item(), 1.0); // its own derivative
    /// ```
    #[track_caller]
    pub fn exp(self) -> Self {
        self.tape.record(Exp, &[self])
    }
}
