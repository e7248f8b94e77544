//! A part of an array: evenly spaced places along each axis, forwards or backwards; and the array with zeros around and between. Each is the gradient of
//! the other.

use crate::kernel::elementwise::walk;
use crate::kernel::parallel;
use crate::op::{flows, says};
use crate::{Along, Axis, MAX_RANK, Op, Reach, Scalar, Shape, Var, View, ViewMut};
use ndarray::{SliceInfo, SliceInfoElem};
use smallvec::SmallVec;

/// One entry for each axis.
pub(crate) type PerAxis<T> = SmallVec<[T; MAX_RANK]>;

/// Every `step`th index of `from..to`, as in ndarray: a negative step starts at the last index of the range, and walks back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) step: isize,
}

impl Range {
    pub(crate) fn count(self) -> usize {
        (self.to - self.from).div_ceil(self.step.unsigned_abs())
    }

    /// The number of indices from the first to the last that it visits.
    pub(crate) fn span(self) -> usize {
        span(self.count(), self.step)
    }

    /// The first index that it visits.
    fn start(self) -> usize {
        if self.step > 0 { self.from } else { self.to.saturating_sub(1) }
    }

    pub(crate) fn indices(self) -> impl Iterator<Item = usize> {
        (0..self.count()).map(move |i| self.start().wrapping_add_signed(self.step * i as isize))
    }

    /// What a range leaves out of an axis: the opposite of [`Margins::range`].
    fn margins(self, length: usize) -> Margins {
        let span = self.span();
        let before = if self.step > 0 { self.from } else { self.to - span };
        Margins { before, after: length - before - span, step: self.step }
    }
}

/// Zeros before and after the elements of an axis, and |step| - 1 zeros between each two. A negative step turns the order round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Margins {
    pub(crate) before: usize,
    pub(crate) after: usize,
    pub(crate) step: isize,
}

impl Margins {
    /// Where in the result the elements of an axis of this length are.
    fn range(self, length: usize) -> Range {
        Range { from: self.before, to: self.before.saturating_add(span(length, self.step)), step: self.step }
    }
}

/// The number of indices from the first to the last of `count` that are `step` apart.
fn span(count: usize, step: isize) -> usize {
    count.saturating_sub(1).saturating_mul(step.unsigned_abs()).saturating_add(count.min(1))
}

/// `[1..3, 0..6 by -2]`
fn listed<T: Copy>(entries: &[T], text: impl Fn(T) -> String, step: impl Fn(T) -> isize) -> String {
    let by = |entry| if step(entry) == 1 { String::new() } else { format!(" by {}", step(entry)) };
    let entries: Vec<String> = entries.iter().map(|&entry| text(entry) + &by(entry)).collect();
    format!("[{}]", entries.join(", "))
}

/// Refuses a step of 0.
fn step_of(step: isize, axis: usize) -> Result<(), String> {
    (step != 0).then_some(()).ok_or_else(|| format!("along axis {axis} the step is 0, which leads to no other index"))
}

/// y = the elements of x at evenly spaced places along each axis
#[derive(Debug, PartialEq)]
pub struct Slice {
    pub(crate) ranges: PerAxis<Range>,
}

impl<F: Scalar> Op<F> for Slice {
    says!("slice", "y = x[from..to, ...]");
    flows! { |self, g, [x]| "dx = g where y is from, zeros elsewhere" => {
        let shape = x.shape();
        let margins = self.ranges.iter().zip(shape.iter()).map(|(range, &length)| range.margins(length)).collect();
        g.tape.record(Pad { margins }, &[g])
    } }
    fn attributes(&self) -> String {
        listed(&self.ranges, |range| format!("{}..{}", range.from, range.to), |range| range.step)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let x = operands[0];
        if self.ranges.len() != x.rank() {
            return Err(format!("{x} has {} axes, but there are {} ranges", x.rank(), self.ranges.len()));
        }
        let mut y = x;
        for (axis, range) in self.ranges.iter().enumerate() {
            let Range { from, to, step } = *range;
            if from > to || to > x[axis] {
                return Err(format!("{from}..{to} is no range of axis {axis} of {x}, which has length {}", x[axis]));
            }
            step_of(step, axis)?;
            y = y.with_axis(axis, range.count());
        }
        Ok(y)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        each_run(y.shape, x[0].shape, &self.ranges, |to, from, length| {
            parallel::copy(&x[0].data[from..from + length], &mut y.data[to..to + length]);
        });
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        let along = |(axis, range): (usize, &Range)| match range.step {
            1 => Along::Index { axis, shift: range.from as isize },
            _ => Along::Listed { axis, list: range.indices().collect() },
        };
        Reach::Axes(self.ranges.iter().enumerate().map(along).collect())
    }
}

