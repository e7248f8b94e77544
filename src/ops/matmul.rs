//! The matrix product, and the two transposed forms that backpropagation needs. No transpose is ever copied.

use crate::kernel::gemm::Matrix;
use crate::{Along, Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// C = A B, with A or B read transposed.
#[derive(Debug, PartialEq, Clone, Copy)]
pub enum MatMul {
    /// C = A B
    NN,
    /// C = A Bᵀ
    NT,
    /// C = Aᵀ B
    TN,
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
        let (&[a0, a1], &[b0, b1]) = (&operands[0][..], &operands[1][..]) else {
            return Err(format!("both operands must be matrices, found {} and {}", operands[0], operands[1]));
        };
        let (inner_a, inner_b, result, rule) = match self {
            MatMul::NN => (a1, b0, [a0, b1], "the columns of A must equal the rows of B"),
            MatMul::NT => (a1, b1, [a0, b0], "the columns of A must equal the columns of B"),
            MatMul::TN => (a0, b0, [a1, b1], "the rows of A must equal the rows of B"),
        };
        if inner_a == inner_b { Ok(result.into()) } else { Err(format!("{rule}, but {inner_a} is not {inner_b}")) }
    }
    fn forward(&self, x: &[View<F>], c: ViewMut<F>) {
        let [a, b] = [x[0], x[1]].map(|x| Matrix::new(x.data, x.shape[0], x.shape[1]));
        match self {
            MatMul::NN => F::matrix_multiply(a, b, c.data),
            MatMul::NT => F::matrix_multiply(a, b.t(), c.data),
            MatMul::TN => F::matrix_multiply(a.t(), b, c.data),
        }
    }
    fn flops(&self, operands: &[Shape], result: Shape) -> usize {
        let inner = operands[0][if *self == MatMul::TN { 0 } else { 1 }];
        2 * inner * result.size()
    }
    fn slopes(&self) -> &'static [Slope] {
        match self {
            MatMul::NN => &[Slope::Whole("dA = G Bᵀ"), Slope::Whole("dB = Aᵀ G")],
            MatMul::NT => &[Slope::Whole("dA = G B"), Slope::Whole("dB = Gᵀ A")],
            MatMul::TN => &[Slope::Whole("dA = B Gᵀ"), Slope::Whole("dB = A G")],
        }
    }
    fn reach(&self, slot: usize, _: &[View<F>], _: Shape) -> Reach {
        match (self, slot) {
            (MatMul::TN, 0) => Reach::Axes(vec![Along::All, Along::index(0)]),
            (_, 0) => Reach::Axes(vec![Along::index(0), Along::All]),
            (MatMul::NT, _) => Reach::Axes(vec![Along::index(1), Along::All]),
            _ => Reach::Axes(vec![Along::All, Along::index(1)]),
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, b]) = (at.cotangent(), at.operands());
        match self {
            MatMul::NN => [at.to(0, || g.matmul_nt(b)), at.to(1, || a.matmul_tn(g))],
            MatMul::NT => [at.to(0, || g.matmul(b)), at.to(1, || g.matmul_tn(a))],
            MatMul::TN => [at.to(0, || b.matmul_nt(g)), at.to(1, || a.matmul(g))],
        }
        .into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The matrix product A B of `[m, k]` and `[k, n]`: `[m, n]`.
    #[track_caller]
    pub fn matmul(self, b: Self) -> Self {
        self.tape.record(MatMul::NN, &[self, b])
    }

    /// A Bᵀ of `[m, k]` and `[n, k]`: `[m, n]`.
    #[track_caller]
    pub fn matmul_nt(self, b: Self) -> Self {
        self.tape.record(MatMul::NT, &[self, b])
    }

    /// Aᵀ B of `[k, m]` and `[k, n]`: `[m, n]`.
    #[track_caller]
    pub fn matmul_tn(self, b: Self) -> Self {
        self.tape.record(MatMul::TN, &[self, b])
    }
}
