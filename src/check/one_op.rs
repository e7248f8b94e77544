//! One node of a recorded program, tried alone. The one idea to know: an op is a small program itself, so the same checker checks an op,
//! with the numbers that the op had in that program.

use super::function::Function;
use super::mend::{Formula, is_label};
use crate::blame::OrBlame;
use crate::op::{Cotangent, Local};
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use crate::view::{View, ViewMut};
use ndarray::{ArrayD, ArrayView, Axis, IxDyn, concatenate};
use petgraph::graph::NodeIndex;

/// A node as a function of its operands.
pub(super) struct OneOp<'t> {
    pub(super) tape: &'t Tape<f64>,
    pub(super) node: NodeIndex,
    pub(super) operands: Vec<Var<'t, f64>>,
    result: Var<'t, f64>,
    points: Vec<Vec<f64>>,
    numbers: Vec<Vec<f64>>,
}

/// Maximum number of pairs of an operand's and a result's elements for which their dependence is worked out.
const MOST_PAIRS: usize = 1_000_000;

/// A value that a vjp can read. (A vjp that reads the wrong one may have meant another.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub enum Seen {
    /// The result of the op.
    Result,
    /// An operand, counted from 0.
    Operand(usize),
}

/// What the vjp of a node sees when `cotangent` arrives at it.
fn local(tape: &Tape<f64>, node: NodeIndex, cotangent: NodeIndex) -> Local<'_, f64> {
    let graph = tape.graph.borrow();
    let operands = graph.operands(node).map(|operand| (operand, graph.dag[operand].needs_grad())).collect();
    Local { tape, output: node, cotangent, operands }
}

impl<'t> OneOp<'t> {
    pub(super) fn new(tape: &'t Tape<f64>, node: NodeIndex) -> Self {
        let local = local(tape, node, node);
        let operands: Vec<Var<f64>> = (0..local.operand_count()).map(|slot| local.operand(slot)).collect();
        let points: Vec<Vec<f64>> = operands.iter().map(|operand| operand.value().into_iter().collect()).collect();
        OneOp { tape, node, operands, result: tape.var_at(node), numbers: points.clone(), points }
    }

