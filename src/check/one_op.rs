//! One node of a recorded program, tried alone. The one idea to know: an op is a small program itself, so whatever checks
//! a program checks an op, with the numbers that the op met in that program.

use super::function::Function;
use crate::blame::OrBlame;
use crate::op::{Cotangent, Local, View, ViewMut};
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use ndarray::{ArrayView, IxDyn};
use petgraph::graph::NodeIndex;

/// A node as a function of its operands.
pub(super) struct OneOp<'t> {
    pub(super) tape: &'t Tape<f64>,
    pub(super) node: NodeIndex,
    pub(super) operands: Vec<Var<'t, f64>>,
    points: Vec<Vec<f64>>,
    numbers: Vec<Vec<f64>>,
}

/// Something that a vjp can look at: where a wrong one is used, the other may be what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub enum Seen {
    /// The result of the op.
    Result,
    /// An operand, counted from 0.
    Operand(usize),
}

impl<'t> OneOp<'t> {
    pub(super) fn new(tape: &'t Tape<f64>, node: NodeIndex) -> Self {
        let local = tape.local(node, node);
        let operands: Vec<Var<f64>> = (0..local.operand_count()).map(|slot| local.operand(slot)).collect();
        let points: Vec<Vec<f64>> = operands.iter().map(|operand| operand.value().into_iter().collect()).collect();
        OneOp { tape, node, operands, numbers: points.clone(), points }
    }

    pub(super) fn result(&self) -> Var<'t, f64> {
        self.tape.var_at(self.node)
    }

    /// Whether a gradient of this operand is wanted.
    pub(super) fn wants(&self, slot: usize) -> bool {
        self.tape.graph()[self.operands[slot].index()].needs_grad()
    }

    /// What the vjp sends to each operand when `cotangent` arrives; `None` where it sends nothing.
    pub(super) fn gradients(&self, cotangent: &[f64]) -> Vec<Option<Vec<f64>>> {
        self.gradients_seeing(cotangent, |_| {})
    }

    /// The same, if the vjp were shown `meant` where it looks at `used`.
    pub(super) fn gradients_with(&self, cotangent: &[f64], used: Seen, meant: Seen) -> Vec<Option<Vec<f64>>> {
        self.gradients_seeing(cotangent, |local| {
            let meant = self.seen(meant).index();
            match used {
                Seen::Result => local.output = meant,
                Seen::Operand(slot) => local.operands[slot].0 = meant,
            }
        })
    }

    /// The same, if the vjp were shown other numbers for an operand.
    pub(super) fn gradients_at(&self, cotangent: &[f64], slot: usize, numbers: &[f64]) -> Vec<Option<Vec<f64>>> {
        let other = self.tape.input(numbers).reshape(self.operands[slot].shape()).index();
        self.gradients_seeing(cotangent, |local| local.operands[slot].0 = other)
    }

    /// Moves the point where the op is tried.
    pub(super) fn move_operand(&mut self, slot: usize, numbers: Vec<f64>) {
        self.points[slot].clone_from(&numbers);
        self.numbers[slot] = numbers;
    }

    /// The Var behind a name.
    pub(super) fn seen(&self, seen: Seen) -> Var<'t, f64> {
        match seen {
            Seen::Result => self.result(),
            Seen::Operand(slot) => self.operands[slot],
        }
    }

    fn gradients_seeing(&self, cotangent: &[f64], change: impl FnOnce(&mut Local<'t, f64>)) -> Vec<Option<Vec<f64>>> {
        let cotangent = ArrayView::from_shape(IxDyn(&self.result().shape()), cotangent)
            .expect("a cotangent has the size of the result");
        let mut local = self.tape.local(self.node, self.tape.input(cotangent).index());
        change(&mut local);
        let gradient = |(cotangent, operand): (&Cotangent<f64>, &Var<f64>)| match cotangent {
            Cotangent::Flows(flowing) => Some(flowing.sum_to(operand.shape()).value().into_iter().collect()),
            Cotangent::Stops => None,
        };
        let gradients =
            |cotangents: &[Cotangent<f64>]| Ok(cotangents.iter().zip(&self.operands).map(gradient).collect());
        self.tape.vjp(self.node, &local, gradients).or_blame()
    }
}

impl Function for OneOp<'_> {
    fn point(&self, argument: usize) -> &[f64] {
        &self.points[argument]
    }
    fn set(&mut self, argument: usize, element: usize, to: f64) {
        self.numbers[argument][element] = to;
    }
    fn evaluate(&mut self, result: &mut Vec<f64>) {
        let shape: Shape = self.result().shape();
        let view = |(numbers, operand): (_, &Var<'_, f64>)| View { data: numbers, shape: operand.shape() };
        let views: Vec<View<f64>> = self.numbers.iter().map(Vec::as_slice).zip(&self.operands).map(view).collect();
        result.resize(shape.size(), 0.0);
        self.tape.graph.borrow().op(self.node).forward(&views, ViewMut { data: result, shape });
    }
}
