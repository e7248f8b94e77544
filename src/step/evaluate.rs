//! Computes a step without a tape: the same kernels, on the same numbers, in the same order. The one idea to know: **all results stand in one buffer**, where a
//! [plan](super::plan) gives each a place that no value has which is still read; so a kernel reads on both sides of where it writes.

use super::nodes::{Nodes, Numbers, Source};
use super::plan::Plan;
use super::state::ROW_BY_ROW;
use crate::faults::caught;
use crate::program::ProgramError;
use crate::scalar::Scalar;
use crate::view::{View, ViewMut};
use ndarray::ArrayD;
use smallvec::SmallVec;
use std::cell::Cell;

/// What a run is given.
#[derive(Clone, Copy)]
pub(super) struct Given<'a, F: Scalar> {
    pub(super) state: &'a [(String, ArrayD<F>)],
    /// For each array that the step holds, its place in the state.
    pub(super) places: &'a [usize],
    pub(super) inputs: &'a [ArrayD<F>],
    /// For each input, its numbers row by row, if it does not stand so in memory.
    pub(super) rearranged: &'a [Vec<F>],
}

/// The memory of runs.
#[derive(Default)]
pub(super) struct Buffer<F> {
    numbers: Vec<F>,
}

/// The numbers before and behind those that are being written.
struct Around<'a, F> {
    before: &'a [F],
    behind: &'a [F],
    /// Where the latter begin.
    from: usize,
}

impl<'a, F: Scalar> Given<'a, F> {
    /// The numbers of a leaf, where they stand.
    fn numbers(self, from: Source, constants: &'a [F], size: usize) -> &'a [F] {
        match from {
            Source::Held(held) => self.state[self.places[held]].1.as_slice().expect(ROW_BY_ROW),
            Source::Input(input) => self.inputs[input].as_slice().unwrap_or(&self.rearranged[input]),
            Source::Constant(start) => &constants[start..start + size],
        }
    }
}

impl<'a, F> Around<'a, F> {
    fn numbers(&self, start: usize, size: usize) -> &'a [F] {
        match size {
            0 => &[],
            _ if start < self.before.len() => &self.before[start..][..size],
            _ => &self.behind[start - self.from..][..size],
        }
    }
}

impl<F: Scalar> Buffer<F> {
    /// Room for this plan.
    pub(super) fn of(plan: &Plan) -> Self {
        Buffer { numbers: vec![F::ZERO; plan.length] }
    }

    /// Computes what a plan computes.
    pub(super) fn compute(&mut self, nodes: &Nodes<F>, plan: &Plan, given: Given<F>) -> Result<(), ProgramError> {
        if self.numbers.len() < plan.length {
            self.numbers.resize(plan.length, F::ZERO);
        }
        let current = Cell::new(0);
        // An op of a file that is given what no method would give it may panic.
        let outcome = caught(|| {
            plan.computed.iter().try_for_each(|&node| {
                current.set(node);
                self.compute_node(nodes, plan, node, given)
            })
        });
        outcome.unwrap_or_else(|_| Err("it panicked".to_owned())).map_err(|reason| {
            let origin = &nodes.kernels[current.get()].origin;
            ProgramError::Refused { step: origin.step, what: origin.what.clone(), reason }
        })
    }

    fn compute_node(&mut self, nodes: &Nodes<F>, plan: &Plan, node: usize, given: Given<F>) -> Result<(), String> {
        let (value, kernel) = (&nodes.values[node], &nodes.kernels[node]);
        let (before, rest) = self.numbers.split_at_mut(plan.start(node));
        let (data, behind) = rest.split_at_mut(value.shape.size());
        let around = Around { from: before.len() + data.len(), before, behind };
        let mut operands: SmallVec<[View<F>; 8]> = SmallVec::new();
        for &operand in &value.operands {
            let shape = nodes.values[operand].shape;
            let owner = nodes.values[operand].owner(operand);
            let data = match nodes.values[owner].numbers {
                Numbers::Given(from) => given.numbers(from, &nodes.constants, shape.size()),
                _ => around.numbers(plan.start(owner), shape.size()),
            };
            operands.push(View { data, shape });
        }
        (kernel.origin.check)(&*kernel.op, &operands)?;
        kernel.op.forward(&operands, ViewMut { data, shape: value.shape });
        Ok(())
    }

    /// The numbers of a result, after a run that computed them; `None`, if it is one of the arrays that the run was given.
    pub(super) fn computed(&self, nodes: &Nodes<F>, plan: &Plan, result: usize) -> Option<&[F]> {
        let owner = nodes.values[result].owner(result);
        let is_computed = matches!(nodes.values[owner].numbers, Numbers::Computed);
        is_computed.then(|| &self.numbers[plan.start(owner)..][..nodes.values[owner].shape.size()])
    }
}

impl<'a, F: Scalar> Given<'a, F> {
    /// The numbers of a result that is one of these arrays.
    pub(super) fn result(self, nodes: &'a Nodes<F>, result: usize) -> Option<&'a [F]> {
        let owner = &nodes.values[nodes.values[result].owner(result)];
        if let Numbers::Given(from) = owner.numbers {
            Some(self.numbers(from, &nodes.constants, owner.shape.size()))
        } else {
            None
        }
    }
}
