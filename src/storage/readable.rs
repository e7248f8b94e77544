//! How a kernel reads its operands: in place, whether their numbers are on the tape, in a parameter or in a shared array.

use super::{Before, Held, KnownShape, Node, Numbers, Outside, Share, Slot};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::view::View;
use petgraph::graph::{DiGraph, NodeIndex};
use smallvec::SmallVec;

/// The nodes that can be read while a later one is written.
#[derive(Clone, Copy)]
pub(crate) struct Readable<'a, F: Scalar> {
    pub(crate) values: Before<'a, F>,
    pub(crate) dag: &'a DiGraph<Node, Slot>,
    pub(crate) shapes: &'a [KnownShape],
    pub(crate) outside: &'a [Outside<F>],
}

impl<'a, F: Scalar> Readable<'a, F> {
    /// Lets `look` see the values of `nodes`. A parameter that is several operands is read once, so that all of them are equal
    /// even if another thread changes it.
    #[inline]
    #[track_caller]
    pub(crate) fn with<R>(self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        match *nodes {
            [a] => {
                let held = self.hold(a);
                look(&[self.view(a, &held)])
            }
            [a, b] => {
                let held_a = self.hold(a);
                let held_b = if a == b { None } else { self.hold(b) };
                look(&[self.view(a, &held_a), self.view(b, if a == b { &held_a } else { &held_b })])
            }
            _ => self.with_many(nodes, look),
        }
    }

    #[track_caller]
    fn with_many<R>(self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        let first_slot = |node: NodeIndex| nodes.iter().position(|&other| other == node).unwrap_or_default();
        let mut held: SmallVec<[Held<'a, F>; 4]> = SmallVec::new();
        for (slot, &node) in nodes.iter().enumerate() {
            held.push(if first_slot(node) == slot { self.hold(node) } else { None });
        }
        let mut views: SmallVec<[View<F>; 4]> = SmallVec::new();
        for (slot, &node) in nodes.iter().enumerate() {
            let is_outside = matches!(self.dag[node].numbers, Numbers::Outside(_));
            views.push(self.view(node, &held[if is_outside { first_slot(node) } else { slot }]));
        }
        look(&views)
    }

    /// Lets `look` see the numbers of each node in turn.
    #[track_caller]
    pub(crate) fn each(self, nodes: &[NodeIndex], mut look: impl FnMut(&[F])) {
        for &node in nodes {
            match self.hold(node) {
                Some(outside) => look(outside.numbers()),
                None => look(self.own_numbers(node)),
            }
        }
    }

    /// The numbers of the parameter or the shared array that a node reads, if it reads one.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn hold(self, node: NodeIndex) -> Held<'a, F> {
        match self.dag[node].numbers {
            Numbers::Own | Numbers::Of(_) => None,
            Numbers::Outside(place) => self.outside[place as usize].share(),
        }
    }

    #[inline(always)]
    fn view<'l>(self, node: NodeIndex, held: &'l Held<'a, F>) -> View<'l, F>
    where
        'a: 'l,
    {
        View { data: self.numbers(node, held), shape: self.shape(node) }
    }

    /// The numbers of a node, given the share that [`hold`](Readable::hold) returned for it.
    #[inline(always)]
    pub(crate) fn numbers<'l>(self, node: NodeIndex, held: &'l Held<'a, F>) -> &'l [F]
    where
        'a: 'l,
    {
        held.as_ref().map_or_else(|| self.own_numbers(node), Share::numbers)
    }

    /// The numbers of a node that stand on the tape.
    #[inline(always)]
    fn own_numbers(self, node: NodeIndex) -> &'a [F] {
        self.values.of(if let Numbers::Of(earlier) = self.dag[node].numbers { earlier } else { node })
    }

    #[inline(always)]
    fn shape(self, node: NodeIndex) -> Shape {
        self.shapes[self.dag[node].shape as usize].shape
    }
}
