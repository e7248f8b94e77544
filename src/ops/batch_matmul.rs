//! Matrix products of a whole batch, one for each index of the first axis. No transpose is ever copied.

use crate::kernel::gemm::Matrix;
use crate::{Along, Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// Cᵢ = Aᵢ Bᵢ, with A or B read transposed.
#[derive(Debug, PartialEq, Clone, Copy)]
pub enum BatchMatMul {
    /// Cᵢ = Aᵢ Bᵢ
    NN,
    /// Cᵢ = Aᵢ Bᵢᵀ
    NT,
    /// Cᵢ = Aᵢᵀ Bᵢ
    TN,
}

impl<F: Scalar> Op<F> for BatchMatMul {
    fn name(&self) -> &'static str {
        match self {
            BatchMatMul::NN => "batch_matmul",
            BatchMatMul::NT => "batch_matmul_nt",
            BatchMatMul::TN => "batch_matmul_tn",
        }
    }
    fn formula(&self) -> &'static str {
        match self {
            BatchMatMul::NN => "Cᵢ = Aᵢ Bᵢ",
            BatchMatMul::NT => "Cᵢ = Aᵢ Bᵢᵀ",
            BatchMatMul::TN => "Cᵢ = Aᵢᵀ Bᵢ",
        }
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let (&[a0, a1, a2], &[b0, b1, b2]) = (&operands[0][..], &operands[1][..]) else {
            let [a, b] = [operands[0], operands[1]];
            return Err(format!("both operands must be [batch, rows, columns], found {a} and {b}"));
        };
        let (inner_a, inner_b, result, rule) = match self {
            BatchMatMul::NN => (a2, b1, [a0, a1, b2], "the columns of A must equal the rows of B"),
            BatchMatMul::NT => (a2, b2, [a0, a1, b1], "the columns of A must equal the columns of B"),
            BatchMatMul::TN => (a1, b1, [a0, a2, b2], "the rows of A must equal the rows of B"),
        };
        match (a0 == b0, inner_a == inner_b) {
            (true, true) => Ok(result.into()),
            (true, false) => Err(format!("{rule}, but {inner_a} is not {inner_b}")),
            (false, _) => Err(format!("there are {a0} matrices A, but {b0} matrices B")),
        }
    }
    fn forward(&self, x: &[View<F>], c: ViewMut<F>) {
        let size = c.shape[1] * c.shape[2];
        for i in 0..c.shape[0] {
            let [a, b] = [x[0], x[1]].map(|x| {
                let (rows, columns) = (x.shape[1], x.shape[2]);
                Matrix::new(&x.data[i * rows * columns..(i + 1) * rows * columns], rows, columns)
            });
            let c = &mut c.data[i * size..(i + 1) * size];
            match self {
                BatchMatMul::NN => F::matrix_multiply(a, b, c),
                BatchMatMul::NT => F::matrix_multiply(a, b.t(), c),
                BatchMatMul::TN => F::matrix_multiply(a.t(), b, c),
            }
        }
    }
    fn flops(&self, operands: &[Shape], result: Shape) -> usize {
        let inner = operands[0][if *self == BatchMatMul::TN { 1 } else { 2 }];
        2 * inner * result.size()
    }
    fn slopes(&self) -> &'static [Slope] {
        match self {
            BatchMatMul::NN => &[Slope::Whole("dAᵢ = Gᵢ Bᵢᵀ"), Slope::Whole("dBᵢ = Aᵢᵀ Gᵢ")],
            BatchMatMul::NT => &[Slope::Whole("dAᵢ = Gᵢ Bᵢ"), Slope::Whole("dBᵢ = Gᵢᵀ Aᵢ")],
            BatchMatMul::TN => &[Slope::Whole("dAᵢ = Bᵢ Gᵢᵀ"), Slope::Whole("dBᵢ = Aᵢ Gᵢ")],
        }
    }
    fn reach(&self, slot: usize, _: &[View<F>], _: Shape) -> Reach {
        let [row, column] = match (self, slot) {
            (BatchMatMul::TN, 0) => [Along::All, Along::index(1)],
            (_, 0) => [Along::index(1), Along::All],
            (BatchMatMul::NT, _) => [Along::index(2), Along::All],
            _ => [Along::All, Along::index(2)],
        };
        Reach::Axes(vec![Along::index(0), row, column])
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        use BatchMatMul::{NN, NT, TN};
        let (g, [a, b]) = (at.cotangent(), at.operands());
        let product = |kind: BatchMatMul, a, b| g.tape.record(kind, &[a, b]);
        match self {
            NN => [at.to(0, || product(NT, g, b)), at.to(1, || product(TN, a, g))],
            NT => [at.to(0, || product(NN, g, b)), at.to(1, || product(TN, g, a))],
            TN => [at.to(0, || product(NT, b, g)), at.to(1, || product(NN, a, g))],
        }
        .into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The matrix products of a batch: `[batch, m, k]` and `[batch, k, n]` make `[batch, m, n]`. A single matrix `[k, n]` on the
    /// right is used for the whole batch; then it is one large product.
    #[track_caller]
    pub fn batch_matmul(self, b: Self) -> Self {
        match (&self.shape()[..], &b.shape()[..]) {
            (&[batch, rows, inner], &[_, columns]) => {
                self.reshape([batch * rows, inner]).matmul(b).reshape([batch, rows, columns])
            }
            _ => self.tape.record(BatchMatMul::NN, &[self, b]),
        }
    }

    /// The products Aᵢ Bᵢᵀ of a batch: `[batch, m, k]` and `[batch, n, k]` make `[batch, m, n]`.
    #[track_caller]
    pub fn batch_matmul_nt(self, b: Self) -> Self {
        self.tape.record(BatchMatMul::NT, &[self, b])
    }
}
