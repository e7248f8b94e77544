//! Elements taken by index along an axis, as NumPy's `take_along_axis`; and the opposite, elements added up by index. Upon them: the k largest, one-hot rows.

use super::labels::{Labelled, Labels};
use crate::kernel::sum;
use crate::op::{flows, says};
use crate::{Axis, Op, Reach, Scalar, Shape, Var, View, ViewMut};
use ndarray::{ArrayD, IxDyn};
use std::cmp::Ordering;

const GATHER: Labels = Labels { op: "gather", one: "index at place", count: "elements along the axis" };
const SCATTER: Labels = Labels { op: "scatter_add", ..GATHER };
const ONE_HOT: Labels = Labels { op: "one_hot", one: "label at place", count: "classes" };

/// `y[i] = x[index[i]]` along an axis
#[derive(Debug, PartialEq)]
pub struct Gather {
    /// The axis along which the elements are numbered.
    pub axis: usize,
}

/// Of an array indexed along an axis: for each index, the place in row-major order of the element that it means, if the axis has this length.
fn places<F: Scalar>(kind: &Labels, index: View<F>, axis: usize, length: usize) -> impl Fn(usize) -> usize {
    let (_, indices, columns) = index.shape.around(axis);
    move |place| {
        let (block, column) = (place / columns / indices, place % columns);
        (block * length + kind.index(place, index.data[place], length)) * columns + column
    }
}

/// The rule of both ops: an index for each element, and where along the axis there may be more or fewer of them than in `of`.
fn indexed(of: Shape, index: Shape, axis: usize) -> Result<(), String> {
    Axis::from(axis).of(of)?;
    let fits = index.rank() == of.rank() && index.with_axis(axis, 0) == of.with_axis(axis, 0);
    let unfit = || format!("the indices {index} must have the shape {of}, but for the length of axis {axis}");
    fits.then_some(()).ok_or_else(unfit)
}

impl<F: Scalar> Op<F> for Gather {
    says!("gather", "y[i] = x[index[i]]");
    // An element taken twice sums its gradients.
    flows! { |self, g, [x, index]| "dx[r] = Σ g[i] where index[i] = r" => {
        g.scatter_add(self.axis, index, x.shape()[self.axis])
    }, None }
    fn attributes(&self) -> String {
        format!("axis {}", self.axis)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        indexed(operands[0], operands[1], self.axis).map(|()| operands[1])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let place = places(&GATHER, x[1], self.axis, x[0].shape[self.axis]);
        y.data.iter_mut().enumerate().for_each(|(i, y)| *y = x[0].data[place(i)]);
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        let place = places(&GATHER, operands[1], self.axis, operands[0].shape[self.axis]);
        if slot == 0 { Reach::Listed((0..result.size()).map(place).collect()) } else { Reach::SamePlace }
    }
}

/// `y[r] = Σ x[i]` over the `i` with `index[i] = r`, along an axis
#[derive(Debug, PartialEq)]
pub struct ScatterAdd {
    /// The axis along which the elements are numbered.
    pub axis: usize,
    /// The length of that axis in the result.
    pub length: usize,
}

impl<F: Scalar> Op<F> for ScatterAdd {
    says!("scatter_add", "y[r] = Σ x[i] where index[i] = r");
    flows! { |self, g, [_x, index]| "dx[i] = g[index[i]]" => g.gather(self.axis, index), None }
    fn attributes(&self) -> String {
        format!("axis {} of length {}", self.axis, self.length)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (x, index) = (operands[0], operands[1]);
        Axis::from(self.axis).of(x)?;
        let unfit = || format!("each element of {x} needs an index, but the indices are {index}");
        (x == index).then(|| x.with_axis(self.axis, self.length)).ok_or_else(unfit)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        sum::scatter(x[0].data, x[0].data.len(), 1, places(&SCATTER, x[1], self.axis, self.length), y.data);
    }
    fn reach(&self, slot: usize, operands: &[View<F>], _: Shape) -> Reach {
        let place = places(&SCATTER, operands[1], self.axis, self.length);
        match slot {
            0 => Reach::Where((0..operands[0].shape.size()).map(place).collect()),
            _ => Reach::everything(operands[1].shape),
        }
    }
}

