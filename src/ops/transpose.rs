//! The transpose of a matrix. (Products with a transpose need none of this: see [`matmul`](super::matmul).)

use crate::op::says;
use crate::{Along, Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = xᵀ
#[derive(Debug, PartialEq)]
pub struct Transpose;

impl<F: Scalar> Op<F> for Transpose {
    says!("transpose", "y = xᵀ", ["dx = gᵀ"]);
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        match operands[0][..] {
            [rows, columns] => Ok([columns, rows].into()),
            _ => Err(format!("only a matrix has a transpose, found {}", operands[0])),
        }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let (rows, columns) = (x[0].shape[0], x[0].shape[1]);
        for i in 0..rows {
            for j in 0..columns {
                y.data[j * rows + i] = x[0].data[i * columns + j];
            }
        }
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::Axes(vec![Along::index(1), Along::index(0)])
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.cotangent().transpose())].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The transpose of a matrix: `[m, n]` becomes `[n, m]`.
    #[track_caller]
    pub fn transpose(self) -> Self {
        self.tape.record(Transpose, &[self])
    }
}
