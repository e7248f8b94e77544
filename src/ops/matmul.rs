//! The matrix product by NumPy's rules, and the two transposed forms that backpropagation needs. No transpose is ever copied.

use super::broadcast_shape;
use crate::formula::Blank;
use crate::kernel::elementwise::offset;
use crate::kernel::gemm::{self, Matrix};
use crate::{Along, Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut, Worked};

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

impl MatMul {
    /// The shapes of the factors as matrices: a vector on the left is a row, on the right a column. (The transposed forms take no vectors.)
    pub(crate) fn matrices(self, operands: &[Shape]) -> [Shape; 2] {
        match (self, &operands[0][..], &operands[1][..]) {
            (MatMul::NN, &[k], &[n]) => [[1, k].into(), [n, 1].into()],
            (MatMul::NN, &[k], [_, ..]) => [[1, k].into(), operands[1]],
            (MatMul::NN, [_, ..], &[n]) => [operands[0], [n, 1].into()],
            _ => [operands[0], operands[1]],
        }
    }

    /// The number of products that an element is the sum of.
    fn terms(self, operands: &[Shape]) -> usize {
        let (_, [rows, columns]) = split_known(self.matrices(operands)[0]);
        if self == MatMul::TN { rows } else { columns }
    }

    /// The shape of the product of matrices.
    fn product_of(self, [a, b]: [Shape; 2]) -> Result<Shape, String> {
        let (Some((batch_a, [a0, a1])), Some((batch_b, [b0, b1]))) = (split(a), split(b)) else {
            return Err(format!("both operands must be matrices, found {a} and {b}"));
        };
        let (inner_a, inner_b, matrix, rule) = match self {
            MatMul::NN => (a1, b0, [a0, b1], "the columns of A must equal the rows of B"),
            MatMul::NT => (a1, b1, [a0, b0], "the columns of A must equal the columns of B"),
            MatMul::TN => (a0, b0, [a1, b1], "the rows of A must equal the rows of B"),
        };
        if inner_a != inner_b {
            return Err(format!("{rule}, but {inner_a} is not {inner_b}"));
        }
        let batch = broadcast_shape(&[batch_a, batch_b]);
        let mut result = batch.map_err(|reason| format!("of the axes that count matrices, {reason}"))?;
        matrix.into_iter().for_each(|length| result.push(length));
        Ok(result)
    }
}

/// A shape in two parts: the axes that count matrices, then the rows and columns of a matrix.
fn split(shape: Shape) -> Option<(Shape, [usize; 2])> {
    let (batch, matrix) = shape.split_last_chunk()?;
    Some((batch.into(), *matrix))
}

fn split_known(shape: Shape) -> (Shape, [usize; 2]) {
    split(shape).expect("the shape rule saw matrices")
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
        let product = self.product_of(self.matrices(operands))?;
        // The result has no axis for a vector.
        Ok(match (self, operands[0].rank(), operands[1].rank()) {
            (MatMul::NN, 1, 1) => Shape::scalar(),
            (MatMul::NN, 1, _) => product.reduced((product.rank() - 2).into(), false),
            (MatMul::NN, _, 1) => product.reduced((product.rank() - 1).into(), false),
            _ => product,
        })
    }
    fn forward(&self, x: &[View<F>], c: ViewMut<F>) {
        let (a, b) = (x[0], x[1]);
        match (&a.shape[..], &b.shape[..]) {
            (&[a0, a1], &[b0, b1]) => self.multiply(Matrix::new(a.data, a0, a1), Matrix::new(b.data, b0, b1), c.data),
            _ => self.multiply_each(a, b, c.data),
        }
    }
    fn flops(&self, operands: &[Shape], result: Shape) -> u64 {
        result.size_times(2 * self.terms(operands) as u64)
    }
    fn worked(&self, operands: &[Shape], _: Shape) -> Worked {
        let [a, b] = [0, 1].map(|slot| Blank::terms(slot, self.terms(operands)).unwrap_or_default());
        let sum = a.into_iter().zip(b).map(|(a, b)| a * b).reduce(|a, b| a + b);
        Worked::of(sum, &[])
    }
    fn slopes(&self) -> &'static [Slope] {
        match self {
            MatMul::NN => &[Slope::Whole("dA = G Bᵀ"), Slope::Whole("dB = Aᵀ G")],
            MatMul::NT => &[Slope::Whole("dA = G B"), Slope::Whole("dB = Gᵀ A")],
            MatMul::TN => &[Slope::Whole("dA = B Gᵀ"), Slope::Whole("dB = A G")],
        }
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        let [a, b] = [operands[0].shape, operands[1].shape];
        if operands[slot].shape.rank() == 1 {
            return Reach::everything(operands[slot].shape);
        }
        let own_axes = usize::from(a.rank() > 1) + usize::from(b.rank() > 1);
        let row = result.rank() - own_axes;
        let (row, column) = (Along::index(row), Along::index(row + usize::from(a.rank() > 1)));
        let matrix = match (self, slot) {
            (MatMul::TN, 0) => [Along::All, row],
            (_, 0) => [row, Along::All],
            (MatMul::NT, _) => [column, Along::All],
            _ => [Along::All, column],
        };
        let (batch, _) = split_known(operands[slot].shape);
        match Reach::each(batch, result[..result.rank() - own_axes].into()) {
            Reach::Axes(axes) => Reach::Axes(axes.into_iter().chain(matrix).collect()),
            other => other,
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, b]) = (at.cotangent(), at.operands());
        let shapes = [a.shape(), b.shape()];
        match shapes.map(|shape| shape.rank()) {
            [2, 2] => [at.to(0, || self.flow_to_a(g, b)), at.to(1, || self.flow_to_b(g, a))].into(),
            _ => self.flow_to_each(at, shapes),
        }
    }
}

