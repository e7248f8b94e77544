//! Rows taken from a table by number, as an embedding does; and the opposite, rows added into a table.

use super::labels::{Labelled, Labels};
use crate::kernel::sum;
use crate::op::{flows, says};
use crate::{Along, Op, Reach, Scalar, Shape, Var, View, ViewMut};

const GATHER: Labels = Labels { op: "gather_rows", one: "row number at place", count: "rows" };
const SCATTER: Labels = Labels { op: "scatter_add_rows", ..GATHER };

/// `y[i] = x[rows[i]]`
#[derive(Debug, PartialEq)]
pub struct GatherRows;

fn row_numbers(rows: Shape) -> Result<usize, String> {
    let found = || format!("the row numbers must have one axis (make them with tape.labels), found {rows}");
    (rows.rank() == 1).then(|| rows[0]).ok_or_else(found)
}

fn row_list<F: Scalar>(rows: View<F>) -> Vec<usize> {
    rows.data.iter().map(|row| row.to_f64() as usize).collect()
}

/// An element comes from `rows` along the first axis, and from its own index along each other axis.
fn rows_and_columns(rows: Along, result: Shape) -> Reach {
    Reach::Axes([rows].into_iter().chain((1..result.rank()).map(Along::index)).collect())
}

impl<F: Scalar> Op<F> for GatherRows {
    says!("gather_rows", "y[i] = x[rows[i]]");
    // A row taken twice sums its gradients.
    flows! { |self, g, [table, rows]| "dx[r] = Σ g[i] where rows[i] = r" => g.scatter_add_rows(rows, table.shape()[0]), None }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (table, count) = (operands[0], row_numbers(operands[1])?);
        (table.rank() > 0).then(|| table.with_axis(0, count)).ok_or_else(|| "a single number has no rows".into())
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let (_, rows, width) = x[0].shape.around(0);
        for (i, &number) in x[1].data.iter().enumerate() {
            let from = GATHER.index(i, number, rows) * width;
            y.data[i * width..(i + 1) * width].copy_from_slice(&x[0].data[from..from + width]);
        }
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        match slot {
            0 => rows_and_columns(Along::Listed { axis: 0, list: row_list(operands[1]) }, result),
            _ => Reach::Axes(vec![Along::index(0)]),
        }
    }
}

/// `y[r] = Σ x[i]` over the `i` with `rows[i] = r`
#[derive(Debug, PartialEq)]
pub struct ScatterAddRows {
    /// How many rows the result has.
    pub rows: usize,
}

impl<F: Scalar> Op<F> for ScatterAddRows {
    says!("scatter_add_rows", "y[r] = Σ x[i] where rows[i] = r");
    flows! { |self, g, [_x, rows]| "dx[i] = g[rows[i]]" => g.gather_rows(rows), None }
    fn attributes(&self) -> String {
        format!("{} rows", self.rows)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (x, count) = (operands[0], row_numbers(operands[1])?);
        let unfit = || format!("each row of {x} needs a number, but there are {count} numbers");
        (x.first() == Some(&count)).then(|| x.with_axis(0, self.rows)).ok_or_else(unfit)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let width = y.shape.around(0).2;
        let row_of = |i: usize| SCATTER.index(i, x[1].data[i], self.rows);
        sum::scatter(x[0].data, x[1].data.len(), width, row_of, y.data);
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        match slot {
            0 => rows_and_columns(Along::Where { axis: 0, list: row_list(operands[1]) }, result),
            _ => Reach::everything(operands[1].shape),
        }
    }
}

impl Labelled for GatherRows {
    fn labels(&self, operands: &[Shape]) -> (Labels, usize) {
        (GATHER, operands[0][0])
    }
}

impl Labelled for ScatterAddRows {
    fn labels(&self, _: &[Shape]) -> (Labels, usize) {
        (SCATTER, self.rows)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The rows of this table with the given numbers, made by [`Tape::labels`](crate::Tape::labels).
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let table = tape.var([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// let rows = table.gather_rows(tape.labels(&[2, 0, 2]));
    /// assert_eq!(rows.value(), ndarray::arr2(&[[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]]).into_dyn());
    /// let gradients = rows.sum().backward();
    /// assert_eq!(gradients.wrt(table).value(), ndarray::arr2(&[[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]).into_dyn());
    /// ```
    ///
    /// # Panics
    /// If a number is not whole, or the table has no such row.
    #[track_caller]
    pub fn gather_rows(self, numbers: Self) -> Self {
        self.tape.record_labelled(GatherRows, &[self, numbers])
    }

    /// A table of `rows` rows, made by adding each row of `self` into the row whose number it is given.
    ///
    /// # Panics
    /// If a number is not whole, or not below `rows`.
    #[track_caller]
    pub fn scatter_add_rows(self, numbers: Self, rows: usize) -> Self {
        self.tape.record_labelled(ScatterAddRows { rows }, &[self, numbers])
    }
}
