//! The tape: records every operation as a node of a DAG, so that gradients can flow back through it.
//!
//! - `node`: what the graph is made of; `graph`: recording and rewinding
//! - `var`: [`Var`], a handle to a node, with the arithmetic that records
//! - `backward`: the reverse pass; `gradients`: what it found
//! - `leaf`: what enters a tape from outside

mod backward;
mod detach;
mod gradients;
mod graph;
mod leaf;
mod lookup;
mod node;
mod numbers;
mod op_list;
mod record_leaf;
mod spare;
mod var;
mod views;

pub use gradients::Gradients;
pub(crate) use gradients::{GradientOf, changed};
pub use node::{Node, Slot};
pub use var::Var;

use crate::faults::{Refusal, go_on};
use crate::op::Op;
use crate::param::Updates;
use crate::scalar::Scalar;
use crate::walk::Passes;
pub(crate) use graph::Graph;
use ndarray::ArrayD;
use petgraph::graph::{DiGraph, NodeIndex};
use smallvec::SmallVec;
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::fmt;
use std::panic::Location;

/// A record of a computation, from which gradients are derived.
///
/// ```
/// use gradus::prelude::*;
/// let mut tape = Tape::new();
/// for x in [1.0, 2.0, 3.0] {
///     let x = tape.var(x);
///     let y = x * x;
///     let gradients = y.backward();
///     assert_eq!(gradients.wrt(x).item(), 2.0 * x.item());
///     tape.rewind(); // the next round uses the same three nodes again
/// }
/// ```
///
/// A [`Var`] borrows its tape, and [`rewind`](Tape::rewind) needs the tape to itself, so a Var of an earlier round cannot be used by
/// mistake:
///
/// ```compile_fail,E0502
/// # use gradus::prelude::*;
/// let mut tape = Tape::new();
/// let x = tape.var(1.0);
/// tape.rewind();
/// println!("{}", x.item()); // does not compile
/// ```
pub struct Tape<F: Scalar = f32> {
    pub(crate) graph: RefCell<Graph<F>>,
    pub(crate) passes: RefCell<Passes>,
    pub(crate) updates: RefCell<Updates<F>>,
    /// Whether this is under [`no_grad`](Tape::no_grad).
    gradients_off: Cell<bool>,
    /// See [`stop_at_non_finite`](Tape::stop_at_non_finite).
    pub(crate) stops_at_non_finite: Cell<bool>,
}

impl<F: Scalar> Default for Tape<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Scalar> Tape<F> {
    /// An empty tape. It takes over the memory of the last one that was dropped on this thread, if there is one.
    pub fn new() -> Self {
        let (graph, passes) = spare::take();
        Tape {
            graph: RefCell::new(graph),
            passes: RefCell::new(passes),
            updates: RefCell::new(Updates::default()),
            gradients_off: Cell::new(false),
            stops_at_non_finite: Cell::new(false),
        }
    }

    /// An empty tape whose nodes may have so many numbers together. More is refused before memory is taken for them.
    #[cfg(feature = "json")]
    pub(crate) fn limited_to(numbers: usize) -> Self {
        let tape = Tape::new();
        tape.graph.borrow_mut().limit = numbers;
        tape
    }

    /// Gives the memory back to the system that dropped tapes have left for the next one (up to 1 GiB per thread and kind of number).
    pub fn release_spare_memory() {
        spare::release::<F>();
    }

    /// Goes back to the start. Nodes and buffers stay: recording the same operations again writes into them, with no
    /// allocation; the first operation that differs drops the rest and records afresh.
    pub fn rewind(&mut self) {
        self.graph.get_mut().rewind();
        self.passes.get_mut().rewind();
        self.updates.get_mut().rewind();
    }

    /// Records `op` of `operands`. This is how built-in ops and your own get onto the tape.
    ///
    /// # Panics
    /// At the caller's line, if the operands' shapes do not fit or one of them lives on another tape.
    #[track_caller]
    pub fn record<'t, O: Op<F> + PartialEq>(&'t self, op: O, operands: &[Var<'t, F>]) -> Var<'t, F> {
        for operand in operands {
            operand.expect_on(self, op.name());
        }
        match *operands {
            [a] => self.record_nodes(op, &[a.index], self.wants_gradients()),
            [a, b] => self.record_nodes(op, &[a.index, b.index], self.wants_gradients()),
            _ => {
                let mut nodes: SmallVec<[NodeIndex; 4]> = SmallVec::new();
                operands.iter().for_each(|operand| nodes.push(operand.index));
                self.record_nodes(op, &nodes, self.wants_gradients())
            }
        }
    }

    #[track_caller]
    fn record_nodes<O: Op<F> + PartialEq>(&self, op: O, nodes: &[NodeIndex], gradients: bool) -> Var<'_, F> {
        let name = op.name();
        let recorded = self.recording().record(op, nodes, gradients, Location::caller());
        match recorded {
            Ok(index) => self.recorded(index),
            Err(refusal) => self.blame(name, nodes, refusal),
        }
    }

