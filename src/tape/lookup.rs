//! What can be asked of a graph: values, shapes, operands, parameters, names and scopes.

use super::graph::Graph;
use super::kept::hash_of;
use super::node::ParamLeaf;
use super::views::Readable;
use crate::op::{Local, View};
use crate::param::Param;
use crate::scalar::Scalar;
use crate::shape::Shape;
use petgraph::Direction::Incoming;
use petgraph::graph::NodeIndex;

impl<F: Scalar> Graph<F> {
    /// Lets `look` see the values of `nodes`, which are read in place.
    #[track_caller]
    pub(crate) fn with_views<R>(&self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        self.readable().with(nodes, look)
    }

    /// The values of all nodes, to read.
    pub(super) fn readable(&self) -> Readable<'_, F> {
        let Graph { dag, shapes, param_leaves, shared_leaves, .. } = self;
        let (shapes, param_leaves) = (shapes.live(), param_leaves.live());
        Readable { values: self.values.all(), dag, shapes, param_leaves, shared_leaves }
    }

    /// The shape of a node.
    #[inline]
    pub(crate) fn shape(&self, node: NodeIndex) -> Shape {
        self.shapes.live()[self.dag[node].shape as usize].shape
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
        let together = operands.try_fold(Shape::scalar(), Shape::broadcast);
        let operand = self.shape(local.operands[slot].0);
        operand.broadcast(shape) == Some(shape) && (shape == self.shape(local.output) || together == Some(shape))
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
        let live = self.param_leaves.live();
        if live.is_empty() || !self.values.all().of(node).is_empty() {
            return None;
        }
        live.binary_search_by_key(&node, |leaf| leaf.node).ok().map(|place| &live[place])
    }

    /// The leaves of this recording that read `param`, the latest first: one for each version of it that was read, and another one where it
    /// was read without gradients.
    #[inline]
    pub(crate) fn leaves_of(&self, param: &Param<F>) -> impl Iterator<Item = &ParamLeaf<F>> {
        let places = self.param_leaves.places(|| hash_of(param.address()), |leaf| leaf.param.is(param));
        places.map(|place| &self.param_leaves.live()[place])
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
    pub(super) fn names(&self) -> impl Iterator<Item = (NodeIndex, &str)> {
        self.names.given()
    }
}
