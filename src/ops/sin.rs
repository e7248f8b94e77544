//! The sine.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = sin x
#[derive(Debug, PartialEq)]
pub struct Sin;

impl<F: Scalar> Op<F> for Sin {
    fn name(&self) -> &'static str {
        "sin"
    }
    fn formula(&self) -> &'static str {
        "y = sin x"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, F::sin)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("cos x", "dx = g cos x")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(x.cos()))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The sine of each element, in radians.
    #[track_caller]
    pub fn sin(self) -> Self {
        self.tape.record(Sin, &[self])
    }
}
