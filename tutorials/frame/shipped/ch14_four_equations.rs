//! Exercise 14. Which node is δ? The tape has the gradient of everything; take the book's δ of a layer from it.
//! `cargo run --release -- exercises watch ch14`

use chapters::ch14::judge;
use gradus::prelude::*;
use judge::{Recorded, as_matrix};
use ndarray::Array2;

/// δˡ as the book has it: ∂C/∂z of each sample's own cost |y - a|² / 2, one **column** for each sample.
///
/// `layers[l - 1]` holds the Vars `z` and `a` of layer l, one **row** for each sample. `gradients` are those of the quadratic cost of the
/// whole batch, 1/(2n) Σ |y - a|². `as_matrix(v)` is the value of a Var as an `Array2`.
fn delta(gradients: &Gradients<f64>, layers: &[Recorded], l: usize) -> Array2<f64> {
    // It has the right number of elements. Nearly everything else about it is wrong.
    as_matrix(gradients.wrt(layers[l - 1].a))
}

pub fn main() -> frame::Judgement {
    judge::judge(delta)
}
