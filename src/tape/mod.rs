//! The tape: records every operation as a node of a DAG, so that gradients can flow back through it.
//!
//! Read `record`, `rewind` and `backward`, in this order: that is the engine.
//!
//! - `record`: the one way onto the tape, for ops and for leaves
//! - `rewind`: the same recording again, on the same nodes
//! - `backward`: the reverse pass; `vjp`: runs an op's vjp and checks what it sends; `gradients`: the results of a pass
//! - this file: [`Tape`]; `graph`: its nodes and their values; `var`: [`Var`], a handle to a node
//! - `fast`: code that is only there for speed

mod backward;
mod fast;
mod gradients;
mod graph;
mod record;
mod rewind;
mod var;
mod vjp;

pub use gradients::Gradients;
pub(crate) use record::Given;
pub use var::Var;

use crate::param::Updates;
use crate::scalar::Scalar;
use crate::storage::{Node, Replay, Slot};
use crate::walk::Passes;
pub(crate) use graph::Graph;
use ndarray::ArrayD;
use petgraph::graph::{DiGraph, NodeIndex};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::fmt;

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
    /// Whether the program is inside [`no_grad`](Tape::no_grad).
    pub(crate) gradients_off: Cell<bool>,
    /// Whether the program is inside [`eval`](Tape::eval).
    pub(crate) evaluating: Cell<bool>,
    /// See [`stop_at_non_finite`](Tape::stop_at_non_finite).
    pub(crate) stops_at_non_finite: Cell<bool>,
    /// See [`checkpoint`](Tape::checkpoint).
    pub(crate) replay: RefCell<Replay<F>>,
}

impl<F: Scalar> Default for Tape<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Scalar> Tape<F> {
    /// An empty tape. It takes over the memory of the last one that was dropped on this thread, if there is one.
    pub fn new() -> Self {
        let (graph, passes) = fast::spare::take();
        Tape {
            graph: RefCell::new(graph),
            passes: RefCell::new(passes),
            updates: RefCell::new(Updates::default()),
            gradients_off: Cell::new(false),
            evaluating: Cell::new(false),
            stops_at_non_finite: Cell::new(false),
            replay: RefCell::default(),
        }
    }

    /// An empty tape with a limit on the numbers that all its nodes together may have. A node beyond it is refused before memory is allocated.
    #[cfg(feature = "json")]
    pub(crate) fn limited_to(numbers: usize) -> Self {
        let tape = Tape::new();
        tape.graph.borrow_mut().limit = numbers;
        tape
    }

    /// From now on results of ops get no numbers, and no kernel runs: nodes, shapes and gradients are recorded, which need none. Leaves keep theirs.
    #[cfg(feature = "json")]
    pub(crate) fn leave_out_results(&self) {
        self.recording().left_out.get_or_insert(0);
    }

    /// Frees the memory that dropped tapes have left for the next one (up to 1 GiB per thread and kind of number).
    pub fn release_spare_memory() {
        fast::spare::release::<F>();
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
    /// last rewind. Nothing can be recorded while the graph is borrowed.
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
    pub(crate) fn recorded(&self, index: NodeIndex) -> Var<'_, F> {
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
        fast::spare::keep(self.graph.replace(Graph::new()), self.passes.take());
    }
}
