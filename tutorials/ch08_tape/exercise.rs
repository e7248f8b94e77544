//! Exercise 8. Write the reverse pass. This one hands on whenever something arrives, and gives 8 for b = a + a, c = b + b.
//! `cargo run --release --example ch08_exercise`

mod judge;
mod mini;

use mini::MiniTape;

/// The slope of step `loss` with respect to every step on the tape, by place; 0 for those that it does not depend on.
/// `tape.slopes(place)` says what a step was made from: a list of (operand, slope with respect to it).
fn reverse(tape: &MiniTape, loss: usize) -> Vec<f64> {
    let mut gradients = vec![0.0; tape.len()];
    gradients[loss] = 1.0;
    // In which order must the steps take their turn, and how often does each?
    let mut waiting = vec![loss];
    while let Some(place) = waiting.pop() {
        for (operand, slope) in tape.slopes(place) {
            gradients[operand] += gradients[place] * slope;
            waiting.push(operand);
        }
    }
    gradients
}

pub fn main() -> std::process::ExitCode {
    judge::judge(reverse)
}
