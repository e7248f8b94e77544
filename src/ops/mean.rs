//! The mean over axes.

use super::sum::{reduced_shape, reduction};
use crate::kernel::sum::sum_to;
use crate::op::says;
use crate::{Axes, Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = Σ x / n over some axes
#[derive(Debug, PartialEq)]
pub struct Mean {
    /// The axes to average over.
    pub axes: Axes,
    /// Whether the result keeps these axes, with length 1.
    pub keepdims: bool,
}

impl Mean {
    /// How many elements of `x` are averaged for one element of the result.
    fn count(&self, x: Shape) -> f64 {
        x.iter().enumerate().filter(|&(axis, _)| self.axes.contains(axis)).map(|(_, &length)| length as f64).product()
    }
}

impl<F: Scalar> Op<F> for Mean {
    says!("mean", "y = Σ x / n", ["dx = g / n, copied along the axes that were averaged over"]);
    fn attributes(&self) -> String {
        reduction(self.axes, self.keepdims)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        reduced_shape(operands[0], self.axes, self.keepdims)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let (shape, count) = (x[0].shape.reduced(self.axes, true), F::Wide::from_f64(self.count(x[0].shape)));
        sum_to(x[0], ViewMut { data: y.data, shape }, |sum| F::narrow(sum / count));
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::reduced(operands[0].shape, self.axes, self.keepdims)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let x = at.operand(0).shape();
        let share = || at.cotangent().reshape(x.reduced(self.axes, true)) / self.count(x);
        [at.to(0, || share().broadcast_to(x))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The mean of all elements. (The mean of none is not a number.)
    #[track_caller]
    pub fn mean(self) -> Self {
        self.mean_axes(Axes::ALL)
    }

    /// The mean over some axes, which the result does not have.
    #[track_caller]
    pub fn mean_axes(self, axes: impl Into<Axes>) -> Self {
        self.tape.record(Mean { axes: axes.into(), keepdims: false }, &[self])
    }

    /// The mean over some axes, which the result keeps with length 1.
    #[track_caller]
    pub fn mean_axes_keepdims(self, axes: impl Into<Axes>) -> Self {
        self.tape.record(Mean { axes: axes.into(), keepdims: true }, &[self])
    }
}
