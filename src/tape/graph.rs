//! The graph behind a tape: nodes, recording, rewinding. The one idea to know: nodes are only ever appended or removed
//! at the end, so **recording order is a topological order**, and walking indices downwards is the reverse pass.

use crate::op::{AnyOp, Op, View, ViewMut};
use crate::param::Param;
use crate::scalar::Scalar;
use crate::shape::Shape;
use petgraph::Direction::Incoming;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use smallvec::{SmallVec, smallvec};
use std::panic::Location;

/// Which operand of an op an edge is. (petgraph lists the newest edge first, and `x * x` has two parallel edges, so the order of edges
/// alone would not tell.)
pub type Slot = u32;

/// One step of the computation: an op applied to operands, and its result.
pub struct Node<F: Scalar> {
    /// `None` only while this node's own vjp runs.
    op: Option<Box<dyn AnyOp<F>>>,
    /// The parameter that a leaf reads in place, with the version that was current when the leaf was recorded.
    param: Option<(Param<F>, u64)>,
    shape: Shape,
    source: &'static Location<'static>,
    /// Kept over a rewind even while `named` is false, so that giving the same name again allocates nothing.
    name: Box<str>,
    named: bool,
    scope: u32,
    pass: u32,
    /// The forward node whose vjp recorded this one; itself, if the learner's program did.
    origin: u32,
    needs_grad: bool,
}

/// Numbers, row-major. Up to two are held in place: programs of scalars need no heap.
pub(crate) type Buffer<F> = SmallVec<[F; 2]>;

impl<F: Scalar> Node<F> {
    /// The op's declaration.
    pub(crate) fn op(&self) -> &dyn Op<F> {
        self.op.as_deref().expect("an op is absent only while its own vjp runs")
    }
    /// The name that the learner gave it (`x.named("z")`), or its parameter's; "" if none.
    pub fn name(&self) -> &str {
        match &self.param {
            _ if self.named => &self.name,
            Some((param, _)) => param.name(),
            None => "",
        }
    }
    /// The shape of the result.
    pub fn shape(&self) -> Shape {
        self.shape
    }
    /// Where the learner's program recorded it (for a backward node: recorded the forward node that it differentiates).
    pub fn source(&self) -> &'static Location<'static> {
        self.source
    }
    /// 0 for the learner's own computation, n for the nth backward pass.
    pub fn pass(&self) -> u32 {
        self.pass
    }
    /// The node whose vjp recorded this one; itself, if the learner's program did.
    pub fn origin(&self) -> NodeIndex {
        NodeIndex::new(self.origin as usize)
    }
    /// Whether a backward pass computes its gradient.
    pub fn needs_grad(&self) -> bool {
        self.needs_grad
    }
    /// The parameter that this leaf reads, and the version it had when it was recorded.
    pub(crate) fn param(&self) -> Option<(&Param<F>, u64)> {
        self.param.as_ref().map(|(param, version)| (param, *version))
    }
}

/// A scope: `layer1` inside its parent.
pub(crate) struct Scope {
    parent: u32,
    name: String,
}

/// The node whose vjp runs.
#[derive(Clone, Copy)]
struct Differentiating {
    node: NodeIndex,
    source: &'static Location<'static>,
    scope: u32,
}

pub(crate) struct Graph<F: Scalar> {
    pub(crate) dag: DiGraph<Node<F>, Slot>,
    /// The value of each node, beside the graph, so that a kernel can read some while it writes another. Empty where a leaf
    /// reads a parameter.
    values: Vec<Buffer<F>>,
    /// Where the next node goes. Nodes from here on are left from before the last rewind, waiting to be used again.
    cursor: usize,
    /// The leaves that read parameters, in order of recording.
    param_leaves: Vec<NodeIndex>,
    scopes: Vec<Scope>,
    pub(crate) scope: u32,
    /// The node whose vjp is being recorded: what is recorded meanwhile belongs to its line and its scope.
    differentiating: Option<Differentiating>,
    pub(crate) pass: u32,
    pub(crate) gradients_off: bool,
    /// How many nodes were newly made, over the tape's whole life.
    pub(crate) made: u64,
}

impl<F: Scalar> Graph<F> {
    pub(crate) fn new() -> Self {
        Graph {
            dag: DiGraph::new(),
            values: Vec::new(),
            cursor: 0,
            param_leaves: Vec::new(),
            scopes: vec![Scope { parent: 0, name: String::new() }],
            scope: 0,
            differentiating: None,
            pass: 0,
            gradients_off: false,
            made: 0,
        }
    }

    /// The number of nodes recorded since the last rewind.
    pub(crate) fn len(&self) -> usize {
        self.cursor
    }

