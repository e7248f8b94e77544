//! How a kernel sees its operands: in place, whether their numbers stand on the tape or in a parameter.

use super::node::{Node, ParamLeaf, Slot};
use super::values::Before;
use crate::op::View;
use crate::scalar::Scalar;
use crate::shape::Shape;
use petgraph::graph::{DiGraph, NodeIndex};
use smallvec::SmallVec;
use std::sync::RwLockReadGuard;

/// Keeps a parameter as it is while it is read.
type Lock<'a, F> = Option<RwLockReadGuard<'a, Vec<F>>>;

/// The nodes that can be read while a later one is written.
#[derive(Clone, Copy)]
pub(super) struct Readable<'a, F: Scalar> {
    pub(super) values: Before<'a, F>,
    pub(super) dag: &'a DiGraph<Node<F>, Slot>,
    pub(super) shapes: &'a [Shape],
    pub(super) param_leaves: &'a [ParamLeaf<F>],
}

impl<'a, F: Scalar> Readable<'a, F> {
    /// Lets `look` see the values of `nodes`. A parameter that stands in several slots is locked once: a second read lock could
    /// wait for a writer for ever.
    #[inline]
    pub(super) fn with<R>(self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        match *nodes {
            [a] => {
                let lock = self.lock(a);
                look(&[self.view(a, &lock)])
            }
            [a, b] => {
                let lock_a = self.lock(a);
                let lock_b = if a == b { None } else { self.lock(b) };
                look(&[self.view(a, &lock_a), self.view(b, if a == b { &lock_a } else { &lock_b })])
            }
            _ => self.with_many(nodes, look),
        }
    }

    fn with_many<R>(self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        let first_slot = |node: NodeIndex| nodes.iter().position(|&other| other == node).unwrap_or_default();
        let mut locks: SmallVec<[Lock<'a, F>; 4]> = SmallVec::new();
        for (slot, &node) in nodes.iter().enumerate() {
            let is_param = self.values.of(node).is_empty();
            locks.push(if is_param && first_slot(node) == slot { self.lock(node) } else { None });
        }
        let mut views: SmallVec<[View<F>; 4]> = SmallVec::new();
        for (slot, &node) in nodes.iter().enumerate() {
            let is_param = self.values.of(node).is_empty();
            views.push(self.view(node, &locks[if is_param { first_slot(node) } else { slot }]));
        }
        look(&views)
    }

    /// Lets `look` see the numbers of each node in turn.
    pub(super) fn each(self, nodes: &[NodeIndex], mut look: impl FnMut(&[F])) {
        for &node in nodes {
            match self.lock(node) {
                Some(numbers) => look(&numbers),
                None => look(self.values.of(node)),
            }
        }
    }

    /// The numbers of the parameter that a node reads, if it reads one.
    #[inline(always)]
    fn lock(self, node: NodeIndex) -> Lock<'a, F> {
        if self.values.of(node).is_empty() { self.lock_param(node) } else { None }
    }

    fn lock_param(self, node: NodeIndex) -> Lock<'a, F> {
        let place = self.param_leaves.binary_search_by_key(&node, |leaf| leaf.node);
        place.ok().map(|place| self.param_leaves[place].param.read())
    }

    #[inline(always)]
    fn view<'l>(self, node: NodeIndex, lock: &'l Lock<'a, F>) -> View<'l, F>
    where
        'a: 'l,
    {
        let data = lock.as_deref().map_or(self.values.of(node), |numbers| &numbers[..]);
        View { data, shape: self.shape(node) }
    }

    #[inline(always)]
    fn shape(self, node: NodeIndex) -> Shape {
        self.shapes[self.dag[node].shape as usize]
    }
}
