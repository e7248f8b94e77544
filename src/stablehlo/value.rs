//! What can be done with a value. Each method writes a line, or a few.

use super::Block;
use super::literal::{list, tensor};
use crate::shape::{Axes, Shape};
use std::fmt;

/// What an array holds: numbers of the module's kind, true and false, or whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// f32 or f64.
    Number,
    /// i1
    Flag,
    /// i32
    Index,
}

/// How many numbers become one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Combine {
    /// Their sum.
    Add,
    /// Their product.
    Multiply,
    /// The largest.
    Maximum,
    /// The smallest.
    Minimum,
}

impl Combine {
    fn name(self) -> &'static str {
        match self {
            Combine::Add => "stablehlo.add",
            Combine::Multiply => "stablehlo.multiply",
            Combine::Maximum => "stablehlo.maximum",
            Combine::Minimum => "stablehlo.minimum",
        }
    }

    /// What none become.
    fn of_none(self) -> f64 {
        match self {
            Combine::Add => 0.0,
            Combine::Multiply => 1.0,
            Combine::Maximum => f64::NEG_INFINITY,
            Combine::Minimum => f64::INFINITY,
        }
    }
}

/// A value of a function, shown as its name: `%n7`.
#[derive(Clone, Copy)]
pub struct Value<'b> {
    pub(super) block: &'b Block<'b>,
    pub(super) id: u32,
    pub(crate) shape: Shape,
    pub(super) element: Element,
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "%{}", self.block.name_of(self.id))
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self}: {}", self.kind())
    }
}

impl<'b> Value<'b> {
    /// The function that it belongs to.
    pub(crate) fn block(self) -> &'b Block<'b> {
        self.block
    }

    /// `tensor<2x3xf32>`
    pub(crate) fn kind(self) -> String {
        tensor(self.shape, self.element, self.block.module.number)
    }