    /// Says what is wrong with the shapes of `nodes` or with `op`, at the line that wanted to record it.
    #[cold]
    #[track_caller]
    fn blame(&self, op: &str, nodes: &[NodeIndex], refusal: Refusal) -> ! {
        match refusal {
            Refusal::Shapes(reason) => panic!("{}", self.graph.borrow().shape_mistake(op, nodes, &reason)),
            Refusal::Panicked(panicked) => go_on(panicked, &format!("the kernel (or the shape rule) of {op}")),
        }
    }

    /// The graph, to record on it.
    #[inline]
    #[track_caller]
    pub(crate) fn recording(&self) -> RefMut<'_, Graph<F>> {
        match self.graph.try_borrow_mut() {
            Ok(graph) => graph,
            Err(_) => panic!(
                "nothing can be recorded on a tape while somebody looks at it: inside with_value or Gradients::update, or while what \
                 tape.graph() returned is still there; take a copy with x.value(), or look afterwards"
            ),
        }
    }

    /// Runs `compute` without preparing for gradients: nothing recorded inside can be differentiated, whether it is an op or a leaf. (What
    /// was recorded before keeps its gradients. To use one value without them, take [`Var::detach`].)
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let w = Param::new("w", ndarray::arr0(3.0));
    /// let target = tape.no_grad(|| tape.param(&w) * 2.0); // a number to aim at, whatever happens to w
    /// let loss = (tape.param(&w) - target).pow(2.0);
    /// assert_eq!(loss.backward().param(&w).unwrap().item(), -6.0);
    /// ```
    pub fn no_grad<R>(&self, compute: impl FnOnce() -> R) -> R {
        let _off = self.gradients_off();
        compute()
    }

    /// The same until what is returned is dropped: a closure would hide its caller's line from what it records.
    pub(crate) fn gradients_off(&self) -> GradientsOff<'_> {
        GradientsOff { off: &self.gradients_off, before: self.gradients_off.replace(true) }
    }

    /// Whether what is recorded now may get gradients.
    #[inline]
    pub(crate) fn wants_gradients(&self) -> bool {
        !self.gradients_off.get()
    }

    /// Nodes recorded while the returned guard lives belong to the scope `name`: a cluster in graphs, a prefix in listings. Scopes nest.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(1.0);
    /// {
    ///     let _scope = tape.scope("hidden");
    ///     x.tanh();
    /// }
    /// assert_eq!(tape.nodes()[1].scope, "hidden/");
    /// ```
    #[must_use = "the scope ends when the guard is dropped"]
    pub fn scope(&self, name: &str) -> ScopeGuard<'_, F> {
        ScopeGuard { tape: self, entered: self.graph.borrow().enter_scope(name) }
    }

    /// The number of nodes recorded since the tape was made or rewound.
    pub fn len(&self) -> usize {
        self.graph.borrow().len()
    }

    /// Whether nothing has been recorded since the tape was made or rewound.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many nodes were made in the tape's whole life. Nodes that were used again after a [`rewind`](Tape::rewind) do not
    /// count, so a steady training step adds 0.
    pub fn nodes_made(&self) -> u64 {
        self.graph.borrow().made
    }

    /// The graph itself, for petgraph's algorithms. Nodes with an index of [`len`](Tape::len) or more are left from before the
    /// last rewind. Nothing can be recorded while it is looked at.
    pub fn graph(&self) -> Ref<'_, DiGraph<Node, Slot>> {
        Ref::map(self.graph.borrow(), |graph| &graph.dag)
    }

    /// A copy of a node's value.
    #[track_caller]
    pub fn value(&self, node: NodeIndex) -> ArrayD<F> {
        self.graph.borrow().with_views(&[node], |views| views[0].array().to_owned())
    }

    /// The Var of a node that was just recorded.
    #[inline]
    #[track_caller]
    fn recorded(&self, index: NodeIndex) -> Var<'_, F> {
        if self.stops_at_non_finite.get() {
            self.stop_if_not_finite(index);
        }
        self.var_at(index)
    }

    pub(crate) fn var_at(&self, index: NodeIndex) -> Var<'_, F> {
        Var { tape: self, index }
    }
}

impl<F: Scalar> fmt::Debug for Tape<F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.graph.try_borrow() {
            Ok(graph) => write!(f, "Tape({}, {} nodes)", F::NAME, graph.len()),
            Err(_) => write!(f, "Tape({}, recording)", F::NAME),
        }
    }
}

impl<F: Scalar> Drop for Tape<F> {
    fn drop(&mut self) {
        spare::keep(self.graph.replace(Graph::new()), self.passes.take());
    }
}

/// While it lives, nothing is prepared for gradients; made by [`Tape::gradients_off`].
pub(crate) struct GradientsOff<'a> {
    off: &'a Cell<bool>,
    before: bool,
}

impl Drop for GradientsOff<'_> {
    fn drop(&mut self) {
        self.off.set(self.before);
    }
}

/// Ends a scope when it is dropped; made by [`Tape::scope`].
pub struct ScopeGuard<'t, F: Scalar> {
    tape: &'t Tape<F>,
    entered: usize,
}

impl<F: Scalar> fmt::Debug for ScopeGuard<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("ScopeGuard")
    }
}

impl<F: Scalar> Drop for ScopeGuard<'_, F> {
    fn drop(&mut self) {
        self.tape.graph.borrow().leave_scope(self.entered);
    }
}
