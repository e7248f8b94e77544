//! Ways to cut, join and turn arrays that need no op of their own: they are compositions of reshape, slice, concat and a product with zeros and ones.

use crate::{Axes, Axis, Input, MAX_RANK, Scalar, Shape, Var};
use smallvec::SmallVec;

/// A matrix of ones where `is_kept(row, column)`, zeros elsewhere.
struct Mask<K> {
    rows: usize,
    columns: usize,
    is_kept: K,
}

impl<F: Scalar, K: Fn(isize, isize) -> bool> Input<F> for Mask<K> {
    fn shape(&self) -> Shape {
        [self.rows, self.columns].into()
    }
    fn write(&self, buffer: &mut [F]) {
        for (place, number) in buffer.iter_mut().enumerate() {
            let (row, column) = (place / self.columns, place % self.columns);
            *number = if (self.is_kept)(row as isize, column as isize) { F::ONE } else { F::ZERO };
        }
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Several arrays of one shape, joined along a new axis: two of shape `[3]` make `[2, 3]` along axis 0, and `[3, 2]` along axis 1 (or -1).
    ///
    /// # Panics
    /// If `parts` is empty, if their shapes differ, or if the result would have no such axis.
    #[track_caller]
    pub fn stack(parts: &[Self], axis: impl Into<Axis>) -> Self {
        assert!(!parts.is_empty(), "stack: there is nothing to join");
        let (shape, axis) = (parts[0].shape(), axis.into());
        let mut with_axis: SmallVec<[Self; 4]> = SmallVec::new();
        for &part in parts {
            part.expect_shape("stack", "each array", shape, parts[0]);
            with_axis.push(part.with_new_axis("stack", axis));
        }
        Var::concat(&with_axis, parts[0].new_axis("stack", axis))
    }

    /// The array with a new axis of length 1, which is axis number `axis` of the result: `[2, 3]` becomes `[2, 1, 3]` by `unsqueeze(1)`, `[2, 3, 1]` by
    /// `unsqueeze(-1)`.
    ///
    /// # Panics
    /// If the result would have no such axis.
    #[track_caller]
    pub fn unsqueeze(self, axis: impl Into<Axis>) -> Self {
        self.with_new_axis("unsqueeze", axis.into())
    }

    /// The place of a new axis among those of the result.
    #[track_caller]
    fn new_axis(self, op: &str, axis: Axis) -> usize {
        let rank = self.shape().rank() + 1;
        let no_axis = || format!("with one more axis, {} has {rank}, and no axis {axis} among them", self.shape());
        self.unless_refused(op, axis.among(rank).ok_or_else(no_axis))
    }

    #[track_caller]
    pub(super) fn with_new_axis(self, op: &str, axis: Axis) -> Self {
        let mut lengths: SmallVec<[usize; MAX_RANK + 1]> = SmallVec::from_slice(&self.shape());
        lengths.insert(self.new_axis(op, axis), 1);
        self.reshape(Shape::new(&lengths))
    }

    /// The array without some axes of length 1: `[2, 1, 3]` becomes `[2, 3]` by `squeeze(1)`.
    ///
    /// # Panics
    /// If an axis does not exist, or is not of length 1.
    #[track_caller]
    pub fn squeeze(self, axes: impl Into<Axes>) -> Self {
        let (shape, axes) = (self.shape(), self.axes("squeeze", axes));
        let long = (0..shape.rank()).find(|&axis| axes.contains(axis) && shape[axis] != 1);
        let too_long = |axis| Err(format!("axis {axis} of {shape} has length {}, not 1", shape[axis]));
        self.unless_refused("squeeze", long.map_or(Ok(()), too_long));
        self.reshape(shape.reduced(axes, false))
    }

    /// All axes from axis `start` on made one: `[8, 2, 3]` becomes `[48]` by `flatten(0)`, and `[8, 6]`, one row for each sample, by `flatten(1)`.
    ///
    /// # Panics
    /// If there is no axis `start`. (But a single number becomes `[1]` by `flatten(0)`.)
    #[track_caller]
    pub fn flatten(self, start: impl Into<Axis>) -> Self {
        let (shape, start) = (self.shape(), start.into());
        if shape.rank() == 0 && start == Axis::from(0) {
            return self.reshape([1]);
        }
        let (kept, flat) = shape.split_at(self.axis("flatten", start));
        let mut result = Shape::new(kept);
        result.push(flat.iter().product());
        self.reshape(result)
    }

    /// Parts of these lengths, one after the other along an axis: the opposite of [`concat`](Var::concat).
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let parts = tape.var([1.0, 2.0, 3.0]).split(&[1, 2], 0);
    /// assert_eq!(parts[1].value(), ndarray::arr1(&[2.0, 3.0]).into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or it is not as long as the parts together.
    #[track_caller]
    pub fn split(self, lengths: &[usize], axis: impl Into<Axis>) -> Vec<Self> {
        let (shape, axis) = (self.shape(), self.axis("split", axis));
        let all = lengths.iter().fold(0_usize, |sum, &length| sum.saturating_add(length));
        let unfit =
            || format!("parts of lengths {lengths:?} make {all}, but axis {axis} of {shape} has {}", shape[axis]);
        self.unless_refused("split", (all == shape[axis]).then_some(()).ok_or_else(unfit));
        let (mut parts, mut from) = (Vec::with_capacity(lengths.len()), 0);
        for &length in lengths {
            parts.push(self.along(axis, from, from + length, 1));
            from += length;
        }
        parts
    }

    /// This many parts of equal length along an axis.
    ///
    /// # Panics
    /// If there is no such axis, or its length is no multiple of `count`.
    #[track_caller]
    pub fn chunk(self, count: usize, axis: impl Into<Axis>) -> Vec<Self> {
        let (shape, axis) = (self.shape(), self.axis("chunk", axis));
        let unequal = || format!("axis {axis} of {shape} has length {}, which is no multiple of {count}", shape[axis]);
        let equal = shape[axis].checked_rem(count) == Some(0);
        self.unless_refused("chunk", equal.then_some(()).ok_or_else(unequal));
        self.split(&vec![shape[axis] / count; count], axis)
    }

    /// The elements moved on by `shift` places along an axis. Those that leave it at one end enter at the other.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// assert_eq!(tape.var([1.0, 2.0, 3.0]).roll(1, 0).value(), ndarray::arr1(&[3.0, 1.0, 2.0]).into_dyn());
    /// ```
    #[track_caller]
    pub fn roll(self, shift: isize, axis: impl Into<Axis>) -> Self {
        let (shape, axis) = (self.shape(), self.axis("roll", axis));
        match shift.checked_rem_euclid(shape[axis] as isize) {
            None | Some(0) => self.reshape(shape),
            Some(shift) => {
                let turn = shape[axis] - shift as usize;
                Var::concat(&[self.along(axis, turn, shape[axis], 1), self.along(axis, 0, turn, 1)], axis)
            }
        }
    }

    /// The lower triangle of each matrix, zeros above it: column j of row i is kept where j ≤ i + `diagonal`. As a mask of causal attention:
    /// `tape.full([n, n], 1.0).tril(0)`.
    ///
    /// # Panics
    /// If the array has fewer than two axes.
    #[track_caller]
    pub fn tril(self, diagonal: isize) -> Self {
        self.triangle("tril", |row, column| column <= row.saturating_add(diagonal))
    }

    /// The upper triangle of each matrix, zeros below it: column j of row i is kept where j ≥ i + `diagonal`.
    ///
    /// # Panics
    /// If the array has fewer than two axes.
    #[track_caller]
    pub fn triu(self, diagonal: isize) -> Self {
        self.triangle("triu", |row, column| column >= row.saturating_add(diagonal))
    }

    #[track_caller]
    fn triangle(self, op: &str, is_kept: impl Fn(isize, isize) -> bool) -> Self {
        let shape = self.shape();
        let matrix = shape.last_chunk().ok_or_else(|| format!("{shape} is no matrix, and no stack of matrices"));
        let &[rows, columns] = self.unless_refused(op, matrix);
        // Nothing goes through a zero, not even an infinity or what is no number.
        self.tape.input(Mask { rows, columns, is_kept }).through(self)
    }
}
