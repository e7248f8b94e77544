//! What can be done with a value. Each method adds a line, or a few.

use super::{Block, Combine, Compare, Convolve, Each, Operation, Pair, Pool};
use crate::shape::{Axes, Shape};
use std::fmt;

/// What an array holds: numbers of the module's kind, true and false, or whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// f32 or f64.
    Number,
    /// True or false.
    Flag,
    /// Whole numbers.
    Index,
}

/// A value of a function, shown as its name: `%n7`.
#[derive(Clone, Copy)]
pub struct Value<'b> {
    pub(super) block: &'b Block<'b>,
    pub(super) id: u32,
    pub(crate) shape: Shape,
    pub(super) element: Element,
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "%{}: {}", self.block.name_of(self.id), self.shape)
    }
}

impl<'b> Value<'b> {
    /// The function that it belongs to.
    pub(crate) fn block(self) -> &'b Block<'b> {
        self.block
    }

    /// Its number among the values of the function.
    pub(crate) fn id(self) -> u32 {
        self.id
    }

    /// A constant of this shape.
    pub(crate) fn constant_like(self, x: f64) -> Value<'b> {
        self.block.constant(x, self.shape, self.element)
    }

    fn becomes(self, operation: Operation, shape: Shape) -> Value<'b> {
        self.block.line(operation, &[self], shape, self.element)
    }

    // element by element

    /// A function of each element.
    pub(crate) fn each(self, function: Each) -> Value<'b> {
        self.becomes(Operation::Each(function), self.shape)
    }

    /// A function of two elements each, with broadcasting.
    pub(crate) fn with(self, function: Pair, b: Value<'b>) -> Value<'b> {
        let [a, b] = together([self, b]);
        a.block.line(Operation::Pair(function), &[a, b], a.shape, a.element)
    }

    /// Whether a comparison holds.
    pub(crate) fn compare(self, how: Compare, b: Value<'b>) -> Value<'b> {
        let [a, b] = together([self, b]);
        a.block.line(Operation::Compare(how), &[a, b], a.shape, Element::Flag)
    }

    /// `a` where this holds, else `b`.
    pub(crate) fn select(self, a: Value<'b>, b: Value<'b>) -> Value<'b> {
        let [flag, a, b] = together([self, a, b]);
        a.block.line(Operation::Select, &[flag, a, b], a.shape, a.element)
    }

    /// The same as elements of another kind.
    pub(crate) fn convert(self, element: Element) -> Value<'b> {
        self.block.line(Operation::Convert, &[self], self.shape, element)
    }

    // shapes

    /// The same elements in another shape.
    pub(crate) fn reshape(self, shape: Shape) -> Value<'b> {
        if shape == self.shape { self } else { self.becomes(Operation::Reshape, shape) }
    }

    /// Copies along new leading axes and along those of length 1.
    pub(crate) fn broadcast_to(self, shape: Shape) -> Value<'b> {
        if shape == self.shape {
            return self;
        }
        let axes: Vec<usize> = (shape.rank() - self.shape.rank()..shape.rank()).collect();
        self.broadcast_along(&axes, shape)
    }

    /// Copies in a larger array, whose axes `axes` are the axes of this one.
    pub(crate) fn broadcast_along(self, axes: &[usize], shape: Shape) -> Value<'b> {
        self.block.copied(self, axes, shape)
    }

    /// The axes in another order.
    pub(crate) fn transpose(self, axes: &[usize]) -> Value<'b> {
        let lengths: Vec<usize> = axes.iter().map(|&axis| self.shape[axis]).collect();
        self.becomes(Operation::Transpose(axes.to_vec()), Shape::new(&lengths))
    }

    /// Every `step`th element from index `from` up to `to`, for each axis.
    pub(crate) fn slice(self, ranges: &[[usize; 3]]) -> Value<'b> {
        let lengths: Vec<usize> = ranges.iter().map(|&[from, to, step]| (to - from).div_ceil(step)).collect();
        self.becomes(Operation::Slice(ranges.to_vec()), Shape::new(&lengths))
    }

    /// The elements in the opposite order along some axes.
    pub(crate) fn reverse(self, axes: &[usize]) -> Value<'b> {
        if axes.is_empty() { self } else { self.becomes(Operation::Reverse(axes.to_vec()), self.shape) }
    }

    /// With `[before, after, between]` places of the number `fill` along each axis. A negative one cuts off.
    pub(crate) fn pad(self, fill: f64, margins: &[[isize; 3]]) -> Value<'b> {
        let length = |(&length, &[before, after, between]): (&usize, &[isize; 3])| {
            let length = length as isize;
            (before + after + length + between * (length - 1).max(0)) as usize
        };
        let lengths: Vec<usize> = self.shape.iter().zip(margins).map(length).collect();
        let fill = self.block.constant(fill, Shape::scalar(), self.element);
        self.block.line(Operation::Pad(margins.to_vec()), &[self, fill], Shape::new(&lengths), self.element)
    }

    /// Arrays one after the other along an axis.
    pub(crate) fn concatenate(parts: &[Value<'b>], axis: usize) -> Value<'b> {
        let (first, length) = (parts[0], parts.iter().map(|part| part.shape[axis]).sum());
        let shape = first.shape.with_axis(axis, length);
        first.block.line(Operation::Concatenate(axis), parts, shape, first.element)
    }

    // many become one

    /// All numbers along some axes made one. The result does not have these axes.
    pub(crate) fn reduce(self, how: Combine, axes: Axes) -> Value<'b> {
        if (0..self.shape.rank()).all(|axis| !axes.contains(axis)) {
            return self;
        }
        let none = self.none(how);
        self.block.line(Operation::Reduce(how, axes), &[self, none], self.shape.reduced(axes, false), self.element)
    }

    /// The same, but the axes keep the length 1, so that the result broadcasts with this array.
    pub(crate) fn reduce_along(self, how: Combine, axes: Axes) -> Value<'b> {
        self.reduce(how, axes).reshape(self.shape.reduced(axes, true))
    }

    /// The sum over some axes, which keep the length 1.
    pub(crate) fn sum_along(self, axes: Axes) -> Value<'b> {
        self.reduce_along(Combine::Add, axes)
    }

    /// What no numbers become.
    fn none(self, how: Combine) -> Value<'b> {
        self.block.constant(how.of_none(), Shape::scalar(), self.element)
    }

    /// All numbers in a window made one, at each place of the window. For each axis: `[length, stride, dilation, before, after]`.
    pub(crate) fn pool(self, how: Pool, window: [[usize; 5]; 4], shape: Shape) -> Value<'b> {
        let none = self.none(if how == Pool::Sum { Combine::Add } else { Combine::Maximum });
        self.block.line(Operation::Window(how, window), &[self, none], shape, self.element)
    }

    /// Sums of what is before each place along an axis; or, `from_end`, behind it.
    pub(crate) fn cumulative(self, axis: usize, from_end: bool) -> Value<'b> {
        let none = self.none(Combine::Add);
        self.block.line(Operation::Cumulative(axis, from_end), &[self, none], self.shape, self.element)
    }

    /// The sum of products along one axis of each, for each matrix that the first `batch` axes count.
    pub(crate) fn dot(self, b: Value<'b>, batch: usize, [over_a, over_b]: [usize; 2]) -> Value<'b> {
        let a = self;
        let free = |value: Value<'b>, over: usize| {
            let axes = (batch..value.shape.rank()).filter(move |&axis| axis != over);
            axes.map(move |axis| value.shape[axis])
        };
        let lengths: Vec<usize> =
            a.shape[..batch].iter().copied().chain(free(a, over_a)).chain(free(b, over_b)).collect();
        let dot = Operation::Dot { batch, over: [over_a, over_b] };
        a.block.line(dot, &[a, b], Shape::new(&lengths), a.element)
    }

    /// The convolution of images with filters.
    pub(crate) fn convolve(self, filters: Value<'b>, by: Convolve, shape: Shape) -> Value<'b> {
        self.block.line(Operation::Convolve(by), &[self, filters], shape, self.element)
    }

    /// The sum over all devices.
    pub(crate) fn all_reduce(self) -> Value<'b> {
        self.block.line(Operation::AllReduce, &[self], self.shape, self.element)
    }

    // by index

    /// The rows of this table with these numbers, which are indices `[n]`.
    pub(crate) fn gather_rows(self, rows: Value<'b>) -> Value<'b> {
        let shape = self.shape.with_axis(0, rows.shape[0]);
        let rows = rows.reshape([rows.shape[0], 1].into());
        self.block.line(Operation::GatherRows, &[self, rows], shape, self.element)
    }

    /// A table of `count` rows, made by adding each row of this array into the row whose number it is given.
    pub(crate) fn scatter_add_rows(self, rows: Value<'b>, count: usize) -> Value<'b> {
        let shape = self.shape.with_axis(0, count);
        let rows = rows.reshape([rows.shape[0], 1].into());
        let zeros = self.block.constant(0.0, shape, self.element);
        self.block.line(Operation::ScatterAddRows, &[zeros, rows, self], shape, self.element)
    }
}

/// Values in the shape to which all of them broadcast.
pub(crate) fn together<'b, const N: usize>(values: [Value<'b>; N]) -> [Value<'b>; N] {
    let shape = values
        .iter()
        .fold(Shape::scalar(), |shape, value| shape.broadcast(value.shape).expect("shapes that the tape has seen"));
    values.map(|value| value.broadcast_to(shape))
}
