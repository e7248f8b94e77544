//! The sum over axes.

use crate::kernel::sum::sum_to;
use crate::op::says;
use crate::{Axes, Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = Σ x over some axes
#[derive(Debug, PartialEq)]
pub struct Sum {
    /// The axes to sum over.
    pub axes: Axes,
    /// Whether the result keeps these axes, with length 1.
    pub keepdims: bool,
}

/// The shape rule of reductions: the axes must exist.
pub(crate) fn reduced_shape(operand: Shape, axes: Axes, keepdims: bool) -> Result<Shape, String> {
    match axes.beyond(operand.rank()) {
        Some(axis) => Err(format!("{operand} has no axis {axis}")),
        None => Ok(operand.reduced(axes, keepdims)),
    }
}

/// How listings show a reduction.
pub(crate) fn reduction(axes: Axes, keepdims: bool) -> String {
    format!("{axes:?}{}", if keepdims { " keepdims" } else { "" })
}

impl<F: Scalar> Op<F> for Sum {
    says!("sum", "y = Σ x", ["dx = g, copied along the axes that were summed over"]);
    fn attributes(&self) -> String {
        reduction(self.axes, self.keepdims)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        reduced_shape(operands[0], self.axes, self.keepdims)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let shape = x[0].shape.reduced(self.axes, true);
        sum_to(x[0], ViewMut { data: y.data, shape }, F::narrow)
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::reduced(operands[0].shape, self.axes, self.keepdims)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let x = at.operand(0).shape();
        [at.to(0, || at.cotangent().reshape(x.reduced(self.axes, true)).broadcast_to(x))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The sum of all elements, a single number.
    #[track_caller]
    pub fn sum(self) -> Self {
        self.sum_axes(Axes::ALL)
    }

    /// The sum over some axes, which the result does not have: `x.sum_axes(0)`, `x.sum_axes([0, 2])`.
    #[track_caller]
    pub fn sum_axes(self, axes: impl Into<Axes>) -> Self {
        self.tape.record(Sum { axes: axes.into(), keepdims: false }, &[self])
    }

    /// The sum over some axes, which the result keeps with length 1.
    #[track_caller]
    pub fn sum_axes_keepdims(self, axes: impl Into<Axes>) -> Self {
        self.tape.record(Sum { axes: axes.into(), keepdims: true }, &[self])
    }
}
