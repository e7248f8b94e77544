//! Recording: the one way onto the tape. A node is an op, its operands, a shape, and a place for its numbers. The one idea to know: nodes are
//! only ever appended, so **recording order is a topological order**, and walking it backwards is the reverse pass.

use super::graph::Graph;
use super::{Tape, Var};
use crate::faults::{Refusal, caught};
use crate::op::Op;
use crate::param::Param;
use crate::profile::Phase;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::{By, Circumstances, Node, Numbers, Slot};
use crate::view::ViewMut;
use ndarray::{ArcArray, IxDyn};
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;
use std::panic::Location;

/// What a leaf is given: numbers to write onto the tape, or something to read in place.
pub(crate) enum Given<'a, F: Scalar> {
    Written(&'a mut dyn FnMut(&mut [F])),
    Param(&'a Param<F>),
    Shared(ArcArray<F, IxDyn>),
}

impl<F: Scalar> Given<'_, F> {
    /// Whether the leaf gets a gradient when gradients are wanted. A frozen parameter gets none.
    fn gets_gradients(&self) -> bool {
        if let Given::Param(param) = self { !param.is_frozen() } else { true }
    }
}

impl<F: Scalar> Tape<F> {
    /// Records `op` of `operands`. This is how built-in ops and your own get onto the tape.
    ///
    /// # Panics
    /// At the caller's line, if the operands' shapes do not fit or one of them lives on another tape.
    #[track_caller]
    pub fn record<'t, O: Op<F> + PartialEq>(&'t self, op: O, operands: &[Var<'t, F>]) -> Var<'t, F> {
        let name = op.name();
        for operand in operands {
            operand.expect_on(self, name);
        }
        match self.record_nodes(op, operands) {
            Ok(index) => self.recorded(index),
            Err(refusal) => self.blame(name, &indices(operands), refusal),
        }
    }

    #[inline]
    #[track_caller]
    fn record_nodes<O: Op<F> + PartialEq>(&self, op: O, operands: &[Var<F>]) -> Result<NodeIndex, Refusal> {
        let (gradients, source) = (self.wants_gradients(), Location::caller());
        match *operands {
            [a] => self.recording().record(op, &[a.index], gradients, source),
            [a, b] => self.recording().record(op, &[a.index, b.index], gradients, source),
            _ => self.recording().record(op, &indices(operands), gradients, source),
        }
    }
}

fn indices<F: Scalar>(operands: &[Var<F>]) -> SmallVec<[NodeIndex; 4]> {
    let mut nodes = SmallVec::new();
    operands.iter().for_each(|operand| nodes.push(operand.index));
    nodes
}

impl<F: Scalar> Graph<F> {
    /// Records `op` of `operands` and computes its value, or returns the reason why it cannot. The node gets gradients if `gradients` are
    /// wanted and one of the operands gets them.
    /// (Not inlined, so that other crates share what is compiled here.)
    #[inline(never)]
    #[track_caller]
    pub(crate) fn record<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        operands: &[NodeIndex],
        gradients: bool,
        source: &'static Location<'static>,
    ) -> Result<NodeIndex, Refusal> {
        let by = By { needs_grad: gradients && self.is_needed_by(operands), source };
        // In WebAssembly, which travels with a page, no op has a fast path of its own.
        let number = if cfg!(target_family = "wasm") { None } else { self.single(&op, operands) };
        let is_here = self.stands_here(&op, operands);
        if let Some(number) = number {
            if !is_here {
                self.forget_leftovers();
            }
            let op = self.place(op);
            return Ok(self.put_single(op, operands, number, by));
        }
        let (shape, numbers) = match self.same_numbers::<O>(operands) {
            Some(numbers) => (self.refer(&op, operands, is_here)?, numbers),
            None => (self.compute(&op, operands, is_here)?, Numbers::Own),
        };
        let op = self.place(op);
        Ok(self.put(op, operands, shape, numbers, by))
    }

