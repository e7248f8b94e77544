//! The graph behind a tape: recording, rewinding. The one idea to know: nodes are only ever appended or removed
//! at the end, so **recording order is a topological order**, and walking indices downwards is the reverse pass.

use super::node::{Circumstances, KnownShape, Node, Numbers, ParamLeaf, SharedLeaf, Slot};
use super::op_list::OpList;
use super::views::Readable;
use crate::faults::{Panicked, Refusal, caught};
use crate::labels::{Names, Scopes};
use crate::op::Op;
use crate::ops::add_n::{AddN, add_all};
use crate::profile::{Phase, Profile};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::Values;
use crate::storage::{Kept, hash_of};
use crate::view::ViewMut;
use petgraph::graph::{DiGraph, NodeIndex};
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
use std::panic::Location;
#[cfg(feature = "rand")]
use std::rc::Rc;
use std::time::Instant;

/// The number of the shape of a single number.
pub(super) const SINGLE: u32 = 0;

pub(crate) struct Graph<F: Scalar> {
    pub(crate) dag: DiGraph<Node, Slot>,
    /// The value of each node; nothing where a leaf reads a parameter or a shared array.
    pub(super) values: Values<F>,
    /// The ops that the nodes have.
    pub(super) ops: OpList<F>,
    /// Every shape that a node has, once, and before them (as number [`SINGLE`]) that of a single number. Most nodes share a few.
    pub(super) shapes: Kept<KnownShape>,
    /// The leaves that read parameters, in order of recording.
    pub(super) param_leaves: Kept<ParamLeaf<F>>,
    /// The leaves that read shared arrays, in order of recording. The first `live_shared` belong to this recording, the others are
    /// left from before the last rewind.
    pub(super) shared_leaves: Vec<SharedLeaf<F>>,
    pub(super) live_shared: usize,
    pub(super) names: Names,
    /// A guard that ends a scope may be dropped while somebody looks at the graph, so scopes have a lock of their own.
    scopes: RefCell<Scopes>,
    /// Where the next node goes. Nodes from here on are left from before the last rewind, waiting to be used again.
    cursor: usize,
    /// The present scope.
    scope: Cell<u32>,
    /// The node whose vjp is being recorded: what is recorded meanwhile belongs to its line and its scope.
    pub(crate) differentiating: Option<Circumstances>,
    pub(crate) pass: u32,
    /// How many nodes were newly made, over the tape's whole life.
    pub(crate) made: u64,
    /// How many numbers the nodes may have together.
    pub(super) limit: usize,
    /// How many nodes there were when the running vjp began, the innermost if there are several (a vjp may start a backward pass); 0 if
    /// none is running.
    pub(super) vjp_since: usize,
    /// What kernels took, if somebody asked for it.
    pub(crate) profile: Option<Box<Profile>>,
}

impl<F: Scalar> Graph<F> {
    pub(crate) fn new() -> Self {
        Graph {
            dag: DiGraph::new(),
            values: Values::new(),
            ops: OpList::default(),
            shapes: Kept::default(),
            param_leaves: Kept::default(),
            shared_leaves: Vec::new(),
            live_shared: 0,
            names: Names::default(),
            scopes: RefCell::default(),
            cursor: 0,
            scope: Cell::new(0),
            differentiating: None,
            pass: 0,
            made: 0,
            limit: usize::MAX,
            vjp_since: 0,
            profile: None,
        }
    }

    /// The same memory with nothing in it.
    pub(super) fn emptied(mut self) -> Self {
        self.dag.clear();
        self.values.truncate(0);
        Graph { dag: self.dag, values: self.values, ..Graph::new() }
    }

    /// How much memory it has reserved for nodes, edges and numbers.
    pub(super) fn reserved_bytes(&self) -> usize {
        let (nodes, edges) = self.dag.capacity();
        let nodes = nodes * size_of::<petgraph::graph::Node<Node>>();
        nodes + edges * size_of::<petgraph::graph::Edge<Slot>>() + self.values.reserved_bytes()
    }

