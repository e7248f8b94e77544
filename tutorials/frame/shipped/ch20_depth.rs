//! Exercise 20. Choose the spread of the weights, so that signals keep their size through any number of ReLU layers.
//! `cargo run --release -- exercises check ch20`

use chapters::ch20::judge;

/// The standard deviation of the weights of a layer with `n_in` inputs, each the output of a ReLU.
fn spread(n_in: usize) -> f64 {
    // The source's, whatever the layer. Change this line.
    let _ = n_in;
    0.01
}

pub fn main() -> frame::Judgement {
    judge::judge(spread)
}
