//! The ops of a tape's nodes. An op without fields, such as `Add`, is stored once, however many nodes have it; an op with fields, such as the
//! axes of a sum, is stored once for each node. Ops are reference-counted (`Rc`): a vjp holds its op while it records on the graph that owns the
//! list.

use crate::op::Op;
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;
use std::any::TypeId;
use std::rc::Rc;

pub(in crate::tape) struct OpList<F: Scalar> {
    entries: Vec<Entry<F>>,
    /// The places of the ops without fields, by type.
    stateless: SmallVec<[(TypeId, u32); 16]>,
}

struct Entry<F: Scalar> {
    op: Rc<dyn Op<F>>,
    kind: TypeId,
    /// The first node that has this op.
    first: NodeIndex,
}

impl<F: Scalar> Default for OpList<F> {
    fn default() -> Self {
        OpList { entries: Vec::new(), stateless: SmallVec::new() }
    }
}

impl<F: Scalar> OpList<F> {
    /// The place of `op` in the list, entered if need be. `node` is the next node, which will have it.
    #[inline]
    pub(in crate::tape) fn place<O: Op<F>>(&mut self, op: O, node: NodeIndex) -> u32 {
        let kind = TypeId::of::<O>();
        let is_stateless = size_of::<O>() == 0;
        if is_stateless {
            if let Some(&(_, place)) = self.stateless.iter().find(|(known, _)| *known == kind) {
                return place;
            }
        }
        self.push(Entry { op: Rc::new(op), kind, first: node }, is_stateless)
    }

    #[inline(never)]
    fn push(&mut self, entry: Entry<F>, is_stateless: bool) -> u32 {
        let place = self.entries.len() as u32;
        if is_stateless {
            self.stateless.push((entry.kind, place));
        }
        self.entries.push(entry);
        place
    }

    #[inline]
    pub(in crate::tape) fn get(&self, place: u32) -> &Rc<dyn Op<F>> {
        &self.entries[place as usize].op
    }

    /// Whether an op of the list equals this one. (Ops without fields are equal if they have the same type.)
    #[inline]
    pub(in crate::tape) fn is<O: Op<F> + PartialEq>(&self, place: u32, op: &O) -> bool {
        let entry = &self.entries[place as usize];
        entry.kind == TypeId::of::<O>() && (size_of::<O>() == 0 || entry.op.as_any().downcast_ref() == Some(op))
    }

    /// Drops the ops that only nodes from `node` on have.
    pub(in crate::tape) fn truncate(&mut self, node: NodeIndex) {
        let length = self.entries.partition_point(|entry| entry.first < node);
        self.entries.truncate(length);
        self.stateless.retain(|(_, place)| (*place as usize) < length);
    }

    /// Replaces ops: `change` returns the new op, or `None` to keep the old one. Nodes that are recorded later get ops of their own.
    #[cfg(feature = "rand")]
    pub(in crate::tape) fn change(&mut self, change: impl Fn(&Rc<dyn Op<F>>) -> Option<Rc<dyn Op<F>>>) {
        self.stateless.clear();
        for entry in &mut self.entries {
            if let Some(changed) = change(&entry.op) {
                entry.kind = (*changed).type_id();
                entry.op = changed;
            }
        }
    }

    /// Enters an op for the node that was recorded last.
    #[cfg(any(feature = "html", feature = "onnx"))]
    pub(in crate::tape) fn enter(&mut self, op: Rc<dyn Op<F>>, node: NodeIndex) -> u32 {
        self.push(Entry { kind: (*op).type_id(), op, first: node }, false)
    }
}
