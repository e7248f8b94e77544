//! The square root.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = √x
#[derive(Debug, PartialEq)]
pub struct Sqrt;

impl<F: Scalar> Op<F> for Sqrt {
    fn name(&self) -> &'static str {
        "sqrt"
    }
    fn formula(&self) -> &'static str {
        "y = √x"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, F::sqrt)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1 / (2 y)", "dx = g / (2 y)")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (at.cotangent(), at.output());
        [at.to(0, || g.over(2.0 * y))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The square root of each element. Its slope at 0 is infinite.
    #[track_caller]
    pub fn sqrt(self) -> Self {
        self.tape.record(Sqrt, &[self])
    }
}