impl Labelled for Gather {
    fn labels(&self, operands: &[Shape]) -> (Labels, usize) {
        (GATHER, operands[0][self.axis])
    }
}

impl Labelled for ScatterAdd {
    fn labels(&self, _: &[Shape]) -> (Labels, usize) {
        (SCATTER, self.length)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Elements taken by index along an axis, PyTorch's `gather`: with indices `[n, 1]`, one of each row of an array `[n, m]`. The indices are whole numbers;
    /// apart from the length of that axis, they have the array's shape.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let values = tape.var([[1.0, 2.0], [3.0, 4.0]]);
    /// let chosen = values.gather(1, tape.labels(&[1, 0]).unsqueeze(1)).squeeze(1);
    /// assert_eq!(chosen.value(), ndarray::arr1(&[2.0, 3.0]).into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, or an index is not whole, or the axis has no such place.
    #[track_caller]
    pub fn gather(self, axis: impl Into<Axis>, index: Self) -> Self {
        let axis = self.axis("gather", axis);
        self.tape.record_labelled(Gather { axis }, &[self, index])
    }

    /// An array with `length` places along an axis, made by adding each element of `self` where its index says. The opposite of [`gather`](Var::gather).
    ///
    /// # Panics
    /// If there is not one index for each element, or an index is not whole, or not below `length`.
    #[track_caller]
    pub fn scatter_add(self, axis: impl Into<Axis>, index: Self, length: usize) -> Self {
        let axis = self.axis("scatter_add", axis);
        self.tape.record_labelled(ScatterAdd { axis, length }, &[self, index])
    }

    /// The `k` largest numbers along the last axis, the largest first, and their indices. Of equal numbers the first comes first; what is not a number comes
    /// last. Gradients flow to the numbers that were chosen.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (values, indices) = tape.var([[1.0, 5.0, 3.0]]).top_k(2);
    /// assert_eq!(values.value(), ndarray::arr2(&[[5.0, 3.0]]).into_dyn());
    /// assert_eq!(indices.value(), ndarray::arr2(&[[1.0, 2.0]]).into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there is no axis, or it has fewer than `k` elements.
    #[track_caller]
    pub fn top_k(self, k: usize) -> (Self, Self) {
        let (shape, axis) = (self.shape(), self.axis("top_k", -1));
        let n = shape[axis];
        let too_few = || format!("the last axis of {shape} has {n} elements, and not the {k} largest of them");
        self.unless_refused("top_k", (k <= n.min(F::LARGEST_EXACT_INTEGER)).then_some(()).ok_or_else(too_few));
        let largest = self.with_value(|x| {
            let rows = x.rows().into_iter().flat_map(|row| {
                let mut order: Vec<usize> = (0..n).collect();
                order.sort_by(|&a, &b| largest_first(row[a].to_f64(), row[b].to_f64()));
                order.truncate(k);
                order
            });
            rows.map(|index| F::from_f64(index as f64)).collect::<Vec<F>>()
        });
        let chosen = IxDyn(&shape.with_axis(axis, k));
        let indices = self.tape.input(ArrayD::from_shape_vec(chosen, largest).expect("k of each row"));
        (self.gather(axis, indices), indices)
    }

    /// Labels as rows of zeros with a 1 at the place of the label: `[n]` becomes `[n, classes]`. For labels made by
    /// [`Tape::labels`](crate::Tape::labels), or any array of whole numbers.
    ///
    /// # Panics
    /// If a label is not whole, or not below `classes`.
    #[track_caller]
    pub fn one_hot(self, classes: usize) -> Self {
        ONE_HOT.check(self, classes);
        let all: Vec<usize> = (0..classes).collect();
        self.with_new_axis("one_hot", Axis::from(-1)).eq(self.tape.labels(&all))
    }
}

fn largest_first(a: f64, b: f64) -> Ordering {
    b.partial_cmp(&a).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}
