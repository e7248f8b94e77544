//! Ops whose vjps are running. A vjp records on the graph that its op stands in, so the op is lent out of the graph meanwhile; whoever asks
//! for it finds it here.

use super::graph::Graph;
use crate::op::Op;
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;
use std::cell::RefCell;
use std::rc::Rc;

/// An op that both its running vjp and whoever lists the tape look at.
pub(super) type LentOp<F> = Rc<RefCell<Option<Box<dyn Op<F>>>>>;

/// The ops that are lent out, the innermost last: a vjp may start a backward pass. Places are kept and used again.
pub(super) struct Lent<F: Scalar> {
    places: Vec<Place<F>>,
    used: usize,
}

struct Place<F: Scalar> {
    node: NodeIndex,
    op: LentOp<F>,
    /// How many nodes there were when the vjp began.
    since: usize,
}

impl<F: Scalar> Default for Lent<F> {
    fn default() -> Self {
        Lent { places: Vec::new(), used: 0 }
    }
}

impl<F: Scalar> Graph<F> {
    /// Lends the op of a node to its vjp; [`take_back_op`](Graph::take_back_op) ends that. `None` if it is lent already.
    pub(super) fn lend_op(&mut self, node: NodeIndex) -> Option<LentOp<F>> {
        let (op, since) = (self.dag[node].op.take()?, self.len());
        let Lent { places, used } = &mut self.lent;
        if places.len() == *used {
            places.push(Place { node, op: LentOp::default(), since });
        }
        let place = &mut places[*used];
        (place.node, place.since) = (node, since);
        *place.op.borrow_mut() = Some(op);
        *used += 1;
        Some(place.op.clone())
    }

    /// The first node that the innermost running vjp recorded, or would; 0 if none is running.
    pub(super) fn vjp_since(&self) -> usize {
        self.lent.used.checked_sub(1).map_or(0, |innermost| self.lent.places[innermost].since)
    }

    /// Puts the op that was lent last back into its node.
    pub(super) fn take_back_op(&mut self) {
        self.lent.used -= 1;
        let Place { node, op, .. } = &self.lent.places[self.lent.used];
        self.dag[*node].op = op.borrow_mut().take();
    }

    /// Lets `look` see the op of a node.
    pub(crate) fn with_op<R>(&self, node: NodeIndex, look: impl FnOnce(&dyn Op<F>) -> R) -> R {
        if let Some(op) = &self.dag[node].op {
            return look(&**op);
        }
        let lent = self.lent.places[..self.lent.used].iter().find(|place| place.node == node);
        let op = lent.expect("an op that is not in its node is lent").op.borrow();
        look(op.as_deref().expect("an op is lent until it is taken back"))
    }
}
