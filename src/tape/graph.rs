//! The graph of a tape: its nodes with their values, ops and shapes, and how to read them.

use super::fast::OpList;
use crate::labels::Labels;
use crate::op::Op;
use crate::profile::Profile;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::{Circumstances, Kept, KnownShape, Node, Outside, Readable, Slot, Values, hash_of};
use crate::view::View;
use petgraph::Direction::Incoming;
use petgraph::graph::{DiGraph, NodeIndex};
use std::rc::Rc;

pub(crate) struct Graph<F: Scalar> {
    pub(crate) dag: DiGraph<Node, Slot>,
    /// The value of each node; empty for a leaf that reads a parameter or a shared array.
    pub(super) values: Values<F>,
    /// The ops of the nodes.
    pub(super) ops: OpList<F>,
    /// The shapes of the nodes, each once; the first is that of a single number. Most nodes share a few shapes.
    pub(super) shapes: Kept<KnownShape>,
    /// The parameters and shared arrays that leaves read, in order of recording.
    pub(crate) outside: Kept<Outside<F>>,
    pub(crate) labels: Labels,
    /// Where the next node goes. Nodes from here on are left from before the last rewind, waiting to be used again.
    pub(super) cursor: usize,
    /// The node whose vjp is running, if one is: nodes recorded meanwhile get its line and its scope.
    pub(crate) differentiating: Option<Circumstances>,
    /// How many nodes there were when the running vjp began (the innermost one, since a vjp may start a backward pass); 0 if none is
    /// running.
    pub(super) vjp_since: usize,
    /// How many new nodes were made in the tape's whole life.
    pub(crate) made: u64,
    /// Most numbers that all nodes together may have.
    pub(super) limit: usize,
    /// How many numbers the results of ops would have, if they get none: see [`Tape::leave_out_results`](crate::Tape).
    pub(super) left_out: Option<usize>,
    /// The times of kernels, if a profile was started.
    pub(crate) profile: Option<Box<Profile>>,
}

impl<F: Scalar> Graph<F> {
    pub(crate) fn new() -> Self {
        Graph {
            dag: DiGraph::new(),
            values: Values::new(),
            ops: OpList::default(),
            shapes: Kept::default(),
            outside: Kept::default(),
            labels: Labels::default(),
            cursor: 0,
            differentiating: None,
            vjp_since: 0,
            made: 0,
            limit: usize::MAX,
            left_out: None,
            profile: None,
        }
    }

    /// The number of nodes recorded since the last rewind.
    pub(crate) fn len(&self) -> usize {
        self.cursor
    }

    /// The index of the node that is recorded next.
    #[inline]
    pub(crate) fn next(&self) -> NodeIndex {
        NodeIndex::new(self.cursor)
    }

    /// Lets `look` see the values of `nodes`, which are read in place.
    #[track_caller]
    pub(crate) fn with_views<R>(&self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        self.readable().with(nodes, look)
    }

    /// The values of all nodes, to read.
    pub(crate) fn readable(&self) -> Readable<'_, F> {
        let Graph { dag, shapes, outside, .. } = self;
        Readable { values: self.values.all(), dag, shapes: shapes.live(), outside: outside.live() }
    }

    /// The nodes before this one, to read, and its buffer, to write.
    #[inline(always)]
    pub(super) fn split(&mut self, node: NodeIndex) -> (Readable<'_, F>, &mut [F]) {
        let (values, buffer) = self.values.split(node);
        let Graph { dag, shapes, outside, .. } = self;
        (Readable { values, dag, shapes: shapes.live(), outside: outside.live() }, buffer)
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

    /// Whether two nodes have the same shape.
    #[inline]
    pub(crate) fn same_shape(&self, a: NodeIndex, b: NodeIndex) -> bool {
        self.dag[a].shape == self.dag[b].shape
    }

    /// Whether a node has no operands.
    #[inline]
    pub(crate) fn is_leaf(&self, node: NodeIndex) -> bool {
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

    #[inline]
    pub(super) fn is_needed_by(&self, operands: &[NodeIndex]) -> bool {
        operands.iter().any(|&operand| self.dag[operand].needs_grad)
    }

    /// The index of a shape in the list of shapes. A new shape is entered, with the next node as its first.
    pub(super) fn shape_number(&mut self, shape: Shape) -> u32 {
        let first = NodeIndex::new(self.cursor);
        if self.shapes.live().is_empty() {
            self.shapes.push(KnownShape { shape: Shape::scalar(), first });
        }
        let known = self.shapes.places(|| hash_of(shape), |known| known.shape == shape).next();
        let place = known.unwrap_or_else(|| {
            self.shapes.push(KnownShape { shape, first });
            self.shapes.live().len() - 1
        });
        place as u32
    }

    /// Makes room for the numbers of a new node, or returns the reason why there is none.
    #[inline]
    pub(super) fn make_room(&mut self, shape: Shape) -> Result<(), String> {
        self.forget_leftovers();
        self.expect_within_limit(shape)?;
        self.values.push(shape)
    }

    /// The same for the result of an op, which counts but gets no room if results are left out.
    #[inline]
    pub(super) fn make_room_for_result(&mut self, shape: Shape) -> Result<(), String> {
        let Some(others) = self.left_out else { return self.make_room(shape) };
        self.forget_leftovers();
        self.expect_within_limit(shape)?;
        self.left_out = Some(others + shape.room::<F>(F::NAME)?);
        self.values.push_nothing();
        Ok(())
    }

    #[inline]
    fn expect_within_limit(&self, shape: Shape) -> Result<(), String> {
        let numbers = self.values.numbers().saturating_add(self.left_out.unwrap_or(0)).saturating_add(shape.size());
        if numbers > self.limit {
            let reason = format!("the nodes of this tape may have {} numbers together", self.limit);
            return Err(shape.refused::<F>(F::NAME, &reason));
        }
        Ok(())
    }

    /// The name that the learner gave it (`x.named("z")`), or its parameter's; "" if none.
    pub(crate) fn name_of(&self, node: NodeIndex) -> &str {
        let given = self.labels.name_of(node);
        given.or_else(|| self.param_leaf(node).map(|leaf| leaf.param.name())).unwrap_or("")
    }

    /// The scope that a node was recorded in, as a path: `"encoder/layer1/"`, or "" outside of any.
    pub(crate) fn scope_of(&self, node: NodeIndex) -> String {
        self.labels.path(self.dag[node].circumstances.scope)
    }

    /// Replaces ops: `change` returns the new op, or `None` to keep the old one.
    #[cfg(feature = "rand")] // the checker tries how it finds a wrong op
    pub(crate) fn change_ops(&mut self, change: impl Fn(&Rc<dyn Op<F>>) -> Option<Rc<dyn Op<F>>>) {
        self.ops.change(change);
    }

    /// Replaces the op of the node that was recorded last.
    #[cfg(any(feature = "html", feature = "onnx"))] // a reader of a live page breaks it
    pub(crate) fn change_op(&mut self, node: NodeIndex, change: impl FnOnce(Rc<dyn Op<F>>) -> Rc<dyn Op<F>>) {
        // The list of ops is in the order of the nodes that had them first.
        self.forget_leftovers();
        let changed = change(self.op(node).clone());
        self.dag[node].op = self.ops.enter(changed, node);
    }
}
