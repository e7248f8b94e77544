//! Solution 14. δ is defined as ∂C/∂z, so the node is the gradient of z and not that of a; the gradient of a still lacks the factor σ'(z).
//! The tape's cost is a mean over n samples, so each of its rows is a sample's δ divided by n. And its rows are the book's columns.
//!
//! (Without the node of z, BP2 gives it from the next layer: (W^{l+1})ᵀ δ^{l+1} ∘ σ'(z). That is what the tape did.)

use chapters::ch14::judge;
use gradus::prelude::*;
use judge::{Recorded, as_matrix};
use ndarray::Array2;

fn delta(gradients: &Gradients<f64>, layers: &[Recorded], l: usize) -> Array2<f64> {
    let rows = as_matrix(gradients.wrt(layers[l - 1].z));
    let samples = rows.nrows() as f64;
    rows.reversed_axes() * samples
}

pub fn main() -> frame::Judgement {
    judge::judge(delta)
}
