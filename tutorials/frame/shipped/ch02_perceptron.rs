//! Exercise 2. Write the nudge: what a perceptron does with its weights after it has seen a row.
//! `cargo run --release -- exercises watch ch02`

use chapters::ch02::judge;

/// `weights` and `bias` are to be changed in place. `x` is the row, `t` what the neuron should have said (0 or 1), `y` what it did say.
/// After a right answer nothing changes.
fn nudge(weights: &mut [f64; 2], bias: &mut f64, rate: f64, x: [f64; 2], t: f64, y: f64) {
    // Your lines go here, in place of this one.
    let _ = (weights, bias, rate, x, t, y);
}

pub fn main() -> frame::Judgement {
    judge::judge(nudge)
}
