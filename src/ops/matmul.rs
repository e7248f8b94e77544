//! The matrix product by NumPy's rules, and the two transposed forms that backpropagation needs. No transpose is ever copied.

use super::broadcast_shape;
use crate::kernel::elementwise::walk;
use crate::kernel::gemm::Matrix;
use crate::{Along, Cotangents, Local, MAX_RANK, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};
use smallvec::SmallVec;

/// C = A B, with A or B read transposed. The last two axes hold the matrices. Any axes before them count matrices, and broadcast.
#[derive(Debug, PartialEq, Clone, Copy)]
pub enum MatMul {
    /// C = A B
    NN,
    /// C = A Bᵀ
    NT,
    /// C = Aᵀ B
    TN,
}

/// The axes that count matrices, and the matrices' own: rows and columns.
fn split(shape: Shape) -> Option<(Shape, [usize; 2])> {
    let (batch, matrix) = shape.split_last_chunk()?;
    Some((batch.into(), *matrix))
}

impl<F: Scalar> Op<F> for MatMul {
    fn name(&self) -> &'static str {
        match self {
            MatMul::NN => "matmul",
            MatMul::NT => "matmul_nt",
            MatMul::TN => "matmul_tn",
        }
    }
    fn formula(&self) -> &'static str {
        match self {
            MatMul::NN => "C = A B",
            MatMul::NT => "C = A Bᵀ",
            MatMul::TN => "C = Aᵀ B",
        }
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (Some((batch_a, [a0, a1])), Some((batch_b, [b0, b1]))) = (split(operands[0]), split(operands[1])) else {
            return Err(format!("both operands must be matrices, found {} and {}", operands[0], operands[1]));
        };
        let (inner_a, inner_b, matrix, rule) = match self {
            MatMul::NN => (a1, b0, [a0, b1], "the columns of A must equal the rows of B"),
            MatMul::NT => (a1, b1, [a0, b0], "the columns of A must equal the columns of B"),
            MatMul::TN => (a0, b0, [a1, b1], "the rows of A must equal the rows of B"),
        };
        if inner_a != inner_b {
            return Err(format!("{rule}, but {inner_a} is not {inner_b}"));
        }
        let mut result = broadcast_shape(&[batch_a, batch_b])
            .map_err(|reason| format!("of the axes that count matrices, {reason}"))?;
        matrix.into_iter().for_each(|length| result.push(length));
        Ok(result)
    }
    fn forward(&self, x: &[View<F>], c: ViewMut<F>) {
        let parts = [x[0].shape, x[1].shape, c.shape].map(|shape| split(shape).expect("the shape rule saw matrices"));
        let [(batch_a, [mut rows, inner]), (batch_b, b), (batch, size)] = parts;
        let product = |a: &[F], rows, b_data: &[F], c: &mut [F]| {
            let (a, b) = (Matrix::new(a, rows, inner), Matrix::new(b_data, b[0], b[1]));
            match self {
                MatMul::NN => F::matrix_multiply(a, b, c),
                MatMul::NT => F::matrix_multiply(a, b.t(), c),
                MatMul::TN => F::matrix_multiply(a.t(), b, c),
            }
        };
        if batch_b.size() == 1 && *self != MatMul::TN {
            // One B for all: the rows of all A are one large matrix.
            rows *= batch_a.size();
            return product(x[0].data, rows, x[1].data, c.data);
        }
        let ([size_a, size_b, size_c], mut at) = ([rows * inner, b[0] * b[1], size[0] * size[1]], 0);
        walk(batch, [batch_a.strides_towards(batch), batch_b.strides_towards(batch)], |[i, j]| {
            let (a, b) = (&x[0].data[i * size_a..][..size_a], &x[1].data[j * size_b..][..size_b]);
            product(a, rows, b, &mut c.data[at..at + size_c]);
            at += size_c;
        });
    }
    fn flops(&self, operands: &[Shape], result: Shape) -> usize {
        let inner = operands[0][operands[0].rank() - if *self == MatMul::TN { 2 } else { 1 }];
        2 * inner * result.size()
    }
    fn slopes(&self) -> &'static [Slope] {
        match self {
            MatMul::NN => &[Slope::Whole("dA = G Bᵀ"), Slope::Whole("dB = Aᵀ G")],
            MatMul::NT => &[Slope::Whole("dA = G B"), Slope::Whole("dB = Gᵀ A")],
            MatMul::TN => &[Slope::Whole("dA = B Gᵀ"), Slope::Whole("dB = A G")],
        }
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        let parts = [operands[slot].shape, result].map(|shape| split(shape).expect("the shape rule saw matrices"));
        let [(batch, _), (of_result, _)] = parts;
        let (row, column) = (Along::index(result.rank() - 2), Along::index(result.rank() - 1));
        let matrix = match (self, slot) {
            (MatMul::TN, 0) => [Along::All, row],
            (_, 0) => [row, Along::All],
            (MatMul::NT, _) => [column, Along::All],
            _ => [Along::All, column],
        };
        match Reach::each(batch, of_result) {
            Reach::Axes(axes) => Reach::Axes(axes.into_iter().chain(matrix).collect()),
            other => other,
        }
    }
    // An operand that was broadcast is summed over its copies by the tape. Where one B served all A, the sum is part of the product.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, b]) = (at.cotangent(), at.operands());
        let is_one_b = b.shape().rank() == 2;
        let rows = |x: Var<'t, F>| if is_one_b { x.as_rows() } else { x };
        match self {
            MatMul::NN => [at.to(0, || g.matmul_nt(b)), at.to(1, || rows(a).matmul_tn(rows(g)))],
            MatMul::NT => [at.to(0, || g.product(MatMul::NN, b)), at.to(1, || rows(g).matmul_tn(rows(a)))],
            MatMul::TN => [at.to(0, || b.matmul_nt(g)), at.to(1, || a.product(MatMul::NN, g))],
        }
        .into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The matrix product by NumPy's rules: `[m, k]` and `[k, n]` make `[m, n]`. Axes before the last two count matrices, and broadcast: `[8, m, k]` and
    /// `[8, k, n]` make `[8, m, n]`, and so do `[8, m, k]` and `[k, n]`. A vector on the left is a row, on the right a column, and its axis goes: `[m, k]` and
    /// `[k]` make `[m]`.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let (images, w) = (tape.full([8, 28, 28], 1.0), tape.full([28, 10], 1.0));
    /// assert_eq!(images.matmul(w).shape(), Shape::from([8, 28, 10]));
    /// let v = tape.var([3.0, 4.0]);
    /// assert_eq!(v.matmul(v).item(), 25.0);
    /// ```
    #[track_caller]
    pub fn matmul(self, b: Self) -> Self {
        let (left, right) = (self.shape(), b.shape());
        let (a, b) = match (&left[..], &right[..]) {
            (&[k], [_, ..]) => (self.reshape([1, k]), b),
            _ => (self, b),
        };
        let (a, b) = match (&left[..], &right[..]) {
            ([_, ..], &[k]) => (a, b.reshape([k, 1])),
            _ => (a, b),
        };
        let c = a.product(MatMul::NN, b);
        let (rank, of_c) = (c.shape().rank(), c.shape());
        let goes = |axis: usize| (axis + 2 == rank && left.rank() == 1) || (axis + 1 == rank && right.rank() == 1);
        let kept: SmallVec<[usize; MAX_RANK]> = (0..rank).filter(|&axis| !goes(axis)).map(|axis| of_c[axis]).collect();
        if kept.len() == rank { c } else { c.reshape(&kept[..]) }
    }

    /// A Bᵀ of `[m, k]` and `[n, k]`: `[m, n]`. Axes before the last two count matrices, and broadcast.
    #[track_caller]
    pub fn matmul_nt(self, b: Self) -> Self {
        self.product(MatMul::NT, b)
    }

    /// Aᵀ B of `[k, m]` and `[k, n]`: `[m, n]`. Axes before the last two count matrices, and broadcast.
    #[track_caller]
    pub fn matmul_tn(self, b: Self) -> Self {
        self.product(MatMul::TN, b)
    }

    #[track_caller]
    fn product(self, kind: MatMul, b: Self) -> Self {
        self.tape.record(kind, &[self, b])
    }

    /// All its matrices one below the other.
    fn as_rows(self) -> Self {
        match &self.shape()[..] {
            [_, _] => self,
            [above @ .., columns] => self.reshape([above.iter().product(), *columns]),
            [] => self,
        }
    }
}
