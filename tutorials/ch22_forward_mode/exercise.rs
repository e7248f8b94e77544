//! Exercise 22. One column or one row? Fill in a Jacobian with as few passes as possible.
//! `cargo run --release --example ch22_exercise`

mod judge;

use judge::Passes;
use ndarray::Array2;

/// The Jacobian of a program that makes `results` numbers of `inputs` numbers: row i, column j holds ∂yᵢ/∂xⱼ.
///
/// `passes.forward(&v)` is one run on dual numbers along the direction v: the Jacobian times v, a number for each result.
/// `passes.backward(&c)` is one backward pass with the cotangent c: c times the Jacobian, a number for each input.
fn jacobian(passes: &Passes, inputs: usize, results: usize) -> Array2<f64> {
    let mut jacobian = Array2::zeros((results, inputs));
    for i in 0..results {
        // All results at once, which is one pass. What does it add up?
        let cotangent = vec![1.0; results];
        for (j, slope) in passes.backward(&cotangent).into_iter().enumerate() {
            jacobian[[i, j]] = slope;
        }
    }
    jacobian
}

pub fn main() -> std::process::ExitCode {
    judge::judge(jacobian)
}
