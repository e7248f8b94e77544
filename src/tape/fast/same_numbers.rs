//! An array in another shape has the same numbers in the same order. They are not copied: the node reads those of the array.

use crate::faults::Refusal;
use crate::op::Op;
use crate::ops::reshape::Reshape;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::Numbers;
use crate::tape::graph::Graph;
use petgraph::graph::NodeIndex;
use std::any::TypeId;

impl<F: Scalar> Graph<F> {
    /// Where the numbers of `op`'s result stand, if it is a reshape of an array on the tape. (A single number is copied: it has a fast path of its own.)
    #[inline(always)]
    pub(in crate::tape) fn same_numbers<O: Op<F>>(&self, operands: &[NodeIndex]) -> Option<Numbers> {
        if TypeId::of::<O>() != TypeId::of::<Reshape>() {
            return None;
        }
        match self.dag[operands[0]].numbers {
            Numbers::Own if self.shape(operands[0]).size() > 1 => Some(Numbers::Of(operands[0])),
            Numbers::Of(node) => Some(Numbers::Of(node)),
            _ => None,
        }
    }

    /// Makes a place without numbers of its own at the cursor, unless its node `is_here` from before the last rewind. Returns the shape of `op`'s result.
    pub(in crate::tape) fn refer(
        &mut self,
        op: &dyn Op<F>,
        operands: &[NodeIndex],
        is_here: bool,
    ) -> Result<Shape, Refusal> {
        if is_here {
            return Ok(self.shape(self.next()));
        }
        let shape = self.shape_of_result(op, operands)?;
        self.forget_leftovers();
        self.values.push_nothing();
        Ok(shape)
    }
}
