//! Solution 29. Recording keeps the operands in their order. The walk starts with 1 at the loss, and goes from the last node to the first, so that
//! a node has all of its gradient when it hands it on; what arrives is added, in the operand's own shape. Rewinding moves a cursor: as long
//! as what is recorded is what stands there, the node stays, and gets a new value and no gradient; the first difference drops the rest.

use chapters::ch29::{engine::Engine, judge};
use gradus::plain::Op;
use ndarray::{ArrayD, Axis};

/// What the tape knows of a result.
struct Node {
    /// How it was computed. A leaf came from outside.
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
        let x: Vec<&ArrayD<f64>> = operands.iter().map(|&operand| &self.nodes[operand].value).collect();
        let value = (op.forward)(&x).expect("operands whose shapes fit");
        self.put(Node { op: Some(op), operands: operands.to_vec(), value, gradient: None })
    }

    // Stage 2: walk back.
    fn backward(&mut self, loss: usize) {
        for node in &mut self.nodes {
            node.gradient = None;
        }
        self.nodes[loss].gradient = Some(ArrayD::ones(self.nodes[loss].value.shape()));
        for node in (0..=loss).rev() {
            let Node { op: Some(op), operands, value, gradient: Some(g) } = &self.nodes[node] else { continue };
            let x: Vec<&ArrayD<f64>> = operands.iter().map(|&operand| &self.nodes[operand].value).collect();
            for (operand, share) in operands.clone().into_iter().zip((op.vjp)(&x, value, g)) {
                self.arrive(operand, share);
            }
        }
    }

    // Stage 5: rewind.
    fn rewind(&mut self) {
        self.cursor = 0;
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
    // Stage 3: sum what fans out. (And a second pass starts afresh.)
    fn arrive(&mut self, node: usize, share: ArrayD<f64>) {
        let Node { value, gradient, .. } = &mut self.nodes[node];
        let share = sum_to(share, value.shape());
        match gradient {
            Some(sum) => *sum += &share,
            None => *gradient = Some(share),
        }
    }

    // Stage 5: rewind. Puts a node at the cursor. If the same stands there already, it is used again.
    fn put(&mut self, node: Node) -> usize {
        let place = self.cursor;
        self.cursor += 1;
        let name = |node: &Node| node.op.as_ref().map(|op| op.name);
        let is_same = self.nodes.get(place).is_some_and(|old| {
            name(old) == name(&node) && old.operands == node.operands && old.value.shape() == node.value.shape()
        });
        if !is_same {
            self.nodes.truncate(place);
            self.nodes.push(node);
            return place;
        }
        self.nodes[place].value.assign(&node.value);
        self.nodes[place].gradient = None;
        place
    }
}

// Stage 4: broadcast. What arrives has the shape of the result, to which an operand may have been copied.
fn sum_to(share: ArrayD<f64>, shape: &[usize]) -> ArrayD<f64> {
    let mut sum = share;
    while sum.ndim() > shape.len() {
        sum = sum.sum_axis(Axis(0));
    }
    for axis in (0..shape.len()).filter(|&axis| shape[axis] == 1) {
        sum = sum.sum_axis(Axis(axis)).insert_axis(Axis(axis));
    }
    sum
}

pub fn main() -> frame::Judgement {
    judge::judge(Tape::default)
}
