//! The maximum over axes.

use super::sum::{reduced_shape, reduction};
use crate::kernel::reduce;
use crate::op::says;
use crate::{Axes, Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = max x over some axes
#[derive(Debug, PartialEq)]
pub struct Max {
    /// The axes to take the maximum over.
    pub axes: Axes,
    /// Whether the result keeps these axes, with length 1.
    pub keepdims: bool,
}

impl<F: Scalar> Op<F> for Max {
    says!("max", "y = max x", ["dx = g at the largest elements, shared equally among them; 0 elsewhere"]);
    fn attributes(&self) -> String {
        reduction(self.axes, self.keepdims)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (x, y) = (operands[0], reduced_shape(operands[0], self.axes, self.keepdims)?);
        match x.size() == 0 && y.size() > 0 {
            true => Err(format!("{x} has no elements along {:?}, and nothing is the largest of none", self.axes)),
            false => Ok(y),
        }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let shape = x[0].shape.reduced(self.axes, true);
        reduce::max_to(x[0], ViewMut { data: y.data, shape })
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::reduced(operands[0].shape, self.axes, self.keepdims)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y, [x]) = (at.cotangent(), at.output(), at.operands());
        let kept = x.shape().reduced(self.axes, true);
        let dx = || {
            let largest = x.equals(y.reshape(kept));
            (g.reshape(kept) / largest.sum_axes_keepdims(self.axes)).through(largest)
        };
        [at.to(0, dx)].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The largest element. Where several are equally large, they share the gradient equally, by convention.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([1.0, 7.0, 7.0]);
    /// assert_eq!(x.max().item(), 7.0);
    /// assert_eq!(x.max().backward().wrt(x).value(), ndarray::arr1(&[0.0, 0.5, 0.5]).into_dyn());
    /// ```
    #[track_caller]
    pub fn max(self) -> Self {
        self.max_axes(Axes::ALL)
    }

    /// The maximum over some axes, which the result does not have.
    #[track_caller]
    pub fn max_axes(self, axes: impl Into<Axes>) -> Self {
        self.tape.record(Max { axes: axes.into(), keepdims: false }, &[self])
    }

    /// The maximum over some axes, which the result keeps with length 1.
    #[track_caller]
    pub fn max_axes_keepdims(self, axes: impl Into<Axes>) -> Self {
        self.tape.record(Max { axes: axes.into(), keepdims: true }, &[self])
    }
}