    /// Records a leaf. If this recording has already read the same version of the same parameter, it returns that leaf.
    #[track_caller]
    pub(crate) fn record_leaf<O: Op<F> + PartialEq>(
        &mut self,
        leaf: O,
        shape: Shape,
        given: Given<F>,
        gradients: bool,
        source: &'static Location<'static>,
    ) -> Result<NodeIndex, String> {
        let needs_grad = gradients && given.gets_gradients();
        if let Some(known) = self.leaf_that_reads(&given, needs_grad) {
            return Ok(known);
        }
        if !self.leaf_stands_here(&leaf, shape, &given) {
            self.forget_leftovers();
            match given {
                Given::Written(_) => self.make_room(shape)?,
                Given::Param(_) | Given::Shared(_) => self.values.push_nothing(),
            }
        }
        let numbers = match given {
            Given::Written(write) => self.write(leaf.name(), shape, write),
            Given::Param(param) => self.read_param(param),
            Given::Shared(array) => self.read_shared(array),
        };
        let leaf = self.place(leaf);
        Ok(self.put(leaf, &[], shape, numbers, By { needs_grad, source }))
    }

    /// The place of the op of a new node at the cursor; `None` if the node there is used again.
    #[inline(always)]
    pub(super) fn place<O: Op<F>>(&mut self, op: O) -> Option<u32> {
        if self.has_node_here() { None } else { Some(self.ops.place(op, self.next())) }
    }

    /// Puts a node at the cursor, and moves the cursor past it. `op` is what [`place`](Graph::place) returned.
    #[inline(never)]
    pub(super) fn put(
        &mut self,
        op: Option<u32>,
        operands: &[NodeIndex],
        shape: Shape,
        numbers: Numbers,
        by: By,
    ) -> NodeIndex {
        let index = self.next();
        match op {
            None => self.put_again(by),
            Some(op) => {
                let shape = self.shape_number(shape);
                self.append(op, operands, shape, numbers, by);
            }
        }
        index
    }

    /// Appends a new node, given the indices of its op and its shape.
    pub(super) fn append(&mut self, op: u32, operands: &[NodeIndex], shape: u32, numbers: Numbers, by: By) {
        let (circumstances, needs_grad) = (self.circumstances(by.source), by.needs_grad);
        let node = Node { op, shape, numbers, needs_grad, is_running: false, circumstances };
        let index = self.dag.add_node(node);
        for (slot, &operand) in operands.iter().enumerate() {
            self.dag.add_edge(operand, index, slot as Slot);
        }
        self.made += 1;
        self.cursor += 1;
    }

    /// Who records the node at the cursor: the learner's program at `source`, or the vjp of a node.
    #[inline]
    pub(super) fn circumstances(&self, source: &'static Location<'static>) -> Circumstances {
        let scope = self.labels.scope();
        self.differentiating.unwrap_or(Circumstances { source, origin: self.next(), scope, pass: 0 })
    }

    /// From now on, recorded nodes belong to the vjp of `node`, in this pass.
    #[inline]
    pub(super) fn differentiate(&mut self, node: NodeIndex, pass: u32) {
        let Circumstances { source, scope, .. } = self.dag[node].circumstances;
        self.differentiating = Some(Circumstances { source, origin: node, scope, pass });
    }

    /// The shape that an op's result has.
    pub(super) fn shape_of_result(&self, op: &dyn Op<F>, operands: &[NodeIndex]) -> Result<Shape, Refusal> {
        let mut shapes: SmallVec<[Shape; 4]> = SmallVec::new();
        operands.iter().for_each(|&operand| shapes.push(self.shape(operand)));
        Ok(caught(|| op.shape(&shapes))??)
    }

    /// Runs the kernel of an op into the room at the cursor, which is made unless its node `is_here` from before the last rewind. Returns the result's shape.
    /// If results are left out, the shape is all there is.
    /// (Not part of `record`, so that it is compiled once and not for each op.)
    #[inline(never)]
    #[track_caller]
    fn compute(&mut self, op: &dyn Op<F>, operands: &[NodeIndex], is_here: bool) -> Result<Shape, Refusal> {
        let shape = if is_here { self.shape(self.next()) } else { self.shape_of_result(op, operands)? };
        if !is_here {
            self.make_room_for_result(shape)?;
        }
        if self.left_out.is_some() {
            return Ok(shape);
        }
        let start = self.clock();
        let (readable, y) = self.split(self.next());
        readable.with(operands, |x| caught(|| op.forward(x, ViewMut { data: y, shape })))?;
        self.note_kernel(start, op, operands, shape);
        Ok(shape)
    }

    /// Lets `write` fill the room at the cursor with a leaf's numbers.
    fn write(&mut self, leaf: &'static str, shape: Shape, write: &mut dyn FnMut(&mut [F])) -> Numbers {
        let start = self.clock();
        write(self.split(self.next()).1);
        self.note(start, Phase::Input, leaf, 2 * shape.size() as u64, 0);
        Numbers::Own
    }
}
