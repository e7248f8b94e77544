//! Runs a step here, on what is handed from step to step.

use super::evaluate::{Buffer, Given};
use super::nodes::Nodes;
use super::plan::Plan;
use super::state::{State, expect_shape};
use super::{Held, Slot, Step, StepError, find_named};
use crate::scalar::Scalar;
use ndarray::{ArrayD, IxDyn};
use std::fmt;

/// A step with the memory to run it in. A thread has its own.
///
/// A run keeps a value only until nobody reads it any more; [`Step::memory`] says how much that is.
pub struct Runner<F: Scalar> {
    nodes: Nodes<F>,
    buffer: Buffer<F>,
    /// The plan of a step, then those of other results that were asked for, each with these.
    plans: Vec<(Vec<usize>, Plan)>,
    inputs: Vec<Slot>,
    held: Vec<Held>,
    loss: usize,
    /// The values that have a name.
    named: Vec<Slot>,
    /// For each array that is held, its place in the state of this run.
    places: Vec<usize>,
    /// For each input, its numbers row by row, if they do not stand so in memory.
    rearranged: Vec<Vec<F>>,
}

impl<F: Scalar> fmt::Debug for Runner<F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Runner({}, {} nodes)", F::NAME, self.nodes.values.len())
    }
}

impl Step {
    /// Makes it ready to run on this thread.
    ///
    /// # Errors
    /// If the step is on another kind of number, or its nodes cannot be recorded.
    pub fn runner<F: Scalar>(&self) -> Result<Runner<F>, StepError> {
        let nodes = Nodes::of(self)?;
        let plan = Plan::new(&nodes.values, &self.results());
        Ok(Runner {
            buffer: Buffer::of(&plan),
            nodes,
            plans: vec![(self.results(), plan)],
            inputs: self.inputs.clone(),
            held: self.held.clone(),
            loss: self.loss,
            named: self.named(),
            places: vec![0; self.held.len()],
            rearranged: vec![Vec::new(); self.inputs.len()],
        })
    }

    /// What the first run begins with: the numbers that the parameters and the optimizer's memory had when the step was recorded.
    ///
    /// # Errors
    /// If the step is on another kind of number.
    pub fn start<F: Scalar>(&self) -> Result<State<F>, StepError> {
        self.expect_number::<F>()?;
        let array = |held: &Held| {
            let Slot { name, shape, .. } = &held.slot;
            let numbers = self.program.param_numbers(name).map(F::from_f64).collect();
            let array = ArrayD::from_shape_vec(IxDyn(shape), numbers).expect("as many numbers as the shape has");
            (name.clone(), array)
        };
        Ok(State { arrays: self.held.iter().map(array).collect() })
    }

    /// The nodes that hold what a run leaves: the next values of what is held, then the loss.
    pub(super) fn results(&self) -> Vec<usize> {
        self.held.iter().filter_map(|held| held.next).chain([self.loss]).collect()
    }

    pub(super) fn expect_number<F: Scalar>(&self) -> Result<(), StepError> {
        match self.number() {
            own if own == F::NAME => Ok(()),
            own => Err(StepError::Number { expected: F::NAME, found: own.to_owned() }),
        }
    }
}

/// The place of a step's own plan among those of its runner.
const STEP: usize = 0;

impl<F: Scalar> Runner<F> {
    /// Takes one step: changes the state, and returns the loss before that. The inputs are in the order of [`Step::inputs`].
    ///
    /// # Errors
    /// If an input or an array of the state is missing or has another shape, or an op cannot be computed, as where a label is no class. The state is then as before.
    pub fn run(&mut self, state: &mut State<F>, inputs: &[ArrayD<F>]) -> Result<F, StepError> {
        self.compute_plan(STEP, state, inputs)?;
        let loss = self.numbers(STEP, self.loss, state, inputs)[0];
        let updates = || self.held.iter().zip(&self.places).filter_map(|(held, &place)| Some((place, held.next?)));
        // A next value may be another array of the state: as it was before this run.
        let given = self.given(state, inputs);
        let handed_on = updates().filter_map(|(place, next)| Some((place, given.result(&self.nodes, next)?.to_vec())));
        let handed_on: Vec<(usize, Vec<F>)> = handed_on.collect();
        for (place, next) in updates() {
            if let Some(numbers) = self.buffer.computed(&self.nodes, &self.plans[STEP].1, next) {
                state.put(place, numbers);
            }
        }
        handed_on.iter().for_each(|(place, numbers)| state.put(*place, numbers));
        Ok(loss)
    }

