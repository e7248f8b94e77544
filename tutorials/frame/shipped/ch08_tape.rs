//! Exercise 8. Write the reverse pass of a tape. `cargo run --release -- exercises watch ch08`

use chapters::ch08::judge;
use judge::Node;

/// The derivative of the last node with respect to each node, in the order of the tape.
///
/// A node has a list `operands` of pairs: the number of a node before it, and how fast this node grows with that one. A node can stand there twice.
fn backward(tape: &[Node]) -> Vec<f64> {
    let mut gradients = vec![0.0; tape.len()];
    // What is the gradient of the last node? Is this the order in which nodes must be visited? And what happens at an operand?
    for node in tape {
        for &(operand, slope) in &node.operands {
            gradients[operand] = slope;
        }
    }
    gradients
}

pub fn main() -> frame::Judgement {
    judge::judge(backward)
}
