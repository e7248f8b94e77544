//! Exercise 1. Draw a neuron, node by node. `cargo run --release -- exercises watch ch01`

use chapters::ch01::judge;
use judge::Drawing;

/// Draws z = w1 x1 + ... + wn xn + b. The drawing holds 2n + 1 leaves already: node 0 is b, then come x1, w1, x2, w2, and so on.
///
/// `drawing.multiply(i, j)` and `drawing.add(i, j)` draw one node that uses nodes i and j, and return its number. The node drawn last is z.
fn draw(drawing: &mut Drawing, n: usize) {
    // For one input: multiply the nodes of w1 and x1, then add the node of b. What comes between, if there are more?
    let _ = (drawing, n);
}

pub fn main() -> frame::Judgement {
    judge::judge(draw)
}