    /// The loss's gradients, by the names of the parameters, without a step.
    ///
    /// # Errors
    /// As [`run`](Runner::run).
    pub fn gradients(&mut self, state: &State<F>, inputs: &[ArrayD<F>]) -> Result<Vec<(String, ArrayD<F>)>, StepError> {
        let wanted: Vec<usize> = self.held.iter().filter_map(|held| held.gradient).collect();
        let plan = self.plan_of(wanted);
        self.compute_plan(plan, state, inputs)?;
        let named = self.held.iter().filter_map(|held| Some((held.slot.name.clone(), held.gradient?)));
        Ok(named.map(|(name, gradient)| (name, self.array(plan, gradient, state, inputs))).collect())
    }

    /// The [value](Step::value) of this name, such as a prediction, without a step. Only what it depends on is computed.
    ///
    /// # Errors
    /// As [`run`](Runner::run).
    pub fn compute(&mut self, name: &str, state: &State<F>, inputs: &[ArrayD<F>]) -> Result<ArrayD<F>, StepError> {
        let node = find_named(&self.named, name)?.node;
        let plan = self.plan_of(vec![node]);
        self.compute_plan(plan, state, inputs)?;
        Ok(self.array(plan, node, state, inputs))
    }

    /// The plan for these results, made if there is none yet.
    fn plan_of(&mut self, results: Vec<usize>) -> usize {
        let known = self.plans.iter().position(|(own, _)| *own == results);
        known.unwrap_or_else(|| {
            let plan = Plan::new(&self.nodes.values, &results);
            self.plans.push((results, plan));
            self.plans.len() - 1
        })
    }

    fn compute_plan(&mut self, plan: usize, state: &State<F>, inputs: &[ArrayD<F>]) -> Result<(), StepError> {
        Slot::expect(&self.inputs, inputs)?;
        for (place, (held, own)) in self.held.iter().zip(&mut self.places).enumerate() {
            *own = state.place(place, &held.slot.name)?;
            expect_shape(&held.slot.name, held.slot.shape, &state.arrays[*own].1)?;
        }
        for (array, row_by_row) in inputs.iter().zip(&mut self.rearranged) {
            row_by_row.clear();
            if !array.is_standard_layout() {
                row_by_row.extend(array);
            }
        }
        let Runner { nodes, buffer, plans, places, rearranged, .. } = self;
        let given = Given { state: &state.arrays, places, inputs, rearranged };
        Ok(buffer.compute(nodes, &plans[plan].1, given)?)
    }

    fn given<'a>(&'a self, state: &'a State<F>, inputs: &'a [ArrayD<F>]) -> Given<'a, F> {
        Given { state: &state.arrays, places: &self.places, inputs, rearranged: &self.rearranged }
    }

    /// The numbers of a result of a plan, after its run.
    fn numbers<'a>(&'a self, plan: usize, node: usize, state: &'a State<F>, inputs: &'a [ArrayD<F>]) -> &'a [F] {
        let computed = self.buffer.computed(&self.nodes, &self.plans[plan].1, node);
        let given = || self.given(state, inputs).result(&self.nodes, node);
        computed.or_else(given).expect("a result is computed or given")
    }

    fn array(&self, plan: usize, node: usize, state: &State<F>, inputs: &[ArrayD<F>]) -> ArrayD<F> {
        let (shape, numbers) = (IxDyn(&self.nodes.values[node].shape), self.numbers(plan, node, state, inputs));
        ArrayD::from_shape_vec(shape, numbers.to_vec()).expect("as many numbers as the shape has")
    }
}
