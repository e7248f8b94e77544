//! Exercise 15. Choose the start: how wide should the weights of a layer spread, so that the same network learns?
//! `cargo run --release -- exercises watch ch15`

use chapters::ch15::judge;

/// The standard deviation of the weights of a layer with `n_in` inputs.
fn spread(n_in: usize) -> f64 {
    // The source draws every weight from N(0, 1), whatever the layer. Change this line.
    let _ = n_in;
    1.0
}

pub fn main() -> frame::Judgement {
    judge::judge(spread)
}
