//! A rectangular part of an array, and an array with zeros around it. Each is the gradient of the other.

use crate::kernel::elementwise::walk;
use crate::op::{flows, says};
use crate::{MAX_RANK, Op, Reach, Scalar, Shape, Var, View, ViewMut};
use smallvec::SmallVec;

/// A pair for each axis: (start, end), or (before, after).
pub(super) type PerAxis = SmallVec<[(usize, usize); MAX_RANK]>;

/// y = the part of x in a range along each axis
#[derive(Debug, PartialEq)]
pub struct Slice {
    /// For each axis, the first index and the one after the last.
    ranges: PerAxis,
}

impl<F: Scalar> Op<F> for Slice {
    says!("slice", "y = x[from..to, ...]");
    flows! { |self, g, [x]| "dx = g with zeros around it" => {
        g.pad(&for_each_axis(&self.ranges, x.shape(), |(from, to), length| (from, length - to)))
    } }
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
        each_place(y.shape, x[0].shape, &self.ranges, |i, place| y.data[i] = x[0].data[place]);
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::shifted(self.ranges.iter().map(|&(from, _)| from as isize))
    }
}

/// y = x with zeros around it
#[derive(Debug, PartialEq)]
pub struct Pad {
    /// For each axis, how many zeros before and after.
    margins: PerAxis,
}

impl<F: Scalar> Op<F> for Pad {
    says!("pad", "y = x with zeros around it");
    flows! { |self, g, [x]| "dx = the part of g that x went to" => {
        g.slice(&for_each_axis(&self.margins, x.shape(), |(before, _), length| (before, before + length)))
    } }
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
        each_place(x[0].shape, y.shape, &self.margins, |i, place| y.data[place] = x[0].data[i]);
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::shifted(self.margins.iter().map(|&(before, _)| -(before as isize)))
    }
}

/// A pair for each axis, made of another pair and the length of the axis.
fn for_each_axis(pairs: &PerAxis, shape: Shape, pair: impl Fn((usize, usize), usize) -> (usize, usize)) -> PerAxis {
    pairs.iter().zip(shape.iter()).map(|(&each, &length)| pair(each, length)).collect()
}

/// Calls `visit` for every element of a block inside an array of shape `around`, with its place in the block and in the array. The pairs say where along
/// each axis the block starts.
fn each_place(block: Shape, around: Shape, pairs: &PerAxis, mut visit: impl FnMut(usize, usize)) {
    let strides = around.strides_towards(around);
    let first: usize = pairs.iter().zip(&strides).map(|(&(start, _), stride)| start * stride).sum();
    let mut i = 0;
    walk(block, [strides], |[offset]| {
        visit(i, first + offset);
        i += 1;
    });
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

    /// The array with `(before, after)` zeros along each axis.
    #[track_caller]
    pub fn pad(self, margins: &[(usize, usize)]) -> Self {
        self.tape.record(Pad { margins: PerAxis::from_slice(margins) }, &[self])
    }
}