    /// The number of nodes recorded since the last rewind.
    pub(crate) fn len(&self) -> usize {
        self.cursor
    }

    /// Moves to the start, keeping every node and buffer for the next recording to use again.
    pub(crate) fn rewind(&mut self) {
        self.cursor = 0;
        self.param_leaves.live_mut().iter_mut().for_each(|leaf| leaf.value = None);
        self.param_leaves.rewind();
        self.live_shared = 0;
        self.names.rewind();
        self.scopes.get_mut().rewind();
        self.scope.set(0);
        self.pass = 0;
        self.differentiating = None;
    }

    /// Records `op` of `operands` and computes its value; or says what is wrong with their shapes. The node gets gradients if `gradients`
    /// are wanted and one of the operands gets them.
    #[track_caller]
    pub(super) fn record<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        operands: &[NodeIndex],
        gradients: bool,
        source: &'static Location<'static>,
    ) -> Result<NodeIndex, Refusal> {
        let needs_grad = gradients && self.is_needed_by(operands);
        if let Some(number) = self.number(&op, operands) {
            return Ok(self.record_number(op, operands, number, needs_grad, source));
        }
        let index = NodeIndex::new(self.cursor);
        if self.stands_here(&op, operands) {
            self.compute(&op, index, operands, self.shape(index))?;
            self.record_again(needs_grad, source);
        } else {
            let shape = self.compute_new(&op, index, operands)?;
            self.append(op, shape, operands, needs_grad, source);
        }
        Ok(index)
    }

    /// Computes the value of a new node. It is compiled once for all ops: a part of [`record`](Graph::record) would be compiled for each.
    #[inline(never)]
    #[track_caller]
    fn compute_new(&mut self, op: &dyn Op<F>, index: NodeIndex, operands: &[NodeIndex]) -> Result<Shape, Refusal> {
        let shape = caught(|| self.result_shape(op, operands))??;
        self.make_room(shape)?;
        self.compute(op, index, operands, shape)?;
        Ok(shape)
    }

    /// Records the sum of nodes of one shape: what arrives at a node that is used several times, perhaps a million times. So
    /// the terms are added one by one, with no list of views.
    #[track_caller]
    pub(crate) fn record_sum(&mut self, terms: &[NodeIndex], gradients: bool) -> Result<NodeIndex, String> {
        let index = NodeIndex::new(self.cursor);
        let (shape, source, needs_grad) =
            (self.shape(terms[0]), self.dag[terms[0]].source(), gradients && self.is_needed_by(terms));
        let is_new = !self.stands_here(&AddN, terms);
        if is_new {
            self.make_room(shape)?;
        }
        let start = self.clock();
        let (readable, sum) = self.split(index);
        add_all(sum, terms.len(), |add| readable.each(terms, add));
        if let Some(start) = start {
            let numbers = (terms.len() + 1) * shape.size();
            self.note(Phase::Backward, "add_n", start, numbers, (terms.len() - 1) * shape.size());
        }
        match is_new {
            true => self.append(AddN, shape, terms, needs_grad, source),
            false => self.record_again(needs_grad, source),
        }
        Ok(index)
    }

    /// Whether the node that the cursor stands at was recorded by an equal op of the same operands.
    #[inline(always)]
    pub(super) fn stands_here<O: Op<F> + PartialEq>(&self, op: &O, operands: &[NodeIndex]) -> bool {
        let index = NodeIndex::new(self.cursor);
        let Some(node) = self.dag.node_weight(index) else { return false };
        self.ops.is(node.op, op) && self.operands(index).eq(operands.iter().copied())
    }

    /// The shape of a result.
    fn result_shape(&self, op: &dyn Op<F>, operands: &[NodeIndex]) -> Result<Shape, String> {
        match *operands {
            [a] => op.shape(&[self.shape(a)]),
            [a, b] => op.shape(&[self.shape(a), self.shape(b)]),
            _ => {
                let mut shapes: SmallVec<[Shape; 4]> = SmallVec::new();
                operands.iter().for_each(|&operand| shapes.push(self.shape(operand)));
                op.shape(&shapes)
            }
        }
    }

    /// Makes room for the numbers of a new node at the end; or says why there is none.
    #[inline]
    pub(super) fn make_room(&mut self, shape: Shape) -> Result<(), String> {
        self.forget_leftovers();
        if self.values.numbers().saturating_add(shape.size()) > self.limit {
            return Err(shape
                .refused::<F>(F::NAME, &format!("the nodes of this tape may have {} numbers together", self.limit)));
        }
        self.values.push(shape)
    }

    /// Whether the node under the cursor is left from before the last rewind.
    #[inline]
    pub(super) fn is_rewound(&self) -> bool {
        self.values.nodes() > self.cursor
    }

    /// Drops what is left from before the last rewind, if anything is.
    #[inline]
    pub(super) fn forget_leftovers(&mut self) {
        if self.is_rewound() {
            self.drop_leftovers();
        }
    }

    #[cold]
    fn drop_leftovers(&mut self) {
        if self.cursor == 0 {
            self.dag.clear();
        }
        while self.dag.node_count() > self.cursor {
            self.dag.remove_node(NodeIndex::new(self.dag.node_count() - 1));
        }
        let cursor = NodeIndex::new(self.cursor);
        self.ops.truncate(cursor);
        self.shapes.truncate(self.shapes.live().partition_point(|known| known.first < cursor));
        self.param_leaves.forget_leftovers();
        self.shared_leaves.truncate(self.live_shared);
        self.values.truncate(self.cursor);
    }

    /// Puts a new node at the end, and moves the cursor past it.
    pub(super) fn append<O: Op<F>>(
        &mut self,
        op: O,
        shape: Shape,
        operands: &[NodeIndex],
        needs_grad: bool,
        source: &'static Location<'static>,
    ) {
        let (op, shape) = (self.ops.place(op, NodeIndex::new(self.cursor)), self.shape_number(shape));
        self.append_node(op, shape, operands, needs_grad, source);
    }

    /// The number of a shape that the next node is to have.
    fn shape_number(&mut self, shape: Shape) -> u32 {
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

    /// The same, given the numbers of its op and its shape.
    pub(super) fn append_node(
        &mut self,
        op: u32,
        shape: u32,
        operands: &[NodeIndex],
        needs_grad: bool,
        source: &'static Location<'static>,
    ) {
        let circumstances = self.circumstances(source);
        let node = Node { op, shape, numbers: Numbers::Own, needs_grad, is_running: false, circumstances };
        let index = self.dag.add_node(node);
        for (slot, &operand) in operands.iter().enumerate() {
            self.dag.add_edge(operand, index, slot as Slot);
        }
        self.made += 1;
        self.cursor += 1;
    }

    /// Uses the node under the cursor again, and moves the cursor past it.
    #[inline]
    pub(super) fn record_again(&mut self, needs_grad: bool, source: &'static Location<'static>) {
        let circumstances = self.circumstances(source);
        let node = &mut self.dag[NodeIndex::new(self.cursor)];
        node.circumstances = circumstances;
        node.needs_grad = needs_grad;
        self.cursor += 1;
    }

    /// Who records the node under the cursor: the learner's program at `source`, or the vjp of a node.
    #[inline]
    fn circumstances(&self, source: &'static Location<'static>) -> Circumstances {
        self.differentiating.unwrap_or(Circumstances {
            source,
            origin: NodeIndex::new(self.cursor),
            scope: self.scope.get(),
            pass: 0,
        })
    }

    /// Says that what is recorded from now on is the vjp of `node`, or again the learner's own program.
    #[inline]
    pub(crate) fn differentiate(&mut self, node: Option<NodeIndex>) {
        self.differentiating = node.map(|node| {
            let Circumstances { source, scope, .. } = self.dag[node].circumstances;
            Circumstances { source, origin: node, scope, pass: self.pass }
        });
    }

    /// Notes that a vjp begins. Returns what [`vjp_since`](Graph::vjp_since) is to be again when it has ended.
    pub(super) fn begin_vjp(&mut self) -> usize {
        std::mem::replace(&mut self.vjp_since, self.cursor)
    }

    #[inline]
    pub(super) fn is_needed_by(&self, operands: &[NodeIndex]) -> bool {
        operands.iter().any(|&operand| self.dag[operand].needs_grad)
    }

    /// Runs the forward kernel of a node into its buffer.
    #[track_caller]
    fn compute(
        &mut self,
        op: &dyn Op<F>,
        index: NodeIndex,
        operands: &[NodeIndex],
        shape: Shape,
    ) -> Result<(), Panicked> {
        let start = self.clock();
        let (readable, y) = self.split(index);
        readable.with(operands, |x| caught(|| op.forward(x, ViewMut { data: y, shape })))?;
        if let Some(start) = start {
            let mut shapes: SmallVec<[Shape; 4]> = SmallVec::new();
            operands.iter().for_each(|&operand| shapes.push(self.shape(operand)));
            let numbers = shape.size() + shapes.iter().map(Shape::size).sum::<usize>();
            let phase = if self.differentiating.is_some() { Phase::Backward } else { Phase::Forward };
            self.note(phase, op.name(), start, numbers, op.flops(&shapes, shape));
        }
        Ok(())
    }

    /// The time, if a profile is kept.
    #[inline]
    pub(crate) fn clock(&self) -> Option<Instant> {
        self.profile.is_some().then(Instant::now)
    }

    /// Notes in the profile what a kernel took that moved so many numbers.
    #[cold]
    pub(crate) fn note(&mut self, phase: Phase, op: &'static str, start: Instant, numbers: usize, flops: usize) {
        if let Some(profile) = &mut self.profile {
            profile.note(phase, op, start.elapsed(), numbers * size_of::<F>(), flops);
        }
    }

    /// The nodes before this one, to read, and its buffer, to write.
    #[inline(always)]
    pub(super) fn split(&mut self, index: NodeIndex) -> (Readable<'_, F>, &mut [F]) {
        let (values, buffer) = self.values.split(index);
        let Graph { dag, shapes, param_leaves, shared_leaves, .. } = self;
        let (shapes, param_leaves) = (shapes.live(), param_leaves.live());
        (Readable { values, dag, shapes, param_leaves, shared_leaves }, buffer)
    }

    /// Steps into the scope `name` inside the present one. What is returned ends it: see [`leave_scope`](Graph::leave_scope).
    pub(super) fn enter_scope(&self, name: &str) -> usize {
        let mut scopes = self.scopes.borrow_mut();
        let entered = scopes.enter(name);
        self.scope.set(scopes.present());
        entered
    }

    /// Ends a scope.
    pub(super) fn leave_scope(&self, entered: usize) {
        let mut scopes = self.scopes.borrow_mut();
        scopes.leave(entered);
        self.scope.set(scopes.present());
    }

    /// The scope that a node was recorded in, as a path: `"encoder/layer1/"`, or "" outside of any.
    pub(crate) fn scope_of(&self, node: NodeIndex) -> String {
        self.scopes.borrow().path(self.dag[node].circumstances.scope)
    }

    /// Puts other ops in the place of some: `change` says which.
    #[cfg(feature = "rand")] // the checker tries how it finds a wrong op
    pub(crate) fn change_ops(&mut self, change: impl Fn(&Rc<dyn Op<F>>) -> Option<Rc<dyn Op<F>>>) {
        self.ops.change(change);
    }
}
