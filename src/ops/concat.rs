//! Arrays joined along an axis.

use crate::op::says;
use crate::{Axis, Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = x₁, x₂, ..., xₙ one after the other along an axis
#[derive(Debug, PartialEq)]
pub struct Concat {
    /// The axis along which the operands lie one after the other.
    pub axis: usize,
}

impl<F: Scalar> Op<F> for Concat {
    says!("concat", "y = x₁, x₂, ..., xₙ along an axis");
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let first = *operands.first().ok_or("there is nothing to join")?;
        if self.axis >= first.rank() {
            return Err(format!("{first} has no axis {}", self.axis));
        }
        let mut length = 0;
        for other in operands {
            if other.rank() != first.rank() || other.with_axis(self.axis, 0) != first.with_axis(self.axis, 0) {
                return Err(format!(
                    "{first} and {other} differ in more than axis {}, along which they are joined",
                    self.axis
                ));
            }
            length += other[self.axis];
        }
        Ok(first.with_axis(self.axis, length))
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let (blocks, length, after) = y.shape.around(self.axis);
        let mut start = 0;
        for part in x {
            let run = part.shape[self.axis] * after;
            for block in 0..blocks {
                let to = block * length * after + start;
                y.data[to..to + run].copy_from_slice(&part.data[block * run..(block + 1) * run]);
            }
            start += run;
        }
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        let start: usize = operands[..slot].iter().map(|part| part.shape[self.axis]).sum();
        Reach::shifted((0..result.rank()).map(|axis| if axis == self.axis { -(start as isize) } else { 0 }))
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Whole("dxᵢ = the part of g that xᵢ went to")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let g = at.cotangent();
        let mut start = 0;
        let part = |slot| {
            let from = start;
            start += at.operand(slot).shape()[self.axis];
            at.to(slot, || g.along(self.axis, from, start, 1))
        };
        (0..at.operand_count()).map(part).collect()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Several arrays one after the other along `axis`; their other axes must agree.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (a, b) = (tape.var([[1.0, 2.0]]), tape.var([[3.0, 4.0]]));
    /// assert_eq!(Var::concat(&[a, b], 1).value(), ndarray::arr2(&[[1.0, 2.0, 3.0, 4.0]]).into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `parts` is empty, or where the shapes do not fit.
    #[track_caller]
    pub fn concat(parts: &[Self], axis: impl Into<Axis>) -> Self {
        assert!(!parts.is_empty(), "concat: there is nothing to join");
        parts[0].tape.record(Concat { axis: parts[0].axis("concat", axis) }, parts)
    }
}
