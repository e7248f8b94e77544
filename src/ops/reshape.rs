//! An array in a shape that is given: the same elements, copies of them, or sums over what would be copies.

use crate::kernel::{reduce, sum};
use crate::op::{flows, says};
use crate::{Along, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = x, read row by row into another shape
#[derive(Debug, PartialEq)]
pub struct Reshape(pub Shape);

impl<F: Scalar> Op<F> for Reshape {
    says!("reshape", "y = x in another shape");
    flows! { |self, g, [x]| "dx = g in the shape of x" => g.reshape(x.shape()) }
    fn attributes(&self) -> String {
        self.0.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (from, to) = (operands[0], self.0);
        let unequal = || format!("{from} holds {} elements, {to} holds {}", from.size(), to.size());
        (from.size() == to.size()).then_some(to).ok_or_else(unequal)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.copy_from_slice(x[0].data);
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::SamePlace
    }
}

/// y = copies of x along new axes and axes of length 1
#[derive(Debug, PartialEq)]
pub struct BroadcastTo(pub Shape);

impl<F: Scalar> Op<F> for BroadcastTo {
    says!("broadcast_to", "y = copies of x");
    flows! { |self, g, [x]| "dx = the sum of g over the copies" => g.sum_to(x.shape()) }
    fn attributes(&self) -> String {
        self.0.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (x, y) = (operands[0], self.0);
        let unfit = || format!("{x} does not broadcast to {y}: only axes of length 1 or missing ones repeat");
        x.broadcast(y).filter(|&filled| filled == y).ok_or_else(unfit)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        reduce::broadcast(x[0], y)
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
}

/// The opposite of broadcasting: y = the sum of x over leading axes, and over those that are 1 in the target. The tape uses it to give an operand that was
/// broadcast a gradient of its own shape.
#[derive(Debug, PartialEq)]
pub struct SumTo(pub Shape);

impl<F: Scalar> Op<F> for SumTo {
    says!("sum_to", "y = sum of x over the axes that y lacks");
    flows! { |self, g, [x]| "dx = copies of g" => g.broadcast_to(x.shape()) }
    fn attributes(&self) -> String {
        self.0.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (x, y) = (operands[0], self.0);
        (y.broadcast(x) == Some(x)).then_some(y).ok_or_else(|| format!("{x} is not a broadcast of {y}"))
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        sum::sum_to(x[0], y, F::narrow)
    }
    fn reach(&self, _: usize, operands: &[View<F>], result: Shape) -> Reach {
        let (x, missing) = (operands[0].shape, operands[0].shape.rank() - result.rank());
        let along = |axis: usize| match axis.checked_sub(missing) {
            Some(kept) if result[kept] == x[axis] => Along::index(kept),
            _ => Along::All,
        };
        Reach::Axes((0..x.rank()).map(along).collect())
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The same elements, read row by row, in another shape of the same size.
    #[track_caller]
    pub fn reshape(self, shape: impl Into<Shape>) -> Self {
        self.brought_to(shape.into(), Reshape)
    }

    /// Repeated along new leading axes, and along axes of length 1, to fill `shape` (NumPy's rule).
    #[track_caller]
    pub fn broadcast_to(self, shape: impl Into<Shape>) -> Self {
        self.brought_to(shape.into(), BroadcastTo)
    }

    /// Summed over all elements that [`broadcast_to`](Var::broadcast_to) would copy from one element of `shape`.
    #[track_caller]
    pub fn sum_to(self, shape: impl Into<Shape>) -> Self {
        self.brought_to(shape.into(), SumTo)
    }

    /// Records an op that leads to a shape, unless this has that shape.
    #[track_caller]
    fn brought_to<O: Op<F> + PartialEq>(self, shape: Shape, op: impl FnOnce(Shape) -> O) -> Self {
        match shape == self.shape() && self.may_be_handed_on() {
            true => self,
            false => self.tape.record(op(shape), &[self]),
        }
    }
}
