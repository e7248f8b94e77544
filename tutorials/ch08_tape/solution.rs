//! Solution 8. The last node grows with itself at rate 1. Every use of a node comes after it on the tape, so on a walk from
//! the last node to the first, its turn comes when all of its uses have handed on their share. `+=` is the whole chain rule of
//! several variables: the ways in which x matters add up.

use chapters::ch08::judge;
use judge::Node;

fn backward(tape: &[Node]) -> Vec<f64> {
    let mut gradients = vec![0.0; tape.len()];
    if let Some(last) = gradients.last_mut() {
        *last = 1.0;
    }
    for node in (0..tape.len()).rev() {
        for &(operand, slope) in &tape[node].operands {
            gradients[operand] += slope * gradients[node];
        }
    }
    gradients
}

pub fn main() -> frame::Judgement {
    judge::judge(backward)
}