    /// The kind of number of the module.
    pub(crate) fn number(self) -> &'static str {
        self.block.module.number
    }

    /// A constant of this shape.
    pub(crate) fn constant_like(self, x: f64) -> Value<'b> {
        self.block.constant(x, self.shape, self.element)
    }

    fn becomes(self, text: &str, shape: Shape) -> Value<'b> {
        let kind = tensor(shape, self.element, self.number());
        self.block.line(&format!("stablehlo.{text} : ({}) -> {kind}", self.kind()), shape, self.element)
    }

    // element by element

    /// A function of each element: `stablehlo.exponential`.
    pub(crate) fn each(self, name: &str) -> Value<'b> {
        self.block.line(&format!("stablehlo.{name} {self} : {}", self.kind()), self.shape, self.element)
    }

    /// A function of two elements each, with broadcasting.
    pub(crate) fn with(self, name: &str, b: Value<'b>) -> Value<'b> {
        let [a, b] = together([self, b]);
        a.block.line(&format!("stablehlo.{name} {a}, {b} : {}", a.kind()), a.shape, a.element)
    }

    /// Whether a comparison, such as `GT`, holds.
    pub(crate) fn compare(self, how: &str, b: Value<'b>) -> Value<'b> {
        let [a, b] = together([self, b]);
        let of = if a.element == Element::Number { "FLOAT" } else { "SIGNED" };
        let (kind, flags) = (a.kind(), tensor(a.shape, Element::Flag, self.number()));
        let text = format!("stablehlo.compare {how}, {a}, {b}, {of} : ({kind}, {kind}) -> {flags}");
        a.block.line(&text, a.shape, Element::Flag)
    }

    /// `a` where this holds, else `b`.
    pub(crate) fn select(self, a: Value<'b>, b: Value<'b>) -> Value<'b> {
        let [a, b] = together([a, b]);
        let shape = self.shape.broadcast(a.shape).expect("shapes that the tape has seen");
        let [flag, a, b] = [self, a, b].map(|value| value.broadcast_to(shape));
        let text = format!("stablehlo.select {flag}, {a}, {b} : {}, {}", flag.kind(), a.kind());
        a.block.line(&text, shape, a.element)
    }

    /// The same as elements of another kind.
    pub(crate) fn convert(self, element: Element) -> Value<'b> {
        let kind = tensor(self.shape, element, self.number());
        self.block.line(&format!("stablehlo.convert {self} : ({}) -> {kind}", self.kind()), self.shape, element)
    }

    // shapes

    /// The same elements in another shape.
    pub(crate) fn reshape(self, shape: Shape) -> Value<'b> {
        if shape == self.shape { self } else { self.becomes(&format!("reshape {self}"), shape) }
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
        self.block.copied(self, axes, shape, || {
            self.becomes(&format!("broadcast_in_dim {self}, dims = {}", list(axes)), shape)
        })
    }

    /// The axes in another order.
    pub(crate) fn transpose(self, axes: &[usize]) -> Value<'b> {
        let lengths: Vec<usize> = axes.iter().map(|&axis| self.shape[axis]).collect();
        self.becomes(&format!("transpose {self}, dims = {}", list(axes)), Shape::new(&lengths))
    }

    /// Every `step`th element from index `from` up to `to`, for each axis.
    pub(crate) fn slice(self, ranges: &[[usize; 3]]) -> Value<'b> {
        let text: Vec<String> = ranges.iter().map(|[from, to, step]| format!("{from}:{to}:{step}")).collect();
        let lengths: Vec<usize> = ranges.iter().map(|&[from, to, step]| (to - from).div_ceil(step)).collect();
        self.becomes(&format!("slice {self} [{}]", text.join(", ")), Shape::new(&lengths))
    }

    /// The elements in the opposite order along some axes.
    pub(crate) fn reverse(self, axes: &[usize]) -> Value<'b> {
        match axes {
            [] => self,
            _ => {
                let text = format!("stablehlo.reverse {self}, dims = {} : {}", list(axes), self.kind());
                self.block.line(&text, self.shape, self.element)
            }
        }
    }

    /// With `[before, after, between]` places of the number `fill` along each axis. A negative one cuts off.
    pub(crate) fn pad(self, fill: f64, margins: &[[isize; 3]]) -> Value<'b> {
        let one = |place: usize| margins.iter().map(|margins| margins[place]).collect::<Vec<_>>();
        let [low, high, interior] = [0, 1, 2].map(one);
        let length = |(&length, &[before, after, between]): (&usize, &[isize; 3])| {
            let length = length as isize;
            (before + after + length + between * (length - 1).max(0)) as usize
        };
        let lengths: Vec<usize> = self.shape.iter().zip(margins).map(length).collect();
        let (shape, number) = (Shape::new(&lengths), self.block.constant(fill, Shape::scalar(), self.element));
        let text = format!(
            "stablehlo.pad {self}, {number}, low = {}, high = {}, interior = {} : ({}, {}) -> {}",
            list(&low),
            list(&high),
            list(&interior),
            self.kind(),
            number.kind(),
            tensor(shape, self.element, self.number())
        );
        self.block.line(&text, shape, self.element)
    }

    /// Arrays one after the other along an axis.
    pub(crate) fn concatenate(parts: &[Value<'b>], axis: usize) -> Value<'b> {
        let (first, length) = (parts[0], parts.iter().map(|part| part.shape[axis]).sum());
        let shape = first.shape.with_axis(axis, length);
        let text = format!(
            "stablehlo.concatenate {}, dim = {axis} : ({}) -> {}",
            joined(parts, Value::to_string),
            joined(parts, |part| part.kind()),
            tensor(shape, first.element, first.number())
        );
        first.block.line(&text, shape, first.element)
    }

    // many become one

    /// All numbers along some axes made one. The result does not have these axes.
    pub(crate) fn reduce(self, how: Combine, axes: Axes) -> Value<'b> {
        let along: Vec<usize> = (0..self.shape.rank()).filter(|&axis| axes.contains(axis)).collect();
        if along.is_empty() {
            return self;
        }
        let (shape, none) = (self.shape.reduced(axes, false), self.none(how));
        let text = format!(
            "stablehlo.reduce({self} init: {none}) applies {} across dimensions = {} : ({}, {}) -> {}",
            how.name(),
            list(&along),
            self.kind(),
            none.kind(),
            tensor(shape, self.element, self.number())
        );
        self.block.line(&text, shape, self.element)
    }

    /// The same, but the axes keep the length 1, so that the result broadcasts with this array.
    pub(crate) fn reduce_along(self, how: Combine, axes: Axes) -> Value<'b> {
        self.reduce(how, axes).reshape(self.shape.reduced(axes, true))
    }

    /// The sum over some axes, which keep the length 1.
    pub(crate) fn sum_along(self, axes: Axes) -> Value<'b> {
        self.reduce_along(Combine::Add, axes)
    }

    fn none(self, how: Combine) -> Value<'b> {
        self.block.constant(how.of_none(), Shape::scalar(), self.element)
    }

    /// All numbers in a window made one, at each place of the window. For each axis: `[length, stride, dilation, before, after]`.
    pub(crate) fn reduce_window(self, how: Combine, window: &[[usize; 5]], shape: Shape) -> Value<'b> {
        let one = |place: usize| {
            let entries: Vec<String> = window.iter().map(|axis| axis[place].to_string()).collect();
            format!("array<i64: {}>", entries.join(", "))
        };
        let padding: Vec<String> = window.iter().map(|[.., before, after]| format!("[{before}, {after}]")).collect();
        let (none, single) = (self.none(how), tensor(Shape::scalar(), self.element, self.number()));
        let text = format!(
            "\"stablehlo.reduce_window\"({self}, {none}) <{{window_dimensions = {}, window_strides = {}, \
             window_dilations = {}, padding = dense<[{}]> : tensor<{}x2xi64>}}> {} : ({}, {single}) -> {}",
            one(0),
            one(1),
            one(2),
            padding.join(", "),
            window.len(),
            region(how, &single),
            self.kind(),
            tensor(shape, self.element, self.number())
        );
        self.block.line(&text, shape, self.element)
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
        let shape = Shape::new(&lengths);
        let counted: Vec<usize> = (0..batch).collect();
        let batching = match batch {
            0 => String::new(),
            _ => format!("batching_dims = {0} x {0}, ", list(&counted)),
        };
        let text = format!(
            "stablehlo.dot_general {a}, {b}, {batching}contracting_dims = [{over_a}] x [{over_b}], \
             precision = [HIGHEST, HIGHEST] : ({}, {}) -> {}",
            a.kind(),
            b.kind(),
            tensor(shape, a.element, a.number())
        );
        a.block.line(&text, shape, a.element)
    }

    /// The convolution of images with filters.
    pub(crate) fn convolve(self, filters: Value<'b>, by: &Convolve, shape: Shape) -> Value<'b> {
        let Convolve { dims, stride, pad, dilation, groups: [by_batch, by_feature] } = by;
        let pad: Vec<String> = pad.iter().map(|pad| format!("{pad:?}")).collect();
        let text = format!(
            "stablehlo.convolution({self}, {filters}) dim_numbers = {dims}, window = {{stride = {stride:?}, pad = [{}], \
             lhs_dilate = {:?}, rhs_dilate = {:?}}} {{batch_group_count = {by_batch} : i64, feature_group_count = {by_feature} : i64, \
             precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}} : ({}, {}) -> {}",
            pad.join(", "),
            dilation[0],
            dilation[1],
            self.kind(),
            filters.kind(),
            tensor(shape, self.element, self.number())
        );
        self.block.line(&text, shape, self.element)
    }

    // by index

    /// The rows of this table with these numbers, which are indices `[n]`.
    pub(crate) fn gather_rows(self, rows: Value<'b>) -> Value<'b> {
        let shape = self.shape.with_axis(0, rows.shape[0]);
        let sizes: Vec<String> =
            std::iter::once(1).chain(self.shape[1..].iter().copied()).map(|length| length.to_string()).collect();
        let inner: Vec<usize> = (1..self.shape.rank()).collect();
        let offset = if inner.is_empty() { String::new() } else { format!("offset_dims = {}, ", list(&inner)) };
        let rows = rows.reshape([rows.shape[0], 1].into());
        let text = format!(
            "\"stablehlo.gather\"({self}, {rows}) <{{dimension_numbers = #stablehlo.gather<{offset}collapsed_slice_dims = [0], \
             start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: {}>}}> : ({}, {}) -> {}",
            sizes.join(", "),
            self.kind(),
            rows.kind(),
            tensor(shape, self.element, self.number())
        );
        self.block.line(&text, shape, self.element)
    }

    /// A table of `count` rows, made by adding each row of this array into the row whose number it is given.
    pub(crate) fn scatter_add_rows(self, rows: Value<'b>, count: usize) -> Value<'b> {
        let shape = self.shape.with_axis(0, count);
        let inner: Vec<usize> = (1..self.shape.rank()).collect();
        let window = if inner.is_empty() { String::new() } else { format!("update_window_dims = {}, ", list(&inner)) };
        let rows = rows.reshape([rows.shape[0], 1].into());
        let (zeros, single) =
            (self.block.constant(0.0, shape, self.element), tensor(Shape::scalar(), self.element, self.number()));
        let text = format!(
            "\"stablehlo.scatter\"({zeros}, {rows}, {self}) <{{scatter_dimension_numbers = #stablehlo.scatter<{window}inserted_window_dims = [0], \
             scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, indices_are_sorted = false, unique_indices = false}}> {} : ({}, {}, {}) -> {}",
            region(Combine::Add, &single),
            zeros.kind(),
            rows.kind(),
            self.kind(),
            zeros.kind()
        );
        self.block.line(&text, shape, self.element)
    }
}

/// How a convolution reads its operands.
#[derive(Debug)]
pub(crate) struct Convolve {
    /// Which axis of the images, the filters and the result is which.
    pub(crate) dims: &'static str,
    pub(crate) stride: [usize; 2],
    /// Before and after, for the height and for the width.
    pub(crate) pad: [[isize; 2]; 2],
    /// The distance between neighbouring pixels of the images, and of the filters.
    pub(crate) dilation: [[usize; 2]; 2],
    /// In how many groups batch or features are divided.
    pub(crate) groups: [usize; 2],
}

/// What combines two numbers, as a region.
fn region(how: Combine, single: &str) -> String {
    format!(
        "({{\n^bb0(%_a: {single}, %_b: {single}):\n  %_c = {} %_a, %_b : {single}\n  stablehlo.return %_c : {single}\n}})",
        how.name()
    )
}

fn joined<'b>(values: &[Value<'b>], text: impl Fn(&Value<'b>) -> String) -> String {
    values.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Values in the shape to which all of them broadcast.
pub(crate) fn together<'b, const N: usize>(values: [Value<'b>; N]) -> [Value<'b>; N] {
    let shape = values
        .iter()
        .fold(Shape::scalar(), |shape, value| shape.broadcast(value.shape).expect("shapes that the tape has seen"));
    values.map(|value| value.broadcast_to(shape))
}
