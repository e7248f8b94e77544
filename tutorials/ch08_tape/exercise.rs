//! Exercise 8. Write the reverse pass of a tape. `cargo run --release -- exercises watch ch08`

mod judge;

/// A node of the tape. Node i may only use nodes before it.
pub struct Node {
    /// The operands: (which node, how fast this node grows with it). An operand can stand here twice.
    pub operands: Vec<(usize, f64)>,
}

/// The derivative of the last node with respect to each node, in the order of the tape.
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