    /// The same op on operands that are longer: along the axes that `is_longer` names, each operand is repeated once, with slightly changed numbers.
    /// `None` if the op does not take such operands.
    pub(super) fn enlarged(&self, is_longer: impl Fn(usize, usize) -> bool) -> Option<OneOp<'t>> {
        let twice = |(slot, operand): (usize, &Var<'t, f64>)| {
            (0..operand.shape().rank()).filter(|&axis| is_longer(slot, axis)).fold(operand.value(), |array, axis| {
                // Data such as labels must not change.
                let changed = array.mapv(|x| if self.wants(slot) { 1.01 * x } else { x });
                concatenate(Axis(axis), &[array.view(), changed.view()]).expect("two arrays of one shape")
            })
        };
        let arrays: Vec<ArrayD<f64>> = self.operands.iter().enumerate().map(twice).collect();
        let shapes: Vec<Shape> = arrays.iter().map(|array| Shape::new(array.shape())).collect();
        let shape = self.tape.graph.borrow().op(self.node).shape(&shapes).ok()?;
        let points: Vec<Vec<f64>> = arrays.iter().map(|array| array.iter().copied().collect()).collect();
        let operands: Vec<Var<f64>> = arrays.iter().map(|array| self.tape.input(array)).collect();
        let mut result = vec![0.0; shape.size()];
        self.compute(&points, &operands, ViewMut { data: &mut result, shape });
        let result = self.tape.input(&result[..]).reshape(shape);
        Some(OneOp { tape: self.tape, node: self.node, operands, result, numbers: points.clone(), points })
    }

    pub(super) fn result(&self) -> Var<'t, f64> {
        self.result
    }

    /// Whether a gradient of this operand is wanted.
    pub(super) fn wants(&self, slot: usize) -> bool {
        self.tape.graph()[self.operands[slot].index()].needs_grad()
    }

    /// See [`is_label`].
    pub(super) fn is_label(&self, slot: usize) -> bool {
        is_label(self.tape, self.node, slot, self.operands[slot].index())
    }

    /// The gradients that the vjp sends to the operands when `cotangent` arrives; `None` where it sends none.
    pub(super) fn gradients(&self, cotangent: &[f64]) -> Vec<Option<Vec<f64>>> {
        self.gradients_seeing(cotangent, |_| {})
    }

    /// The same, if the vjp read `meant` instead of `used`.
    pub(super) fn gradients_with(&self, cotangent: &[f64], used: Seen, meant: Seen) -> Vec<Option<Vec<f64>>> {
        self.gradients_seeing(cotangent, |local| {
            let meant = self.seen(meant).index();
            match used {
                Seen::Result => local.output = meant,
                Seen::Operand(slot) => local.operands[slot].0 = meant,
            }
        })
    }

    /// The same, if the vjp read other numbers for an operand.
    pub(super) fn gradients_at(&self, cotangent: &[f64], slot: usize, numbers: &[f64]) -> Vec<Option<Vec<f64>>> {
        let other = self.tape.input(numbers).reshape(self.operands[slot].shape()).index();
        self.gradients_seeing(cotangent, |local| local.operands[slot].0 = other)
    }

    /// The nodes that the vjp records for an operand when `cotangent` arrives, and the node that holds `cotangent`.
    pub(super) fn formula(&self, cotangent: &[f64], slot: usize) -> Option<(Formula<'t>, NodeIndex)> {
        let mut arrived = None;
        let flowing = self.flowing(cotangent, |local| arrived = Some(local.cotangent)).swap_remove(slot)?;
        arrived.map(|arrived| (Formula::of(self.tape, flowing.index(), arrived), arrived))
    }

    /// Moves the point where the op is tried.
    pub(super) fn move_operand(&mut self, slot: usize, numbers: Vec<f64>) {
        self.points[slot].clone_from(&numbers);
        self.numbers[slot] = numbers;
    }

    /// The node of such a value.
    pub(super) fn seen(&self, seen: Seen) -> Var<'t, f64> {
        match seen {
            Seen::Result => self.result(),
            Seen::Operand(slot) => self.operands[slot],
        }
    }

    fn gradients_seeing(&self, cotangent: &[f64], change: impl FnOnce(&mut Local<'t, f64>)) -> Vec<Option<Vec<f64>>> {
        let numbers = |flowing: Option<Var<'t, f64>>| flowing.map(|flowing| flowing.value().into_iter().collect());
        self.flowing(cotangent, change).into_iter().map(numbers).collect()
    }

    fn flowing(&self, cotangent: &[f64], change: impl FnOnce(&mut Local<'t, f64>)) -> Vec<Option<Var<'t, f64>>> {
        let cotangent = ArrayView::from_shape(IxDyn(&self.result().shape()), cotangent)
            .expect("a cotangent has the size of the result");
        let mut local = local(self.tape, self.node, self.tape.input(cotangent).index());
        local.output = self.result.index();
        for (place, operand) in local.operands.iter_mut().zip(&self.operands) {
            place.0 = operand.index();
        }
        change(&mut local);
        let flowing = |(cotangent, operand): (&Cotangent<'t, f64>, &Var<'t, f64>)| match cotangent {
            Cotangent::Flows(flowing) => Some(flowing.sum_to(operand.shape())),
            Cotangent::Stops => None,
        };
        let flowing =
            |cotangents: &[Cotangent<'t, f64>]| Ok(cotangents.iter().zip(&self.operands).map(flowing).collect());
        self.tape.vjp(self.node, &local, flowing).or_blame()
    }

    fn compute(&self, numbers: &[Vec<f64>], operands: &[Var<'t, f64>], result: ViewMut<f64>) {
        let view = |(numbers, operand): (_, &Var<'_, f64>)| View { data: numbers, shape: operand.shape() };
        let views: Vec<View<f64>> = numbers.iter().map(Vec::as_slice).zip(operands).map(view).collect();
        self.tape.graph.borrow().op(self.node).forward(&views, result);
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
        result.resize(shape.size(), 0.0);
        self.compute(&self.numbers, &self.operands, ViewMut { data: result, shape });
    }
    fn touched(&self, argument: usize, element: usize) -> Option<Vec<bool>> {
        let (operand, result) = (self.operands[argument].shape(), self.result().shape());
        if operand.size().saturating_mul(result.size()) > MOST_PAIRS {
            return None;
        }
        let view = |(data, operand): (_, &Var<'_, f64>)| View { data, shape: operand.shape() };
        let views: Vec<View<f64>> = self.points.iter().map(Vec::as_slice).zip(&self.operands).map(view).collect();
        let reach = self.tape.graph.borrow().op(self.node).reach(argument, &views, result);
        Some((0..result.size()).map(|place| reach.cells(place, operand, result).contains(&element)).collect())
    }
}
