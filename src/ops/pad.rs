//! An array with zeros around it: the gradient of a [`slice`](super::slice).

use super::slice::{PerAxis, block_in};
use crate::kernel::elementwise::walk;
use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = x with zeros around it
#[derive(Debug, PartialEq)]
pub struct Pad {
    /// For each axis, how many zeros before and after.
    margins: PerAxis,
}

impl<F: Scalar> Op<F> for Pad {
    says!("pad", "y = x with zeros around it", ["dx = the part of g that x went to"]);
    fn attributes(&self) -> String {
        format!("{:?}", self.margins)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let x = operands[0];
        if self.margins.len() != x.rank() {
            return Err(format!("{x} has {} axes, but there are {} margins", x.rank(), self.margins.len()));
        }
        let mut y = x;
        for (axis, (before, after)) in self.margins.iter().enumerate() {
            y = y.with_axis(axis, x[axis].saturating_add(*before).saturating_add(*after));
        }
        Ok(y)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.fill(F::ZERO);
        let (first, strides) = block_in(y.shape, self.margins.iter().map(|margin| margin.0));
        let mut elements = x[0].data.iter();
        walk(x[0].shape, [strides], |[offset]| {
            if let Some(&x) = elements.next() {
                y.data[first + offset] = x;
            }
        });
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::shifted(self.margins.iter().map(|&(before, _)| -(before as isize)))
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, x) = (at.cotangent(), at.operand(0).shape());
        let range = |(&(before, _), &length): (&(usize, usize), &usize)| (before, before + length);
        let ranges: PerAxis = self.margins.iter().zip(x.iter()).map(range).collect();
        [at.to(0, || g.slice(&ranges))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The array with `(before, after)` zeros along each axis.
    #[track_caller]
    pub fn pad(self, margins: &[(usize, usize)]) -> Self {
        self.tape.record(Pad { margins: PerAxis::from_slice(margins) }, &[self])
    }
}
