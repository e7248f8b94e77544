//! The axes of an array in another order.

use crate::kernel::elementwise::walk;
use crate::op::says;
use crate::{Along, Cotangents, Local, MAX_RANK, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y[.., iₖ, ..] = x[..], where axis k of y is axis `axes[k]` of x
#[derive(Debug, PartialEq)]
pub struct Permute {
    /// For each axis of the result, the operand's axis it comes from.
    axes: Shape,
}

impl<F: Scalar> Op<F> for Permute {
    says!("permute", "y = x with its axes in another order", ["dx = g with its axes back in the old order"]);
    fn attributes(&self) -> String {
        format!("axes {}", self.axes)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let x = operands[0];
        if self.axes.rank() != x.rank() || !(0..x.rank()).all(|axis| self.axes.contains(&axis)) {
            return Err(format!("{} must name each of the {} axes of {x} once", self.axes, x.rank()));
        }
        let mut y = x;
        for (to, &from) in self.axes.iter().enumerate() {
            y = y.with_axis(to, x[from]);
        }
        Ok(y)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let from = x[0].shape.strides_towards(x[0].shape);
        let mut strides = [0; MAX_RANK];
        for (stride, &axis) in strides.iter_mut().zip(self.axes.iter()) {
            *stride = from[axis];
        }
        let mut out = y.data.iter_mut();
        walk(y.shape, [strides], |[i]| {
            if let Some(y) = out.next() {
                *y = x[0].data[i];
            }
        });
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        let along = |axis| Along::index(self.axes.iter().position(|&from| from == axis).unwrap_or_default());
        Reach::Axes((0..self.axes.rank()).map(along).collect())
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let mut back = self.axes;
        for (to, &from) in self.axes.iter().enumerate() {
            back = back.with_axis(from, to);
        }
        [at.to(0, || at.cotangent().permute(&back))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The axes in another order: `x.permute(&[0, 3, 1, 2])` puts the last axis of four second.
    #[track_caller]
    pub fn permute(self, axes: &[usize]) -> Self {
        self.tape.record(Permute { axes: axes.into() }, &[self])
    }
}
