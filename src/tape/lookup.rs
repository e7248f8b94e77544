//! What can be asked of a graph: values, shapes, operands, parameters, names and scopes.

use super::graph::Graph;
use super::node::{Numbers, ParamLeaf};
use super::views::Readable;
use crate::op::{Local, Op};
use crate::param::Param;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::hash_of;
use crate::view::View;
use petgraph::Direction::Incoming;
use petgraph::graph::NodeIndex;
use std::rc::Rc;

impl<F: Scalar> Graph<F> {
    /// Lets `look` see the values of `nodes`, which are read in place.
    #[track_caller]
    pub(crate) fn with_views<R>(&self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        self.readable().with(nodes, look)
    }

    /// The values of all nodes, to read.
    pub(crate) fn readable(&self) -> Readable<'_, F> {
        let Graph { dag, shapes, param_leaves, shared_leaves, .. } = self;
        let (shapes, param_leaves) = (shapes.live(), param_leaves.live());
        Readable { values: self.values.all(), dag, shapes, param_leaves, shared_leaves }
    }

    /// The shape of a node.
    #[inline]
    pub(crate) fn shape(&self, node: NodeIndex) -> Shape {
        self.shapes.live()[self.dag[node].shape as usize].shape
    }

    /// The op of a node.
    #[inline]
    pub(crate) fn op(&self, node: NodeIndex) -> &Rc<dyn Op<F>> {
        self.ops.get(self.dag[node].op)
    }

    /// Whether two nodes have one shape.
    #[inline]
    pub(crate) fn same_shape(&self, a: NodeIndex, b: NodeIndex) -> bool {
        self.dag[a].shape == self.dag[b].shape
    }

    /// Whether an operand of an op was broadcast to `shape`, which is that of the result, or the one to which all operands broadcast (as in a
    /// sum of products, whose result is smaller).
    pub(super) fn is_broadcast(&self, shape: Shape, local: &Local<F>, slot: usize) -> bool {
        let mut operands = local.operands.iter().map(|&(operand, _)| self.shape(operand));
        let mut together = || operands.try_fold(Shape::scalar(), Shape::broadcast);
        let operand = self.shape(local.operands[slot].0);
        operand.broadcast(shape) == Some(shape) && (shape == self.shape(local.output) || together() == Some(shape))
    }

    /// Whether a node has no operands.
    #[inline]
    pub(super) fn is_leaf(&self, node: NodeIndex) -> bool {
        self.dag.first_edge(node, Incoming).is_none()
    }

    /// The operands of a node, in the order of their slots. Its edges were added one after the other, the last slot last.
    #[inline]
    pub(crate) fn operands(&self, node: NodeIndex) -> impl ExactSizeIterator<Item = NodeIndex> {
        let edges = self.dag.raw_edges();
        let edges = match self.dag.first_edge(node, Incoming) {
            Some(last) => &edges[last.index() - edges[last.index()].weight as usize..=last.index()],
            None => &[],
        };
        edges.iter().map(|edge| edge.source())
    }

    /// The leaf, if this node reads a parameter.
    #[inline]
    pub(crate) fn param_leaf(&self, node: NodeIndex) -> Option<&ParamLeaf<F>> {
        match self.dag[node].numbers {
            Numbers::Param(place) => Some(&self.param_leaves.live()[place as usize]),
            _ => None,
        }
    }

    /// The leaves of this recording that read `param`, the latest first: one for each version of it that was read, and another one where it
    /// was read without gradients.
    #[inline]
    pub(crate) fn leaves_of(&self, param: &Param<F>) -> impl Iterator<Item = &ParamLeaf<F>> {
        self.places_of(param).map(|place| &self.param_leaves.live()[place])
    }

    /// The places of these in the list of leaves.
    #[inline]
    pub(super) fn places_of(&self, param: &Param<F>) -> impl Iterator<Item = usize> {
        self.param_leaves.places(|| hash_of(param.address()), |leaf| leaf.param.is(param))
    }

    /// Gives a node a name.
    pub(crate) fn name(&mut self, node: NodeIndex, name: &str) {
        self.names.give(node, name);
    }

    /// The name that the learner gave it (`x.named("z")`), or its parameter's; "" if none.
    pub(crate) fn name_of(&self, node: NodeIndex) -> &str {
        let given = self.names.of(node);
        given.or_else(|| self.param_leaf(node).map(|leaf| leaf.param.name())).unwrap_or("")
    }

    /// The nodes that were given names, with those, in the order of giving.
    pub(crate) fn names(&self) -> impl Iterator<Item = (NodeIndex, &str)> {
        self.names.given()
    }
}
