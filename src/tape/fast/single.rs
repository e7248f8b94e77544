//! A fast path that records ops of single numbers. The one idea to know: a program of single numbers has millions of nodes, and looking up
//! shapes, views and locks for each would take several times as long as the arithmetic. Here all operands are single numbers on the tape, so
//! shapes and views are constants, and the compiler reduces the op's own `shape` and `forward` to the arithmetic.

use crate::faults::caught;
use crate::op::Op;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::{By, Numbers};
use crate::tape::graph::Graph;
use crate::view::{View, ViewMut};
use petgraph::graph::NodeIndex;

/// Index of the shape of a single number in a tape's list of shapes: the first.
const SINGLE: u32 = 0;

impl<F: Scalar> Graph<F> {
    /// The result of `op`, if the result and its one or two operands are single numbers on the tape, and no profile is kept.
    #[inline(always)]
    pub(in crate::tape) fn single<O: Op<F>>(&self, op: &O, operands: &[NodeIndex]) -> Option<F> {
        if self.profile.is_some() {
            return None;
        }
        match *operands {
            [a] => number_of(op, &[view(&self.number_at(a)?)]),
            [a, b] => number_of(op, &[view(&self.number_at(a)?), view(&self.number_at(b)?)]),
            _ => None,
        }
    }

    #[inline(always)]
    fn number_at(&self, node: NodeIndex) -> Option<F> {
        if self.dag[node].shape == SINGLE { self.values.number(node) } else { None }
    }

    /// Puts a node at the cursor whose value is `number`.
    #[inline(always)]
    pub(in crate::tape) fn put_single(
        &mut self,
        op: Option<u32>,
        operands: &[NodeIndex],
        number: F,
        by: By,
    ) -> NodeIndex {
        let index = self.next();
        match op {
            None => {
                self.values.set_number(index, number);
                self.put_again(by);
            }
            Some(op) => {
                self.values.push_number(number);
                self.append(op, operands, SINGLE, Numbers::Own, by);
            }
        }
        index
    }
}

/// The result of `op` for single numbers, if it is a single number too. The number of operands is a constant, so that the compiler sees which branches
/// of the op remain before it decides whether to inline it.
#[inline(always)]
fn number_of<F: Scalar, O: Op<F>, const N: usize>(op: &O, x: &[View<F>; N]) -> Option<F> {
    const SINGLES: &[Shape; 2] = &[Shape::scalar(); 2];
    // An op that panics here panics again on the normal path, where it is reported.
    let number = caught(|| {
        let shape = op.shape(&SINGLES[..N]).ok()?;
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
fn view<F>(x: &F) -> View<'_, F> {
    View { data: std::slice::from_ref(x), shape: Shape::scalar() }
}
