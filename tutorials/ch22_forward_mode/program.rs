//! Programs for any kind of number, with as many inputs and results as one likes.

use gradus::{Scalar, Var};

/// tanh(x A + sin x₁): `results` numbers from a vector x. The matrix is fixed, and no two of its elements are alike.
pub fn layer<'t, F: Scalar>(x: Var<'t, F>, results: usize) -> Var<'t, F> {
    let inputs = x.shape().size();
    let elements: Vec<F> = (0..inputs * results).map(|k| F::from_f64((1.0 + k as f64).sin())).collect();
    let matrix = x.tape().input(&elements[..]).reshape([inputs, results]);
    let first = x.slice(&[(0, 1)]).sin();
    (x.reshape([1, inputs]).matmul(matrix) + first).tanh().reshape([results])
}
