//! Multiplication, element by element, with broadcasting.

use super::broadcast_shape;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = a b
#[derive(Debug, PartialEq)]
pub struct Mul;

impl<F: Scalar> Op<F> for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }
    fn formula(&self) -> &'static str {
        "y = a b"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, |a, b| a * b)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("b", "da = g b"), Slope::Each("a", "db = g a")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, b]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(b)), at.to(1, || g.through(a))].into()
    }
}

/// y = g s: what flows, through a slope
#[derive(Debug, PartialEq)]
pub struct Through;

impl<F: Scalar> Op<F> for Through {
    fn name(&self) -> &'static str {
        "mul"
    }
    fn formula(&self) -> &'static str {
        "y = a b"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, F::through)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("b", "da = g b"), Slope::Each("a", "db = g a")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [g, slope]) = (at.cotangent(), at.operands());
        [at.to(0, || h.through(slope)), at.to(1, || h.through(g))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// In a vjp, the gradient that arrived times the slope it meets. It is the product, but 0 times infinity is 0: where nothing
    /// arrives nothing flows, however steep the function, and through a slope of 0 nothing flows, however much arrives.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([0.0, 4.0]);
    /// let y = x.sqrt().maximum(tape.constant(1.0)).sum(); // at 0 the square root is infinitely steep, but nothing arrives there
    /// assert_eq!(y.backward().wrt(x).value(), ndarray::arr1(&[0.0, 0.25]).into_dyn());
    /// ```
    #[track_caller]
    pub fn through(self, slope: Self) -> Self {
        self.tape.record(Through, &[self, slope])
    }
}