    /// Moves to the start, keeping every node and buffer for the next recording to use again.
    pub(crate) fn rewind(&mut self) {
        self.cursor = 0;
        self.param_leaves.clear();
        self.pass = 0;
        self.differentiating = None; // a vjp that panicked may have left it
    }

    /// Records `op` of `operands` and computes its value; or says what is wrong with their shapes.
    pub(crate) fn record<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        operands: &[NodeIndex],
        source: &'static Location<'static>,
    ) -> Result<NodeIndex, String> {
        let index = NodeIndex::new(self.cursor);
        if !(self.has_op(index, &op) && self.operands(index).eq(operands.iter().rev().copied())) {
            let shapes: SmallVec<[Shape; 4]> = operands.iter().map(|&operand| self.dag[operand].shape).collect();
            let shape = op.shape(&shapes)?;
            self.append(op, shape, smallvec![F::ZERO; shape.size()]);
            for (slot, &operand) in operands.iter().enumerate() {
                self.dag.add_edge(operand, index, slot as Slot);
            }
        }
        let needs_grad = operands.iter().any(|&operand| self.dag[operand].needs_grad);
        self.stamp(index, needs_grad, source);
        self.compute(index, operands);
        Ok(index)
    }

    /// Records a leaf of `shape`, whose numbers `fill` writes straight into the node's buffer.
    pub(crate) fn record_leaf<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        shape: Shape,
        needs_grad: bool,
        source: &'static Location<'static>,
        fill: impl FnOnce(&mut [F]),
    ) -> NodeIndex {
        let index = NodeIndex::new(self.cursor);
        if !(self.has_op(index, &op) && self.dag[index].shape == shape) {
            self.append(op, shape, smallvec![F::ZERO; shape.size()]);
        }
        fill(&mut self.values[index.index()]);
        self.stamp(index, needs_grad, source);
        index
    }

    /// Records the leaf that reads `param` in place, or finds it if this recording has it already at its present version.
    pub(crate) fn record_param<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        param: &Param<F>,
        source: &'static Location<'static>,
    ) -> NodeIndex {
        let version = param.version();
        let current = |node: &Node<F>| node.param().is_some_and(|(p, v)| p.is(param) && v == version);
        if let Some(&leaf) = self.param_leaves.iter().find(|&&leaf| current(&self.dag[leaf])) {
            return leaf;
        }
        let index = NodeIndex::new(self.cursor);
        let reusable = self.dag.node_weight(index).and_then(Node::param).is_some_and(|(p, _)| p.is(param));
        if !reusable {
            self.append(op, param.shape(), Buffer::new());
        }
        self.dag[index].param = Some((param.clone(), version));
        self.stamp(index, true, source);
        self.param_leaves.push(index);
        index
    }

    /// Whether the node that the cursor stands at was recorded by an equal op.
    fn has_op<O: Op<F> + PartialEq>(&self, index: NodeIndex, op: &O) -> bool {
        let same = |node: &Node<F>| node.op.as_deref().and_then(|old| old.as_any().downcast_ref()) == Some(op);
        self.dag.node_weight(index).is_some_and(same)
    }

    /// Drops what is left from before the last rewind, and puts a new node at the end.
    fn append<O: Op<F>>(&mut self, op: O, shape: Shape, value: Buffer<F>) {
        if self.cursor == 0 {
            self.dag.clear();
        }
        self.values.truncate(self.cursor);
        while self.dag.node_count() > self.cursor {
            self.dag.remove_node(NodeIndex::new(self.dag.node_count() - 1));
        }
        self.dag.add_node(Node {
            op: Some(Box::new(op)),
            param: None,
            shape,
            source: Location::caller(),
            name: Box::default(),
            named: false,
            scope: 0,
            pass: 0,
            origin: 0,
            needs_grad: false,
        });
        self.values.push(value);
        self.made += 1;
    }

    /// Says that what is recorded from now on is the vjp of `node`, or again the learner's own program.
    pub(crate) fn differentiate(&mut self, node: Option<NodeIndex>) {
        self.differentiating =
            node.map(|node| Differentiating { node, source: self.dag[node].source, scope: self.dag[node].scope });
    }

    /// Notes the circumstances of a recording, and moves the cursor past it.
    fn stamp(&mut self, index: NodeIndex, needs_grad: bool, source: &'static Location<'static>) {
        let node = &mut self.dag[index];
        (node.source, node.scope, node.pass, node.origin) = match self.differentiating {
            Some(differentiated) => {
                (differentiated.source, differentiated.scope, self.pass, differentiated.node.index() as u32)
            }
            None => (source, self.scope, 0, index.index() as u32),
        };
        node.named = false;
        node.needs_grad = needs_grad && !self.gradients_off;
        self.cursor += 1;
    }

    /// Runs the forward kernel of a node into its buffer.
    fn compute(&mut self, index: NodeIndex, operands: &[NodeIndex]) {
        let (before, after) = self.values.split_at_mut(index.index());
        let node = &self.dag[index];
        let y = ViewMut { data: &mut after[0], shape: node.shape };
        with_views(&self.dag, before, operands, |x| node.op().forward(x, y));
    }

    /// Lets `look` see the values of `nodes`, which are read in place.
    pub(crate) fn with_views<R>(&self, nodes: &[NodeIndex], look: impl FnOnce(&[View<F>]) -> R) -> R {
        with_views(&self.dag, &self.values, nodes, look)
    }

    /// The operands of a node, **last one first**, as petgraph lists them.
    pub(crate) fn operands(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.dag.edges_directed(node, Incoming).map(|edge| edge.source())
    }

    /// The latest leaf of this recording that reads `param`.
    pub(crate) fn leaf_of(&self, param: &Param<F>) -> Option<NodeIndex> {
        let reads = |leaf: &NodeIndex| self.dag[*leaf].param().is_some_and(|(p, _)| p.is(param));
        self.param_leaves.iter().rev().copied().find(reads)
    }

    /// Takes a node's op out of the graph while its vjp records on it; [`Graph::put_back_op`] returns it.
    pub(crate) fn take_op(&mut self, node: NodeIndex) -> Option<Box<dyn AnyOp<F>>> {
        self.dag[node].op.take()
    }

    pub(crate) fn put_back_op(&mut self, node: NodeIndex, op: Option<Box<dyn AnyOp<F>>>) {
        self.dag[node].op = op;
    }

    /// Gives a node a name.
    pub(crate) fn name(&mut self, node: NodeIndex, name: &str) {
        let node = &mut self.dag[node];
        if *node.name != *name {
            node.name = name.into();
        }
        node.named = true;
    }

    /// Steps into the scope `name` inside the present one, and returns the present one.
    pub(crate) fn enter_scope(&mut self, name: &str) -> u32 {
        let parent = self.scope;
        let same = |scope: &Scope| scope.parent == parent && scope.name == name;
        let known = self.scopes.iter().position(same);
        self.scope = known.unwrap_or(self.scopes.len()) as u32;
        if known.is_none() {
            self.scopes.push(Scope { parent, name: name.to_owned() });
        }
        parent
    }

    /// The scope that a node was recorded in, as a path: `"encoder/layer1/"`, or "" outside of any.
    pub(crate) fn scope_of(&self, node: NodeIndex) -> String {
        let (mut path, mut scope) = (String::new(), self.dag[node].scope);
        while scope != 0 {
            let Scope { parent, name } = &self.scopes[scope as usize];
            path.insert_str(0, &format!("{name}/"));
            scope = *parent;
        }
        path
    }
}