/// y = x with zeros around it, and between its elements
#[derive(Clone, Debug, PartialEq)]
pub struct Pad {
    pub(crate) margins: PerAxis<Margins>,
}

impl Pad {
    /// Where in the result the elements of x are.
    fn ranges(&self, x: Shape) -> PerAxis<Range> {
        self.margins.iter().zip(x.iter()).map(|(margins, &length)| margins.range(length)).collect()
    }
}

impl<F: Scalar> Op<F> for Pad {
    says!("pad", "y = x with zeros around it");
    flows! { |self, g, [x]| "dx = the part of g that x went to" => {
        g.tape.record(Slice { ranges: self.ranges(x.shape()) }, &[g])
    } }
    fn attributes(&self) -> String {
        listed(&self.margins, |margins| format!("({}, {})", margins.before, margins.after), |margins| margins.step)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let x = operands[0];
        if self.margins.len() != x.rank() {
            return Err(format!("{x} has {} axes, but there are {} margins", x.rank(), self.margins.len()));
        }
        let mut y = x;
        for (axis, (range, margins)) in self.ranges(x).iter().zip(&self.margins).enumerate() {
            step_of(margins.step, axis)?;
            y = y.with_axis(axis, range.to.saturating_add(margins.after));
        }
        Ok(y)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.fill(F::ZERO);
        each_run(x[0].shape, y.shape, &self.ranges(x[0].shape), |from, to, length| {
            parallel::copy(&x[0].data[from..from + length], &mut y.data[to..to + length]);
        });
    }
    fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
        let along = |(axis, range): (usize, Range)| match range.step {
            1 => Along::Index { axis, shift: -(range.from as isize) },
            _ => Along::Where { axis, list: range.indices().collect() },
        };
        Reach::Axes(self.ranges(operands[0].shape).into_iter().enumerate().map(along).collect())
    }
}

/// Calls `visit` for every run of elements of a block that are neighbours in the array around it, too: with its place in the block, its place in the
/// array, and its length. The ranges say which indices along each axis of the array belong to the block.
fn each_run(block: Shape, around: Shape, ranges: &[Range], mut visit: impl FnMut(usize, usize, usize)) {
    let mut strides = around.strides_towards(around);
    let mut first = 0;
    for (stride, range) in strides.iter_mut().zip(ranges) {
        first += range.start() * *stride;
        *stride = stride.wrapping_mul(range.step as usize);
    }
    // A run goes on along the axis before, if it has all elements of its own.
    let (mut axes, mut length) = (block.rank(), 1);
    while axes > 0 && ranges[axes - 1].step == 1 {
        axes -= 1;
        length *= block[axes];
        if block[axes] < around[axes] {
            break;
        }
    }
    let mut place = 0;
    walk(Shape::new(&block[..axes]), [strides], |[offset]| {
        visit(place, first.wrapping_add(offset), length);
        place += length;
    });
}

/// What [`Var::slice`] takes: a range `(from, to)` for each axis, or what ndarray's macro `s!` makes.
pub trait SliceArg {
    /// One element for each axis, as ndarray has them.
    fn elements(&self) -> SmallVec<[SliceInfoElem; MAX_RANK]>;
}

impl SliceArg for &[(usize, usize)] {
    fn elements(&self) -> SmallVec<[SliceInfoElem; MAX_RANK]> {
        // No array is as long as isize::MAX.
        let index = |index| isize::try_from(index).unwrap_or(isize::MAX);
        self.iter().map(|&(from, to)| SliceInfoElem::from(index(from)..index(to))).collect()
    }
}

