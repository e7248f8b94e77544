//! What optimizers did to parameters. Optimizers change parameters outside the tape, so their changes are kept only on request.

use crate::scalar::Scalar;
use crate::tape::Tape;
use ndarray::{ArrayD, IxDyn};
use petgraph::graph::NodeIndex;

impl<F: Scalar> Tape<F> {
    /// Whether to keep what optimizers change, so that [`trace`](Tape::trace) can show each parameter before and after. This takes two
    /// copies of every parameter in every step, until the next [`rewind`](Tape::rewind). It is off unless you switch it on, and then costs
    /// nothing.
    pub fn keep_updates(&self, keep: bool) {
        self.updates.borrow_mut().wanted = keep;
    }

    /// The value of a node as the forward pass saw it. `None` if the node reads a parameter that was changed since, and updates are not
    /// kept.
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
