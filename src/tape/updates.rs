//! What optimizers did to parameters. They change them outside the tape, so it is kept only for those who ask.

use super::graph::Graph;
use super::{Gradients, Tape};
use crate::scalar::Scalar;
use ndarray::{ArrayD, IxDyn};
use petgraph::graph::NodeIndex;

/// The updates since the last rewind.
#[derive(Default)]
pub(crate) struct Updates<F> {
    pub(super) wanted: bool,
    pub(crate) kept: Vec<Update<F>>,
}

/// One change of one parameter.
pub(crate) struct Update<F> {
    /// The leaf that had read the parameter.
    pub(crate) leaf: NodeIndex,
    /// The pass whose gradient was used, and the node that holds it.
    pub(crate) pass: u32,
    pub(crate) gradient: NodeIndex,
    /// When it was: after so many nodes and passes.
    pub(crate) nodes: usize,
    pub(crate) passes: u32,
    pub(crate) before: Vec<F>,
    pub(crate) after: Vec<F>,
}

impl<F: Scalar> Updates<F> {
    pub(super) fn rewind(&mut self) {
        self.kept.clear();
    }
}

impl<F: Scalar> Tape<F> {
    /// Whether to keep what optimizers change, so that [`trace`](Tape::trace) can show each parameter before and after. It takes two
    /// copies of every parameter in every step, which [`rewind`](Tape::rewind) drops; it is off unless asked for, and costs nothing
    /// then.
    pub fn keep_updates(&self, keep: bool) {
        self.updates.borrow_mut().wanted = keep;
    }

    /// The value of a node as the forward pass saw it. `None` if it is a parameter's that was changed since, and nobody asked to keep
    /// updates.
    pub(crate) fn value_then(&self, node: NodeIndex) -> Option<ArrayD<F>> {
        let is_current = self.graph.borrow().param_leaf(node).is_none_or(|leaf| leaf.param.version() == leaf.version);
        if is_current {
            return Some(self.value(node));
        }
        let updates = self.updates.borrow();
        let update = updates.kept.iter().find(|update| update.leaf == node)?;
        let shape = self.graph.borrow().shape(node);
        ArrayD::from_shape_vec(IxDyn(&shape), update.before.clone()).ok()
    }
}

impl<F: Scalar> Gradients<'_, F> {
    /// An update that is about to be made, if updates are to be kept. What it changes is filled in when it is known.
    pub(super) fn new_update(&self, graph: &Graph<F>, leaf: NodeIndex, gradient: NodeIndex) -> Option<Update<F>> {
        self.tape.updates.borrow().wanted.then(|| Update {
            leaf,
            pass: self.pass,
            gradient,
            nodes: graph.len(),
            passes: self.tape.passes.borrow().count(),
            before: Vec::new(),
            after: Vec::new(),
        })
    }
}