/// Lets `look` see the values of `nodes`. Most kernels read one or two nodes that own their numbers: nothing needs a list or
/// a lock then.
#[inline]
fn with_views<F: Scalar, R>(
    dag: &DiGraph<Node<F>, Slot>,
    values: &[Buffer<F>],
    nodes: &[NodeIndex],
    look: impl FnOnce(&[View<F>]) -> R,
) -> R {
    let view = |node: NodeIndex| match &dag[node] {
        Node { param: None, shape, .. } => Some(View { data: &values[node.index()][..], shape: *shape }),
        Node { param: Some(_), .. } => None,
    };
    match *nodes {
        [a] if let Some(a) = view(a) => look(&[a]),
        [a, b] if let (Some(a), Some(b)) = (view(a), view(b)) => look(&[a, b]),
        _ => {
            // A parameter that stands in several slots is locked once: a second read lock could wait for a writer for ever.
            let lock = |(slot, node): (usize, &NodeIndex)| match &dag[*node].param {
                Some((param, _)) if !nodes[..slot].contains(node) => Some(param.read()),
                _ => None,
            };
            let locks: SmallVec<[_; 4]> = nodes.iter().enumerate().map(lock).collect();
            let locked = |node: NodeIndex| {
                let first = nodes.iter().position(|&other| other == node);
                let state = first.and_then(|slot| locks[slot].as_ref());
                View { data: state.map_or(&[][..], |state| &state.value[..]), shape: dag[node].shape }
            };
            let views: SmallVec<[View<F>; 4]> =
                nodes.iter().map(|&node| view(node).unwrap_or_else(|| locked(node))).collect();
            look(&views)
        }
    }
}
