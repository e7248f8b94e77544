//! Which elements a node was computed from.

use crate::reach::Reach;
use crate::scalar::Scalar;
use crate::tape::Tape;
use petgraph::graph::NodeIndex;

impl<F: Scalar> Tape<F> {
    /// For each operand of a node, which of its elements an element of the node is computed from.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let (x, w) = (tape.full([2, 3], 1.0), tape.full([3, 4], 1.0));
    /// let y = x.matmul(w);
    /// let reach = tape.reach(y.index());
    /// assert_eq!(reach[0].cells(5, x.shape(), y.shape()), [3, 4, 5]); // y[1, 1] needs the row x[1, ..]
    /// assert_eq!(reach[1].cells(5, w.shape(), y.shape()), [1, 5, 9]); // and the column w[.., 1]
    /// ```
    pub fn reach(&self, node: NodeIndex) -> Vec<Reach> {
        let operands = self.operands(node);
        let graph = self.graph.borrow();
        let (shape, slots) = (graph.shape(node), 0..operands.len());
        graph.with_views(&operands, |views| slots.map(|slot| graph.op(node).reach(slot, views, shape)).collect())
    }
}
