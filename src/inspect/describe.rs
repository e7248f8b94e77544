//! Nodes as plain data. Listings, graphs, errors and the stepper all read this one description.

use crate::leaf::Leaf;
use crate::scalar::Scalar;
use crate::shape::{Axes, Axis, Shape};
use crate::tape::{Graph, Tape, Var};
use petgraph::graph::NodeIndex;
use std::panic::Location;

/// The description of a node: everything but its numbers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NodeInfo {
    /// Its index on the tape and in [`Tape::graph`].
    pub index: NodeIndex,
    /// The op's name.
    pub op: &'static str,
    /// The op's formula.
    pub formula: &'static str,
    /// What distinguishes this use of the op, such as `"axis 1"`.
    pub attributes: String,
    /// What kind of leaf it is, if it is one.
    pub leaf: Option<Leaf>,
    /// The operands, in the order of their slots.
    pub operands: Vec<NodeIndex>,
    /// The shape of the value.
    pub shape: Shape,
    /// The name that the learner gave it, or its parameter's; "" if none.
    pub name: String,
    /// The scope it was recorded in, as a path: `"encoder/layer1/"`; "" if none. Of more than 64 nested scopes, the 32 outermost and the
    /// 8 innermost, with "…" between.
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
        short_source(self.source.file(), self.source.line())
    }
}

/// A line as listings print it.
pub(crate) fn short_source(file: &str, line: u32) -> String {
    let path = file.replace('\\', "/");
    let mut parts: Vec<&str> = path.rsplitn(3, '/').take(2).collect();
    parts.reverse();
    format!("{}:{line}", parts.join("/"))
}

/// A contribution to a node's gradient, sent by one use of the node in a backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contribution {
    /// The node whose op used it.
    pub from: NodeIndex,
    /// Which operand of that op the node is.
    pub slot: usize,
    /// The node itself.
    pub to: NodeIndex,
    /// The node that holds the contribution. It has the shape of `to`. An op may pass on what arrived at it unchanged, so one node
    /// can be several contributions.
    pub cotangent: NodeIndex,
}

impl<F: Scalar> Tape<F> {
    /// Everything recorded since the last rewind, in order.
    pub fn nodes(&self) -> Vec<NodeInfo> {
        let graph = self.graph.borrow();
        let mut nodes: Vec<NodeInfo> = (0..graph.len()).map(|index| graph.nameless(NodeIndex::new(index))).collect();
        for (node, name) in graph.labels.names() {
            nodes[node.index()].name = name.to_owned();
        }
        nodes
    }

    /// The operands of a node, in the order of their slots.
    pub(crate) fn operands(&self, node: NodeIndex) -> Vec<NodeIndex> {
        self.graph.borrow().operands(node).collect()
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

    /// Each node that a backward pass (numbered from 1) visited, with the node that holds its gradient: from the last to the first.
    pub(crate) fn gradients_of_pass(&self, pass: u32) -> Vec<(NodeIndex, NodeIndex)> {
        self.passes.borrow().gradients(pass).to_vec()
    }

    /// The node that a backward pass, numbered from 1, started from.
    pub fn loss_of(&self, pass: u32) -> Option<NodeIndex> {
        self.passes.borrow().loss(pass)
    }

    /// What flowed back along every operand in a backward pass (numbered from 1), in the order of the walk. The contributions to a node
    /// add up to its gradient. The loss gets none: it starts from the seed.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let gradient = (x * x).backward().wrt(x);
    /// let sent = tape.contributions(1).into_iter().map(|sent| tape.value(sent.cotangent).sum());
    /// assert_eq!(sent.collect::<Vec<f64>>(), [3.0, 3.0]);
    /// assert_eq!(gradient.item(), 6.0);
    /// ```
    pub fn contributions(&self, pass: u32) -> Vec<Contribution> {
        let (graph, passes) = (self.graph.borrow(), self.passes.borrow());
        let (mut sent, mut contributions) = (passes.sent(pass), Vec::new());
        for &(from, _) in passes.gradients(pass) {
            for (slot, to) in graph.operands(from).enumerate() {
                if let Some(cotangent) = sent.next().flatten() {
                    contributions.push(Contribution { from, slot, to, cotangent });
                }
            }
        }
        contributions
    }
}

impl<F: Scalar> Var<'_, F> {
    /// The name in errors: `"hidden" (%5 = sigmoid)`.
    pub(crate) fn describe(self) -> String {
        self.tape.graph.borrow().describe(self.index)
    }

