//! Exercise 29. Build it yourself: a tape, in five stages. `cargo run --release -- exercises watch ch29` judges them in order, and stops at the
//! first that is not right yet. The mathematics of single ops is given: `(op.forward)(&x)` is the result for operands x, if their shapes fit, and
//! `(op.vjp)(&x, &y, &g)` is what flows to each operand when the gradient g has arrived at the result y.

use chapters::ch29::{engine::Engine, judge};
use gradus::plain::Op;
use ndarray::ArrayD;

/// What the tape knows of a result.
struct Node {
    /// How it was computed. A leaf came from outside.
    #[allow(dead_code)] // stage 2 reads it
    op: Option<Op>,
    /// The nodes that it was computed from, in order.
    operands: Vec<usize>,
    value: ArrayD<f64>,
    /// What the last pass has found, if anything has arrived.
    gradient: Option<ArrayD<f64>>,
}

#[derive(Default)]
struct Tape {
    nodes: Vec<Node>,
    /// Where the next node goes.
    cursor: usize,
}

impl Engine for Tape {
    fn leaf(&mut self, value: ArrayD<f64>) -> usize {
        self.put(Node { op: None, operands: vec![], value, gradient: None })
    }

    // Stage 1: record. Compute the value, and put a node that knows where it is from.
    fn record(&mut self, op: Op, operands: &[usize]) -> usize {
        // The value of the first operand is not the result, and a node without operands has nobody to hand a gradient to.
        let value = self.nodes[operands[0]].value.clone();
        self.put(Node { op: Some(op), operands: vec![], value, gradient: None })
    }

    // Stage 2: walk back. The judge tries programs in which each result is used once.
    fn backward(&mut self, loss: usize) {
        // What is the gradient of the loss? In which order are nodes visited? What does a node hand on to each operand? `arrive` takes it.
        let share = ArrayD::zeros(self.nodes[loss].value.shape());
        self.arrive(loss, share);
    }

    // Stage 5: rewind. See `put`.
    fn rewind(&mut self) {
        self.nodes.clear();
    }

    fn count(&self) -> usize {
        self.nodes.len()
    }

    fn operands(&self, node: usize) -> &[usize] {
        &self.nodes[node].operands
    }

    fn value(&self, node: usize) -> &ArrayD<f64> {
        &self.nodes[node].value
    }

    fn gradient(&self, node: usize) -> Option<&ArrayD<f64>> {
        self.nodes[node].gradient.as_ref()
    }
}

impl Tape {
    // Stage 3: sum what fans out. A result may be used several times, and a pass may be run twice: what must `backward` do first?
    fn arrive(&mut self, node: usize, share: ArrayD<f64>) {
        let share = sum_to(share, self.nodes[node].value.shape());
        self.nodes[node].gradient = Some(share);
    }

    // Stage 5: rewind. Puts a node at the cursor. If the same stands there already, it is used again; if not, it and all behind it go.
    fn put(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.cursor += 1;
        self.cursor - 1
    }
}

// Stage 4: broadcast. What arrives has the shape of the result, to which an operand may have been copied.
fn sum_to(share: ArrayD<f64>, shape: &[usize]) -> ArrayD<f64> {
    assert!(share.ndim() >= shape.len());
    share
}

pub fn main() -> frame::Judgement {
    judge::judge(Tape::default)
}
