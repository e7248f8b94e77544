//! Runs a step here, on what is handed from step to step.

use super::{Held, Slot, Step, StepError, expect_shapes, value_of};
use crate::param::Param;
use crate::program::Interpreter;
use crate::scalar::Scalar;
use crate::shape::Shape;
use ndarray::ArrayD;
use petgraph::graph::NodeIndex;

/// What a step changes: the parameters, and what the optimizer keeps. A clone of it is a training of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct State<F: Scalar> {
    /// In the order of [`Step::held`].
    pub(crate) arrays: Vec<(String, ArrayD<F>)>,
}

impl<F: Scalar> State<F> {
    /// Every array with its name.
    pub fn arrays(&self) -> impl Iterator<Item = (&str, &ArrayD<F>)> {
        self.arrays.iter().map(|(name, array)| (&name[..], array))
    }

    /// The array of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn get(&self, name: &str) -> Result<&ArrayD<F>, StepError> {
        self.place(name).map(|place| &self.arrays[place].1)
    }

    /// Replaces the array of this name, such as `"learning_rate"`.
    ///
    /// # Errors
    /// If there is none, or it has another shape.
    pub fn set(&mut self, name: &str, value: &ArrayD<F>) -> Result<(), StepError> {
        let place = self.place(name)?;
        let own = &mut self.arrays[place].1;
        expect_shape(name, own.shape().into(), value)?;
        own.assign(value);
        Ok(())
    }

    fn place(&self, name: &str) -> Result<usize, StepError> {
        let known = || self.arrays.iter().map(|(name, _)| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        let place = self.arrays.iter().position(|(own, _)| own == name);
        place.ok_or_else(|| StepError::Name { name: name.to_owned(), known: known() })
    }
}

fn expect_shape<F: Scalar>(name: &str, expected: Shape, array: &ArrayD<F>) -> Result<(), StepError> {
    match array.shape() {
        found if found == &expected[..] => Ok(()),
        found => Err(StepError::Shape { name: name.to_owned(), expected: expected.to_vec(), found: found.to_vec() }),
    }
}

impl Slot {
    /// Refuses arrays that are not as many as these inputs, or have other shapes.
    ///
    /// # Errors
    /// [`StepError::Inputs`] or [`StepError::Shape`].
    pub fn expect<F: Scalar>(inputs: &[Slot], arrays: &[ArrayD<F>]) -> Result<(), StepError> {
        if arrays.len() != inputs.len() {
            let names: Vec<String> = inputs.iter().map(|input| format!("{:?}", input.name)).collect();
            return Err(StepError::Inputs { expected: names.join(", "), found: arrays.len() });
        }
        inputs.iter().zip(arrays).try_for_each(|(slot, array)| expect_shape(&slot.name, slot.shape, array))
    }
}

/// A step with a tape to run it on. A thread has its own.
#[derive(Debug)]
pub struct Runner<F: Scalar> {
    interpreter: Interpreter<F>,
    inputs: Vec<Slot>,
    /// The place of each input in the program.
    leaves: Vec<usize>,
    /// What is held, each with the parameter that the program reads.
    held: Vec<(Held, Param<F>)>,
    loss: NodeIndex,
}

impl Step {
    /// Makes it ready to run on this thread.
    ///
    /// # Errors
    /// If the step is on another kind of number.
    pub fn runner<F: Scalar>(&self) -> Result<Runner<F>, StepError> {
        self.expect_number::<F>()?;
        let interpreter = Interpreter::new(self.program.clone())?;
        let leaf = |input: &Slot| self.program.leaf_at(input.node).expect("an input is a leaf of the program");
        let leaves = self.inputs.iter().map(leaf).collect();
        let param = |held: &Held| {
            let found = interpreter.params().iter().find(|param| param.name() == held.slot.name);
            found.expect("a parameter of the program").clone()
        };
        let held = self.held.iter().map(|held| (held.clone(), param(held))).collect();
        Ok(Runner { inputs: self.inputs.clone(), leaves, held, interpreter, loss: NodeIndex::new(self.loss) })
    }

    /// What the first run begins with: the numbers that the parameters and the optimizer's memory had when the step was recorded.
    ///
    /// # Errors
    /// If the step is on another kind of number.
    pub fn start<F: Scalar>(&self) -> Result<State<F>, StepError> {
        let runner = self.runner::<F>()?;
        let arrays = runner.held.iter().map(|(held, param)| (held.slot.name.clone(), param.value()));
        Ok(State { arrays: arrays.collect() })
    }

    fn expect_number<F: Scalar>(&self) -> Result<(), StepError> {
        match self.number() {
            own if own == F::NAME => Ok(()),
            own => Err(StepError::Number { expected: F::NAME, found: own.to_owned() }),
        }
    }
}

impl<F: Scalar> Runner<F> {
    /// Takes one step: changes the state, and returns the loss before that. The inputs are in the order of [`Step::inputs`].
    ///
    /// # Errors
    /// If an input or an array of the state is missing or has another shape, or an op cannot be computed, as where a label is no class. The state is then as before.
    pub fn run(&mut self, state: &mut State<F>, inputs: &[ArrayD<F>]) -> Result<F, StepError> {
        self.evaluate(state, inputs)?;
        let tape = self.interpreter.tape();
        for (held, _) in &self.held {
            if let Some(next) = held.next {
                let place = state.place(&held.slot.name)?;
                tape.var_at(NodeIndex::new(next)).with_value(|next| state.arrays[place].1.assign(&next));
            }
        }
        Ok(tape.var_at(self.loss).item())
    }

    /// The loss's gradients, by the names of the parameters, without a step.
    ///
    /// # Errors
    /// As [`run`](Runner::run).
    pub fn gradients(&mut self, state: &State<F>, inputs: &[ArrayD<F>]) -> Result<Vec<(String, ArrayD<F>)>, StepError> {
        self.evaluate(state, inputs)?;
        let tape = self.interpreter.tape();
        let gradient = |(held, _): &(Held, Param<F>)| {
            held.gradient.map(|node| (held.slot.name.clone(), tape.value(NodeIndex::new(node))))
        };
        Ok(self.held.iter().filter_map(gradient).collect())
    }

    /// The [value](Step::value) of this name, such as a prediction, without a step.
    ///
    /// # Errors
    /// As [`run`](Runner::run).
    pub fn compute(&mut self, name: &str, state: &State<F>, inputs: &[ArrayD<F>]) -> Result<ArrayD<F>, StepError> {
        let node = value_of(self.interpreter.program(), name)?.node;
        self.evaluate(state, inputs)?;
        Ok(self.interpreter.tape().value(NodeIndex::new(node)))
    }

    fn evaluate(&mut self, state: &State<F>, inputs: &[ArrayD<F>]) -> Result<(), StepError> {
        Slot::expect(&self.inputs, inputs)?;
        for (leaf, array) in self.leaves.iter().zip(inputs) {
            let numbers: Vec<f64> = array.iter().map(|x| x.to_f64()).collect();
            self.interpreter.set(*leaf, &numbers)?;
        }
        for (held, param) in &self.held {
            let array = state.get(&held.slot.name)?;
            expect_shape(&held.slot.name, held.slot.shape, array)?;
            param.set(array);
        }
        self.interpreter.run()?;
        expect_shapes(self.interpreter.tape(), self.held.iter().map(|(held, _)| held), self.loss.index())
    }
}