    /// The name in errors, with the shape.
    pub(crate) fn describe_shape(self) -> String {
        format!("{} {}", self.describe(), self.shape())
    }

    /// An axis that the method `op` was given, counted from the first one.
    ///
    /// # Panics
    /// If this array has no such axis.
    #[track_caller]
    pub(crate) fn axis(self, op: &str, axis: impl Into<Axis>) -> usize {
        self.unless_refused(op, axis.into().of(self.shape()))
    }

    /// The axes that the method `op` was given, counted from the first one.
    ///
    /// # Panics
    /// If this array has no such axis.
    #[track_caller]
    pub(crate) fn axes(self, op: &str, axes: impl Into<Axes>) -> Axes {
        self.unless_refused(op, axes.into().of(self.shape()))
    }

    /// What was found for the method `op`; or a panic that says why this array is refused, as when an op refuses an operand.
    #[track_caller]
    pub(crate) fn unless_refused<T>(self, op: &str, found: Result<T, String>) -> T {
        match found {
            Ok(found) => found,
            Err(reason) => panic!("{}", self.tape.graph.borrow().shape_mistake(op, &[self.index], &reason)),
        }
    }

    /// Refuses an operand of another shape, even if it would broadcast. The message calls it `role`, and what it should fit `beside`.
    #[track_caller]
    pub(crate) fn expect_shape(self, op: &str, role: &str, shape: impl Into<Shape>, beside: Self) {
        let shape = shape.into();
        assert!(
            self.shape() == shape,
            "{op}: {role} must have shape {shape} to fit {}, nothing is broadcast here; found {}",
            beside.describe_shape(),
            self.describe_shape()
        );
    }
}

impl<F: Scalar> Graph<F> {
    fn info(&self, index: NodeIndex) -> NodeInfo {
        NodeInfo { name: self.name_of(index).to_owned(), ..self.nameless(index) }
    }

    /// The description of a node, without the name that the learner gave it.
    fn nameless(&self, index: NodeIndex) -> NodeInfo {
        let node = &self.dag[index];
        let op = self.op(index);
        NodeInfo {
            index,
            op: op.name(),
            formula: op.formula(),
            attributes: op.attributes(),
            leaf: (**op).as_any().downcast_ref().copied(),
            operands: self.operands(index).collect(),
            shape: self.shape(index),
            name: self.param_leaf(index).map_or("", |leaf| leaf.param.name()).to_owned(),
            scope: self.scope_of(index),
            pass: node.pass(),
            origin: node.origin(),
            needs_grad: node.needs_grad(),
            source: node.source(),
        }
    }

    /// The name of a node in errors: `"hidden" (%5 = sigmoid)`.
    pub(crate) fn describe(&self, index: NodeIndex) -> String {
        let info = self.info(index);
        let equation = format!("%{} = {}", index.index(), info.op);
        if info.name.is_empty() { equation } else { format!("\"{}\" ({equation})", info.name) }
    }

    /// The name of a node in errors, with the learner's line: `"hidden" (%5 = sigmoid), recorded at ch02_graph/main.rs:31`.
    pub(crate) fn describe_with_line(&self, index: NodeIndex) -> String {
        format!("{}, recorded at {}", self.describe(index), self.info(index).short_source())
    }

    /// The message for shapes that do not fit.
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
