//! A rectangular part of an array. Its opposite is [`pad`](super::pad).

use crate::kernel::elementwise::walk;
use crate::op::says;
use crate::{Cotangents, Local, MAX_RANK, Op, Reach, Scalar, Shape, Var, View, ViewMut};
use smallvec::SmallVec;

/// A pair for each axis: (start, end), or (before, after).
pub(super) type PerAxis = SmallVec<[(usize, usize); MAX_RANK]>;

/// y = the part of x in a range along each axis
#[derive(Debug, PartialEq)]
pub struct Slice {
    /// For each axis, the first index and the one after the last.
    ranges: PerAxis,
}

/// The offset of a block's first element in an array of `shape`, if the block starts at the indices `start`; and the strides of that array.
pub(super) fn block_in(shape: Shape, start: impl Iterator<Item = usize>) -> (usize, [usize; MAX_RANK]) {
    let strides = shape.strides_towards(shape);
    (start.zip(&strides).map(|(start, stride)| start * stride).sum(), strides)
}

impl<F: Scalar> Op<F> for Slice {
    says!("slice", "y = x[from..to, ...]", ["dx = g, with zeros around it"]);
    fn attributes(&self) -> String {
        let ranges: Vec<String> = self.ranges.iter().map(|(from, to)| format!("{from}..{to}")).collect();
        format!("[{}]", ranges.join(", "))
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let x = operands[0];
        if self.ranges.len() != x.rank() {
            return Err(format!("{x} has {} axes, but there are {} ranges", x.rank(), self.ranges.len()));
        }
        let mut y = x;
        for (axis, &(from, to)) in self.ranges.iter().enumerate() {
            if from > to || to > x[axis] {
                return Err(format!("{from}..{to} is no range of axis {axis} of {x}, which has length {}", x[axis]));
            }
            y = y.with_axis(axis, to - from);
        }
        Ok(y)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let (first, strides) = block_in(x[0].shape, self.ranges.iter().map(|range| range.0));
        let mut out = y.data.iter_mut();
        walk(y.shape, [strides], |[offset]| {
            if let Some(y) = out.next() {
                *y = x[0].data[first + offset];
            }
        });
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::shifted(self.ranges.iter().map(|&(from, _)| from as isize))
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, x) = (at.cotangent(), at.operand(0).shape());
        let margin = |(&(from, to), &length): (&(usize, usize), &usize)| (from, length - to);
        let margins: PerAxis = self.ranges.iter().zip(x.iter()).map(margin).collect();
        [at.to(0, || g.pad(&margins))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The part of the array in a range `(from, to)` along each axis; `to` is not included.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.slice(&[(0, 2), (1, 3)]);
    /// assert_eq!(y.value(), ndarray::arr2(&[[2.0, 3.0], [5.0, 6.0]]).into_dyn());
    /// ```
    #[track_caller]
    pub fn slice(self, ranges: &[(usize, usize)]) -> Self {
        self.tape.record(Slice { ranges: PerAxis::from_slice(ranges) }, &[self])
    }
}
