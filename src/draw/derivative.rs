//! The gradients of the backward passes, read from the tape: which node is the gradient of which.

use crate::scalar::Scalar;
use crate::tape::Tape;
use petgraph::graph::NodeIndex;
use std::collections::HashSet;

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
    /// The same nodes, for lookups.
    is_loss: HashSet<NodeIndex>,
    /// For each node, the derivatives that it is the value of. There can be several: the seed of `a + b` is the gradient of both.
    held: Vec<Vec<Derivative>>,
    /// For each pass, the nodes it visited, from the last to the first, each with the node that holds its gradient.
    gradients: Vec<Vec<(NodeIndex, NodeIndex)>>,
}

impl Derivatives {
    pub(super) fn of<F: Scalar>(tape: &Tape<F>) -> Self {
        let nodes = tape.len();
        let mut derivatives = Derivatives {
            losses: Vec::new(),
            is_loss: HashSet::new(),
            held: vec![Vec::new(); nodes],
            gradients: Vec::new(),
        };
        for pass in 1..=tape.backward_passes() {
            let gradients = tape.gradients_of_pass(pass);
            let loss = tape.loss_of(pass);
            for &(by, gradient) in &gradients {
                if let Some(loss) = loss {
                    derivatives.held[gradient.index()].push(Derivative { loss, by });
                }
            }
            derivatives.losses.push(loss);
            derivatives.is_loss.extend(loss);
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
        self.is_loss.contains(&node)
    }

    /// The derivatives that `node` holds.
    pub(super) fn held_by(&self, node: NodeIndex) -> &[Derivative] {
        &self.held[node.index()]
    }

    /// The node that holds the gradient of `node`.
    pub(super) fn gradient(&self, node: NodeIndex, pass: u32) -> Option<NodeIndex> {
        let gradients = self.gradients.get((pass as usize).checked_sub(1)?)?;
        let place = gradients.binary_search_by(|(visited, _)| node.cmp(visited)).ok()?;
        Some(gradients[place].1)
    }
}

/// The names of the derivatives that a node holds, with `call` for the names of nodes: "d%9/d%4".
pub(super) fn written(derivatives: &[Derivative], at_most: usize, call: impl Fn(NodeIndex) -> String) -> String {
    let one = |derivative: &Derivative| format!("d{}/d{}", call(derivative.loss), call(derivative.by));
    let mut written: Vec<String> = derivatives.iter().take(at_most).map(one).collect();
    if derivatives.len() > at_most {
        written.push(format!("{} more", derivatives.len() - at_most));
    }
    written.join(", ")
}
