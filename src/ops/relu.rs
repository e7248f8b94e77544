//! The rectified linear unit, and its backward kernel.

use super::{equal_shapes, same_shape};
use crate::kernel::elementwise::{map, zip};
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = max(x, 0)
#[derive(Debug, PartialEq)]
pub struct Relu;

impl<F: Scalar> Op<F> for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }
    fn formula(&self) -> &'static str {
        "y = max(x, 0)"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, relu)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1 where y > 0, else 0", "dx = g where y > 0, else 0")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (at.cotangent(), at.output());
        [at.to(0, || y.tape.record(ReluGrad, &[y, g]))].into()
    }
}

/// dx = g where y > 0, else 0, in one pass over memory
#[derive(Debug, PartialEq)]
pub struct ReluGrad;

impl<F: Scalar> Op<F> for ReluGrad {
    fn name(&self) -> &'static str {
        "relu'"
    }
    fn formula(&self) -> &'static str {
        "dx = g where y > 0, else 0"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        equal_shapes(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        zip(x[0], x[1], dx, |y, g| if passes(y) { g } else { F::ZERO })
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::None, Slope::Each("1 where y > 0, else 0", "dg = h where y > 0, else 0")]
    }
    // h: what arrives at dx. y only decides where g passes, so nothing flows to it.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [y, _]) = (at.cotangent(), at.operands());
        [at.no_gradient(), at.to(1, || y.tape.record(ReluGrad, &[y, h]))].into()
    }
}

/// Whether the slope is 1 and not 0. At the kink, 0, it is 0, and of x and y either may be asked.
#[inline(always)]
fn passes<F: Scalar>(x: F) -> bool {
    x > F::ZERO
}

#[inline(always)]
fn relu<F: Scalar>(x: F) -> F {
    let y = if x < F::ZERO { F::ZERO } else { x };
    y.with_slopes(|| [(x, if passes(x) { F::ONE } else { F::ZERO })])
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element, or 0 where it is negative. It has a kink at 0, where we take the slope 0, by convention.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([-1.0, 0.0, 2.0]);
    /// let gradients = x.relu().sum().backward();
    /// assert_eq!(gradients.wrt(x).value(), ndarray::arr1(&[0.0, 0.0, 1.0]).into_dyn());
    /// ```
    #[track_caller]
    pub fn relu(self) -> Self {
        self.tape.record(Relu, &[self])
    }
}
