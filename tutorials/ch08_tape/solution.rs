//! Solution 8. A step can only be made from steps that were there before it. So all users of a step stand behind it on the
//! tape, and walking from the loss to the beginning meets every user before it meets the step itself: when a step's turn comes, all
//! that will ever arrive has arrived. One turn each, no queue, no recursion, no marks.

mod judge;
mod mini;

use mini::MiniTape;

fn reverse(tape: &MiniTape, loss: usize) -> Vec<f64> {
    let mut gradients = vec![0.0; tape.len()];
    gradients[loss] = 1.0;
    for place in (0..=loss).rev() {
        for (operand, slope) in tape.slopes(place) {
            gradients[operand] += gradients[place] * slope;
        }
    }
    gradients
}

pub fn main() -> std::process::ExitCode {
    judge::judge(reverse)
}