/// Of two matrices.
impl MatMul {
    #[inline]
    fn multiply<F: Scalar>(self, a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
        match self {
            MatMul::NN => F::matrix_multiply(a, b, c),
            MatMul::NT => F::matrix_multiply(a, b.t(), c),
            MatMul::TN => F::matrix_multiply(a.t(), b, c),
        }
    }

    #[inline]
    #[track_caller]
    fn flow_to_a<'t, F: Scalar>(self, g: Var<'t, F>, b: Var<'t, F>) -> Var<'t, F> {
        match self {
            MatMul::NN => g.product(MatMul::NT, b),
            MatMul::NT => g.product(MatMul::NN, b),
            MatMul::TN => b.product(MatMul::NT, g),
        }
    }

    #[inline]
    #[track_caller]
    fn flow_to_b<'t, F: Scalar>(self, g: Var<'t, F>, a: Var<'t, F>) -> Var<'t, F> {
        match self {
            MatMul::NN => a.product(MatMul::TN, g),
            MatMul::NT => g.product(MatMul::TN, a),
            MatMul::TN => a.product(MatMul::NN, g),
        }
    }
}

/// Of vectors, and of several matrices: each product is one of two matrices.
impl MatMul {
    #[inline(never)]
    fn multiply_each<F: Scalar>(self, a: View<F>, b: View<F>, c: &mut [F]) {
        let matrices = self.matrices(&[a.shape, b.shape]);
        let [(batch_a, [rows, inner]), (batch_b, [b0, b1])] = matrices.map(split_known);
        let (batch, size) = self.product_of(matrices).map(split_known).expect("the shape rule saw matrices");
        if batch_b.size() == 1 && self != MatMul::TN {
            // One B for all A: the rows of all A together are one large matrix.
            let all = Matrix::new(a.data, batch_a.size() * rows, inner);
            return self.multiply(all, Matrix::new(b.data, b0, b1), c);
        }
        let [size_a, size_b, size_c] = [rows * inner, b0 * b1, size[0] * size[1]];
        let (strides_a, strides_b) = (batch_a.strides_towards(batch), batch_b.strides_towards(batch));
        let terms = if self == MatMul::TN { rows } else { inner };
        gemm::several(c, size_c, terms, |number, c| {
            let [i, j] = [strides_a, strides_b].map(|strides| offset(number, &batch, &strides));
            let (a, b) = (&a.data[i * size_a..][..size_a], &b.data[j * size_b..][..size_b]);
            self.multiply(Matrix::new(a, rows, inner), Matrix::new(b, b0, b1), c);
        });
    }

    #[inline(never)]
    #[track_caller]
    fn flow_to_each<'t, F: Scalar>(self, at: &Local<'t, F>, shapes: [Shape; 2]) -> Cotangents<'t, F> {
        let matrices = self.matrices(&shapes);
        let product = self.product_of(matrices).expect("the shape rule saw matrices");
        let [g, a, b] = [(at.cotangent(), product), (at.operand(0), matrices[0]), (at.operand(1), matrices[1])];
        let [g, a, b] = [g, a, b].map(|(x, shape)| move || x.shaped(shape));
        // Where one B was used by all A, this product includes the sum over them.
        let one_for_all = matrices[1].rank() == 2 && self != MatMul::TN;
        let rows = |x: Var<'t, F>| if one_for_all { x.as_rows() } else { x };
        let summed = |x: Var<'t, F>, shape: Shape| if x.shape() == shape { x } else { x.sum_to(shape) };
        let flows = |x: Var<'t, F>, slot: usize| summed(x, matrices[slot]).shaped(shapes[slot]);
        let (to_a, to_b) = (|| self.flow_to_a(g(), b()), || self.flow_to_b(rows(g()), rows(a())));
        [at.to(0, || flows(to_a(), 0)), at.to(1, || flows(to_b(), 1))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The matrix product by NumPy's rules: `[m, k]` and `[k, n]` make `[m, n]`. Axes before the last two count matrices, and broadcast: `[8, m, k]` and
    /// `[8, k, n]` make `[8, m, n]`, and so do `[8, m, k]` and `[k, n]`. A vector on the left is a row, on the right a column, and is no axis of the result: `[m, k]` and
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
        self.product(MatMul::NN, b)
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

    /// The same numbers in the given shape.
    fn shaped(self, shape: Shape) -> Self {
        if self.shape() == shape { self } else { self.reshape(shape) }
    }

    /// All matrices of the array, stacked one below the other into one.
    fn as_rows(self) -> Self {
        match &self.shape()[..] {
            [_, _] => self,
            [above @ .., columns] => self.reshape([above.iter().product(), *columns]),
            [] => self,
        }
    }
}
