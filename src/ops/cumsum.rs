//! Cumulative sums along an axis. What flows back are cumulative sums from the other end.

use crate::kernel::sum;
use crate::op::{flows, says};
use crate::{Along, Axis, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// yⱼ = x₁ + ... + xⱼ along an axis
#[derive(Debug, PartialEq)]
pub struct CumSum {
    /// The axis along which the numbers are added.
    pub axis: usize,
    /// Whether the sums start at the last number: yⱼ = xⱼ + ... + xₙ.
    pub from_end: bool,
}

impl<F: Scalar> Op<F> for CumSum {
    says!("cumsum", "yⱼ = x₁ + ... + xⱼ");
    flows! { |self, g, [_x]| "dx = cumulative sums of g from the other end" => {
        g.tape.record(CumSum { from_end: !self.from_end, ..*self }, &[g])
    } }
    fn attributes(&self) -> String {
        format!("axis {}{}", self.axis, if self.from_end { " from the end" } else { "" })
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Axis::from(self.axis).of(operands[0]).map(|_| operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        sum::cumulative(x[0], self.axis, self.from_end, y.data);
    }
    fn reach(&self, _: usize, _: &[View<F>], result: Shape) -> Reach {
        let along = |axis| match axis == self.axis {
            true if self.from_end => Along::From(axis),
            true => Along::UpTo(axis),
            false => Along::index(axis),
        };
        Reach::Axes((0..result.rank()).map(along).collect())
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The cumulative sums along an axis: each number plus all before it.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// assert_eq!(tape.var([1.0, 2.0, 3.0]).cumsum(0).value(), ndarray::arr1(&[1.0, 3.0, 6.0]).into_dyn());
    /// ```
    #[track_caller]
    pub fn cumsum(self, axis: impl Into<Axis>) -> Self {
        self.tape.record(CumSum { axis: self.axis("cumsum", axis), from_end: false }, &[self])
    }
}
