//! Exercise 21. Dropout by hand, forward and backward. `cargo run --release -- exercises watch ch21`
//!
//! In training, each number of `x` becomes 0 with probability `p`: where the number drawn for it (`drawn`, from 0 to 1) is below `p`. On average
//! the layer must give in training what it gives in use, when nothing is left out. What does that mean for the numbers that are kept?

use chapters::ch21::judge;
use ndarray::Array2;

fn forward(x: &Array2<f64>, drawn: &Array2<f64>, p: f64, training: bool) -> Array2<f64> {
    // This leaves nothing out.
    let _ = (drawn, p, training);
    x.clone()
}

/// The gradient of `x`, if `g` is the gradient of what `forward` returned for the same `drawn`.
fn backward(g: &Array2<f64>, drawn: &Array2<f64>, p: f64, training: bool) -> Array2<f64> {
    // This sends everything back.
    let _ = (drawn, p, training);
    g.clone()
}

pub fn main() -> frame::Judgement {
    judge::judge(forward, backward)
}
