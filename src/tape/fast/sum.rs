//! The sum of nodes of one shape: the cotangents that arrive at a node with several uses. There may be a million, so the terms are added one
//! by one, with no list of views.

use crate::ops::add_n::{AddN, add_all};
use crate::profile::Phase;
use crate::scalar::Scalar;
use crate::storage::{By, Numbers};
use crate::tape::graph::Graph;
use petgraph::graph::NodeIndex;

impl<F: Scalar> Graph<F> {
    /// Records `add_n` of `terms`, or returns the reason why there is no room for it. (Few nodes need it: inlined, it would slow the walk down.)
    #[inline(never)]
    #[track_caller]
    pub(in crate::tape) fn record_sum(&mut self, terms: &[NodeIndex], gradients: bool) -> Result<NodeIndex, String> {
        let (shape, source) = (self.shape(terms[0]), self.dag[terms[0]].source());
        let by = By { needs_grad: gradients && self.is_needed_by(terms), source };
        if !self.stands_here(&AddN, terms) {
            self.make_room_for_result(shape)?;
        }
        let start = self.clock();
        if self.left_out.is_none() {
            let (readable, sum) = self.split(self.next());
            add_all(sum, terms.len(), |add| readable.each(terms, add));
        }
        let [numbers, flops] = [terms.len() + 1, terms.len() - 1].map(|count| shape.size_times(count as u64));
        self.note(start, Phase::Backward, "add_n", numbers, flops);
        let op = self.place(AddN);
        Ok(self.put(op, terms, shape, Numbers::Own, by))
    }
}
