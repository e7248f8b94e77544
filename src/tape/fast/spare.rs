//! The memory of dropped tapes, which the next tape of the same thread takes over. Without this, a program that makes a new tape for each step
//! would spend more time on getting memory from the system and giving it back than on computing.

use crate::scalar::Scalar;
use crate::storage::{Node, Slot};
use crate::tape::graph::Graph;
use crate::walk::Passes;
use std::any::Any;
use std::cell::RefCell;

/// Most bytes that are kept: those of a tape of four million single numbers. A larger tape is given back to the system.
const LARGEST: usize = 1 << 30;

/// The parts of a tape whose memory is kept, emptied.
type Parts<F> = (Graph<F>, Passes);

thread_local! {
    /// At most one entry for each kind of number.
    static SPARE: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// The parts for a new tape: spare ones, or new ones.
pub(in crate::tape) fn take<F: Scalar>() -> Parts<F> {
    let found = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        let place = spare.iter().position(|parts| parts.is::<Parts<F>>())?;
        spare.swap_remove(place).downcast::<Parts<F>>().ok()
    });
    found.ok().flatten().map_or_else(|| (Graph::new(), Passes::default()), |parts| *parts)
}

/// Empties the parts of a tape that is dropped, and keeps their memory.
pub(in crate::tape) fn keep<F: Scalar>(graph: Graph<F>, passes: Passes) {
    if graph.reserved_bytes() > LARGEST {
        return;
    }
    let parts: Box<dyn Any> = Box::new((graph.emptied(), passes.emptied()));
    // This fails in a thread that is ending, which needs no spare memory.
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if !spare.iter().any(|parts| parts.is::<Parts<F>>()) {
            spare.push(parts);
        }
    });
}

/// Frees the memory that was kept for the next tape of this kind of number.
pub(in crate::tape) fn release<F: Scalar>() {
    drop(take::<F>());
}

impl<F: Scalar> Graph<F> {
    /// The same memory with nothing in it.
    fn emptied(mut self) -> Self {
        self.dag.clear();
        self.values.truncate(0);
        Graph { dag: self.dag, values: self.values, ..Graph::new() }
    }

    /// Bytes reserved for nodes, edges and numbers.
    fn reserved_bytes(&self) -> usize {
        let (nodes, edges) = self.dag.capacity();
        let nodes = nodes * size_of::<petgraph::graph::Node<Node>>();
        nodes + edges * size_of::<petgraph::graph::Edge<Slot>>() + self.values.reserved_bytes()
    }
}
