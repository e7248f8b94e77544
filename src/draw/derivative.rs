//! What the backward passes left behind, read from the tape: which node is the gradient of which, and where
//! gradients flowed.

use crate::scalar::Scalar;
use crate::tape::{NodeInfo, Tape};
use petgraph::graph::NodeIndex;
use std::collections::VecDeque;

/// `d loss / d by`, as some node of the tape holds it.
#[derive(Clone, Copy)]
pub(super) struct Derivative {
    pub(super) loss: NodeIndex,
    pub(super) by: NodeIndex,
}

/// All gradients on a tape.
pub(super) struct Derivatives {
    /// For each pass, the node it started from.
    losses: Vec<Option<NodeIndex>>,
    /// For each node, the derivatives it is the value of. They can be many: the seed of `a + b` is the gradient of both.
    held: Vec<Vec<Derivative>>,
    /// For each pass, the node that holds each node's gradient.
    gradients: Vec<Vec<Option<NodeIndex>>>,
}

impl Derivatives {
    pub(super) fn of<F: Scalar>(tape: &Tape<F>) -> Self {
        let nodes = tape.len();
        let mut derivatives = Derivatives { losses: Vec::new(), held: vec![Vec::new(); nodes], gradients: Vec::new() };
        for pass in 1..=tape.backward_passes() {
            let gradients: Vec<_> = (0..nodes).map(|node| tape.gradient_of(NodeIndex::new(node), pass)).collect();
            // A pass visits ancestors of its loss only, and those come before it.
            let loss = gradients.iter().rposition(Option::is_some).map(NodeIndex::new);
            for (by, &gradient) in gradients.iter().enumerate().rev() {
                if let (Some(loss), Some(gradient)) = (loss, gradient) {
                    derivatives.held[gradient.index()].push(Derivative { loss, by: NodeIndex::new(by) });
                }
            }
            derivatives.losses.push(loss);
            derivatives.gradients.push(gradients);
        }
        derivatives
    }

    /// The node that pass `pass` (from 1) started from.
    pub(super) fn loss(&self, pass: u32) -> Option<NodeIndex> {
        *self.losses.get((pass as usize).checked_sub(1)?)?
    }

    /// Whether some pass started from `node`.
    pub(super) fn is_loss(&self, node: NodeIndex) -> bool {
        self.losses.contains(&Some(node))
    }

    /// The derivatives that `node` holds.
    pub(super) fn held_by(&self, node: NodeIndex) -> &[Derivative] {
        &self.held[node.index()]
    }

    /// The node that holds the gradient of `node`.
    pub(super) fn gradient(&self, node: NodeIndex, pass: u32) -> Option<NodeIndex> {
        *self.gradients.get((pass as usize).checked_sub(1)?)?.get(node.index())?
    }

    /// Where the gradients of a pass flowed, in the order of the flow.
    pub(super) fn flows(&self, nodes: &[NodeInfo], pass: u32) -> Vec<FlowBack> {
        let mut waiting: Vec<VecDeque<NodeIndex>> = nodes.iter().map(|node| self.arrived(nodes, node, pass)).collect();
        let meets_others: Vec<bool> = waiting.iter().map(|arrived| arrived.len() > 1).collect();
        let mut flows = Vec::new();
        // As in the pass itself: consumers hand cotangents down from the last to the first, each of them slot by slot.
        for consumer in nodes.iter().rev() {
            for (slot, &operand) in consumer.operands.iter().enumerate() {
                let next = waiting[operand.index()].front().copied();
                if let Some(cotangent) = next.filter(|&next| self.comes_from(nodes, next, consumer, pass)) {
                    waiting[operand.index()].pop_front();
                    let meets_others = meets_others[operand.index()];
                    flows.push(FlowBack { from: consumer.index, to: operand, slot, cotangent, meets_others });
                }
            }
        }
        flows
    }

    /// The cotangents that arrived at a node, in order of arrival.
    fn arrived(&self, nodes: &[NodeInfo], node: &NodeInfo, pass: u32) -> VecDeque<NodeIndex> {
        let Some(gradient) = self.gradient(node.index, pass) else { return VecDeque::new() };
        let made = &nodes[gradient.index()];
        // Of what is recorded in a node's name, only the sum over its arrivals can be its own gradient.
        let is_sum_of_arrivals = made.op == "add_n" && made.pass == pass && made.origin == node.index;
        if is_sum_of_arrivals { made.operands.iter().copied().collect() } else { [gradient].into() }
    }

    /// Whether a vjp sent this cotangent down: it recorded it, or handed on the one that had arrived.
    fn comes_from(&self, nodes: &[NodeInfo], cotangent: NodeIndex, consumer: &NodeInfo, pass: u32) -> bool {
        let made = &nodes[cotangent.index()];
        let handed_on = self.gradient(consumer.index, pass) == Some(cotangent);
        handed_on || (made.pass == pass && made.origin == consumer.index)
    }
}

/// A gradient on its way from a node to one of its operands.
pub(super) struct FlowBack {
    pub(super) from: NodeIndex,
    pub(super) to: NodeIndex,
    /// Which operand of `from` it is.
    pub(super) slot: usize,
    /// What flowed.
    pub(super) cotangent: NodeIndex,
    /// Whether it is summed with others where it arrives.
    pub(super) meets_others: bool,
}

/// Names the derivatives that a node holds, in the words that `call` has for nodes: "d%9/d%4".
pub(super) fn written(derivatives: &[Derivative], at_most: usize, call: impl Fn(NodeIndex) -> String) -> String {
    let one = |derivative: &Derivative| format!("d{}/d{}", call(derivative.loss), call(derivative.by));
    let mut written: Vec<String> = derivatives.iter().take(at_most).map(one).collect();
    if derivatives.len() > at_most {
        written.push(format!("{} more", derivatives.len() - at_most));
    }
    written.join(", ")
}
