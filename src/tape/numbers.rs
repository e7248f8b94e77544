//! Recording an op of single numbers, in short. The one idea to know: a program of single numbers has millions of nodes, and looking up
//! shapes, views and locks for each would take several times as long as the arithmetic. Here all operands are numbers on the tape, so
//! all of it is known beforehand, and the compiler works out what is left of the op's own `shape` and `forward`.

use super::graph::{Graph, SINGLE};
use crate::faults::caught;
use crate::op::Op;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::view::{View, ViewMut};
use petgraph::graph::NodeIndex;
use std::panic::Location;

impl<F: Scalar> Graph<F> {
    /// The result of `op`, if it is a single number and is computed from one or two that stand on the tape (and nobody keeps a profile).
    #[inline(always)]
    pub(super) fn number<O: Op<F>>(&self, op: &O, operands: &[NodeIndex]) -> Option<F> {
        if self.profile.is_some() {
            return None;
        }
        match *operands {
            [a] => number_of(op, &[single(&self.number_at(a)?)]),
            [a, b] => number_of(op, &[single(&self.number_at(a)?), single(&self.number_at(b)?)]),
            _ => None,
        }
    }

    #[inline(always)]
    fn number_at(&self, node: NodeIndex) -> Option<F> {
        if self.dag[node].shape == SINGLE { self.values.number(node) } else { None }
    }

    /// Records `op`, whose result is known to be this number.
    #[inline(always)]
    pub(super) fn record_number<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        operands: &[NodeIndex],
        number: F,
        needs_grad: bool,
        source: &'static Location<'static>,
    ) -> NodeIndex {
        let index = NodeIndex::new(self.len());
        if self.is_rewound() && self.stands_here(&op, operands) {
            self.values.set_number(index, number);
            self.record_again(needs_grad, source);
        } else {
            self.forget_leftovers();
            self.values.push_number(number);
            let op = self.ops.place(op, index);
            self.append_node(op, SINGLE, operands, needs_grad, source);
        }
        index
    }
}

/// The result of `op` for single numbers, if it is one.
#[inline(always)]
fn number_of<F: Scalar, O: Op<F>>(op: &O, x: &[View<F>]) -> Option<F> {
    const SINGLES: &[Shape; 2] = &[Shape::scalar(); 2];
    // An op that panics here does so again on the long way, where it is reported.
    let number = caught(|| {
        let shape = op.shape(&SINGLES[..x.len()]).ok()?;
        if shape.rank() > 0 {
            return None;
        }
        let mut y = F::ZERO;
        op.forward(x, ViewMut { data: std::slice::from_mut(&mut y), shape });
        Some(y)
    });
    number.ok().flatten()
}

#[inline(always)]
fn single<F>(x: &F) -> View<'_, F> {
    View { data: std::slice::from_ref(x), shape: Shape::scalar() }
}