impl<const N: usize> SliceArg for &[(usize, usize); N] {
    fn elements(&self) -> SmallVec<[SliceInfoElem; MAX_RANK]> {
        self.as_slice().elements()
    }
}

impl<T: AsRef<[SliceInfoElem]>, In: ndarray::Dimension, Out: ndarray::Dimension> SliceArg for SliceInfo<T, In, Out> {
    fn elements(&self) -> SmallVec<[SliceInfoElem; MAX_RANK]> {
        self.as_ref().iter().copied().collect()
    }
}

/// The ranges that the elements mean for an array of this shape, and the shape of the result, where an index has removed its axis and a new one has
/// been inserted.
fn resolved(elements: &[SliceInfoElem], x: Shape) -> Result<(PerAxis<Range>, SmallVec<[usize; 8]>), String> {
    let (mut ranges, mut lengths) = (PerAxis::new(), SmallVec::new());
    let from_start = |index: isize, length: usize| if index < 0 { length as isize + index } else { index };
    for &element in elements {
        let axis = ranges.len();
        let length = x.get(axis).copied().unwrap_or(0);
        let refused = || format!("{element} is no part of axis {axis} of {x}, which has length {length}");
        let place = |index| usize::try_from(from_start(index, length)).map_err(|_| refused());
        match element {
            SliceInfoElem::NewAxis => lengths.push(1),
            _ if axis >= x.rank() => ranges.push(Range { from: 0, to: 0, step: 1 }),
            SliceInfoElem::Index(index) => {
                let from = place(index)?;
                if from >= length {
                    return Err(refused());
                }
                ranges.push(Range { from, to: from + 1, step: 1 });
            }
            SliceInfoElem::Slice { start, end, step } => {
                let (from, to) = (place(start)?, end.map_or(Ok(length), place)?);
                ranges.push(Range { from, to, step });
                lengths.push(if from <= to && step != 0 { Range { from, to, step }.count() } else { 0 });
            }
        }
    }
    Ok((ranges, lengths))
}

impl<'t, F: Scalar> Var<'t, F> {
    /// A part of the array: a range `(from, to)` along each axis, where `to` is not included; or anything that ndarray's macro `s!` writes.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.slice(&[(0, 2), (1, 3)]);
    /// assert_eq!(y.value(), ndarray::arr2(&[[2.0, 3.0], [5.0, 6.0]]).into_dyn());
    /// // The last row, every second number, backwards.
    /// assert_eq!(x.slice(s![-1, ..;-2]).value(), ndarray::arr1(&[6.0, 4.0]).into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there is not one range for each axis, or the axis does not have all of a range.
    #[track_caller]
    pub fn slice(self, part: impl SliceArg) -> Self {
        let elements = part.elements();
        let (ranges, lengths) = self.unless_refused("slice", resolved(&elements, self.shape()));
        let part = self.tape.record(Slice { ranges }, &[self]);
        match elements.iter().all(|element| element.is_slice()) {
            true => part,
            false => part.reshape(Shape::new(&lengths)),
        }
    }

    /// The elements in the opposite order along an axis.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// assert_eq!(tape.var([1.0, 2.0, 3.0]).flip(0).value(), ndarray::arr1(&[3.0, 2.0, 1.0]).into_dyn());
    /// ```
    #[track_caller]
    pub fn flip(self, axis: impl Into<Axis>) -> Self {
        let axis = self.axis("flip", axis);
        self.along(axis, 0, self.shape()[axis], -1)
    }

    /// Every `step`th element from index `from` up to `to`, which is not included, along one axis.
    #[track_caller]
    pub(super) fn along(self, axis: usize, from: usize, to: usize, step: isize) -> Self {
        let mut ranges: PerAxis<Range> = self.shape().iter().map(|&to| Range { from: 0, to, step: 1 }).collect();
        ranges[axis] = Range { from, to, step };
        self.tape.record(Slice { ranges }, &[self])
    }

    /// The array with `(before, after)` zeros along each axis.
    #[track_caller]
    pub fn pad(self, margins: &[(usize, usize)]) -> Self {
        let margins = margins.iter().map(|&(before, after)| Margins { before, after, step: 1 });
        self.tape.record(Pad { margins: margins.collect() }, &[self])
    }
}
