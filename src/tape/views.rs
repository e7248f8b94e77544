//! How a kernel sees its operands: in place, whether their numbers stand on the tape or in a parameter.

use super::graph::{Node, ParamLeaf, Slot};
use super::values::Before;
use crate::op::View;
use crate::scalar::Scalar;
use crate::shape::Shape;
use petgraph::graph::{DiGraph, NodeIndex};
use smallvec::SmallVec;
use std::sync::RwLockReadGuard;

/// The nodes that can be read while a later one is written.
#[derive(Clone, Copy)]
pub(super) struct Readable<'a, F: Scalar> {
    pub(super) values: Before<'a, F>,
    pub(super) dag: &'a DiGraph<Node<F>, Slot>,
    pub(super) shapes: &'a [Shape],
    pub(super) param_leaves: &'a [ParamLeaf<F>],
}

impl<'a, F: Scalar> Readable<'a, F> {
    /// Lets `look` see the values of `nodes`. Most kernels read one or two nodes that own their numbers: nothing needs a list
    /// or a lock then.
    #[inline]
    pub(super) fn with<R>(self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        match *nodes {
            [a] if let Some(x) = self.owned(a) => look(&[View { data: x, shape: self.shape(a) }]),
            [a, b] if let (Some(x), Some(y)) = (self.owned(a), self.owned(b)) => {
                look(&[View { data: x, shape: self.shape(a) }, View { data: y, shape: self.shape(b) }])
            }
            _ => self.with_params(nodes, look),
        }
    }

    fn with_params<R>(self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        // A parameter that stands in several slots is locked once: a second read lock could wait for a writer for ever.
        let mut locks: SmallVec<[Option<RwLockReadGuard<Vec<F>>>; 4]> = SmallVec::new();
        for (slot, node) in nodes.iter().enumerate() {
            let is_first = !nodes[..slot].contains(node);
            locks.push(self.param(*node).filter(|_| is_first).map(|leaf| leaf.param.read()));
        }
        let mut views: SmallVec<[View<F>; 4]> = SmallVec::new();
        for &node in nodes {
            let data = self.owned(node).unwrap_or_else(|| {
                let first = nodes.iter().position(|&other| other == node);
                first.and_then(|slot| locks[slot].as_ref()).map_or(&[][..], |value| &value[..])
            });
            views.push(View { data, shape: self.shape(node) });
        }
        look(&views)
    }

    /// Lets `look` see the numbers of each node in turn.
    pub(super) fn each(self, nodes: &[NodeIndex], mut look: impl FnMut(&[F])) {
        for &node in nodes {
            match self.owned(node) {
                Some(numbers) => look(numbers),
                None => self.with_params(&[node], |views| look(views[0].data)),
            }
        }
    }

    /// The numbers of a node, if they stand on the tape.
    #[inline(always)]
    fn owned(self, node: NodeIndex) -> Option<&'a [F]> {
        let numbers = self.values.of(node);
        if !numbers.is_empty() || self.param(node).is_none() { Some(numbers) } else { None }
    }

    #[inline(always)]
    fn shape(self, node: NodeIndex) -> Shape {
        self.shapes[self.dag[node].shape as usize]
    }

    /// The leaf, if this node reads a parameter.
    fn param(self, node: NodeIndex) -> Option<&'a ParamLeaf<F>> {
        let place = self.param_leaves.binary_search_by_key(&node, |leaf| leaf.node);
        place.ok().map(|place| &self.param_leaves[place])
    }
}
