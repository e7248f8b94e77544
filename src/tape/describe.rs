//! Nodes as plain data. Listings, graphs, errors and the stepper all read this one description.

use super::Tape;
use super::graph::Graph;
use crate::scalar::Scalar;
use crate::shape::Shape;
use petgraph::graph::NodeIndex;
use std::panic::Location;

/// What there is to say about a node, apart from its numbers.
#[derive(Clone, Debug)]
pub struct NodeInfo {
    /// Its place on the tape, and its node in [`Tape::graph`].
    pub index: NodeIndex,
    /// The op's name.
    pub op: &'static str,
    /// The op's formula.
    pub formula: &'static str,
    /// What distinguishes this use of the op, such as `"axis 1"`.
    pub attributes: String,
    /// The operands, in the order of their slots.
    pub operands: Vec<NodeIndex>,
    /// The shape of the value.
    pub shape: Shape,
    /// The name that the learner gave it, or its parameter's; "" if none.
    pub name: String,
    /// The scope it was recorded in, as a path: `"encoder/layer1/"`; "" if none.
    pub scope: String,
    /// 0 for the learner's own computation, n for the nth backward pass.
    pub pass: u32,
    /// The node whose vjp recorded this one; itself, if the learner's program did.
    pub origin: NodeIndex,
    /// Whether a backward pass computes its gradient.
    pub needs_grad: bool,
    /// The line of the learner's program; for a backward node, that of the forward node it differentiates.
    pub source: &'static Location<'static>,
}

impl NodeInfo {
    /// The line as listings print it, with the last folder of the path: `ch15_mnist_nielsen/main.rs:31`.
    pub fn short_source(&self) -> String {
        let path = self.source.file().replace('\\', "/");
        let mut parts: Vec<&str> = path.rsplitn(3, '/').take(2).collect();
        parts.reverse();
        format!("{}:{}", parts.join("/"), self.source.line())
    }
}

impl<F: Scalar> Tape<F> {
    /// Everything recorded since the last rewind, in order.
    pub fn nodes(&self) -> Vec<NodeInfo> {
        let graph = self.graph.borrow();
        (0..graph.len()).map(|index| graph.info(NodeIndex::new(index))).collect()
    }

    /// One node.
    pub(crate) fn info(&self, node: NodeIndex) -> NodeInfo {
        self.graph.borrow().info(node)
    }

    /// How many backward passes were recorded since the last rewind.
    pub fn backward_passes(&self) -> u32 {
        self.passes.borrow().count()
    }

    /// The node that holds the gradient of `node`, computed by a backward pass (numbered from 1); `None` if it computed none.
    pub fn gradient_of(&self, node: NodeIndex, pass: u32) -> Option<NodeIndex> {
        self.passes.borrow().gradient(pass, node)
    }
}

impl<F: Scalar> Graph<F> {
    fn info(&self, index: NodeIndex) -> NodeInfo {
        let node = &self.dag[index];
        let mut operands: Vec<NodeIndex> = self.operands(index).collect();
        operands.reverse();
        NodeInfo {
            index,
            op: node.op().name(),
            formula: node.op().formula(),
            attributes: node.op().attributes(),
            operands,
            shape: node.shape(),
            name: node.name().to_owned(),
            scope: self.scope_of(index),
            pass: node.pass(),
            origin: node.origin(),
            needs_grad: node.needs_grad(),
            source: node.source(),
        }
    }

    /// As errors call a node: `"hidden" (%5 = sigmoid)`.
    pub(crate) fn describe(&self, index: NodeIndex) -> String {
        let info = self.info(index);
        let equation = format!("%{} = {}", index.index(), info.op);
        if info.name.is_empty() { equation } else { format!("\"{}\" ({equation})", info.name) }
    }

    /// What to tell a learner whose shapes do not fit.
    pub(crate) fn shape_mistake(&self, op: &str, operands: &[NodeIndex], reason: &str) -> String {
        let mut message = format!("shapes do not fit in {op}: {reason}");
        for (slot, &operand) in operands.iter().enumerate() {
            let info = self.info(operand);
            message += &format!(
                "\n  operand {}: {} {}, recorded at {}",
                slot + 1,
                self.describe(operand),
                info.shape,
                info.short_source()
            );
        }
        message
    }
}
