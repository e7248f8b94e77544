//! Rewinding. The one idea to know: a rewind keeps everything and moves the cursor to the start. A recording that repeats the one before
//! finds its nodes at the cursor and writes into their buffers. At the first node that differs, the rest of the old recording is dropped.

use super::Tape;
use super::graph::Graph;
use super::record::Given;
use crate::op::Op;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::By;
use petgraph::graph::NodeIndex;

impl<F: Scalar> Tape<F> {
    /// Goes back to the start. Nodes and buffers stay: recording the same operations again writes into them and allocates
    /// nothing. The first operation that differs drops the rest, and new nodes follow.
    pub fn rewind(&mut self) {
        self.graph.get_mut().rewind();
        self.passes.get_mut().rewind();
        self.updates.get_mut().rewind();
    }
}

impl<F: Scalar> Graph<F> {
    fn rewind(&mut self) {
        self.cursor = 0;
        self.give_back_params();
        self.outside.rewind();
        self.labels.rewind();
        self.differentiating = None;
    }

    /// Whether there is a node at the cursor, left from before the last rewind.
    #[inline]
    pub(super) fn has_node_here(&self) -> bool {
        self.dag.node_count() > self.cursor
    }

    /// Whether that node was recorded by an equal op of the same operands.
    #[inline(always)]
    pub(super) fn stands_here<O: Op<F> + PartialEq>(&self, op: &O, operands: &[NodeIndex]) -> bool {
        self.has_node_here() && self.has_operands_here(operands) && self.ops.is(self.dag[self.next()].op, op)
    }

    #[inline(never)] // compiled once, and not for each op
    fn has_operands_here(&self, operands: &[NodeIndex]) -> bool {
        self.operands(self.next()).eq(operands.iter().copied())
    }

    /// Whether it is a leaf of the same kind and shape, with its numbers in the same place.
    pub(super) fn leaf_stands_here<O>(&self, leaf: &O, shape: Shape, given: &Given<F>) -> bool
    where
        O: Op<F> + PartialEq,
    {
        self.stands_here(leaf, &[]) && self.shape(self.next()) == shape && self.would_read(given)
    }

    /// Uses the node at the cursor again, and moves the cursor past it.
    #[inline]
    pub(super) fn put_again(&mut self, by: By) {
        let (index, circumstances) = (self.next(), self.circumstances(by.source));
        let node = &mut self.dag[index];
        node.circumstances = circumstances;
        node.needs_grad = by.needs_grad;
        self.cursor += 1;
    }

    /// Drops what is left from the cursor on: nodes from before the last rewind, or the room of a node whose kernel panicked.
    #[inline]
    pub(super) fn forget_leftovers(&mut self) {
        if self.has_leftovers() {
            self.drop_leftovers();
        }
    }

    #[inline]
    pub(super) fn has_leftovers(&self) -> bool {
        self.values.nodes() > self.cursor
    }

    #[cold]
    fn drop_leftovers(&mut self) {
        if self.cursor == 0 {
            self.dag.clear();
        }
        while self.has_node_here() {
            self.dag.remove_node(NodeIndex::new(self.dag.node_count() - 1));
        }
        let cursor = self.next();
        self.ops.truncate(cursor);
        self.shapes.truncate(self.shapes.live().partition_point(|known| known.first < cursor));
        self.outside.forget_leftovers();
        self.values.truncate(self.cursor);
    }
}
