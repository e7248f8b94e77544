//! A step on a device: its parameters are held there from run to run.

use crate::error::PjrtError;
pub use crate::interface::Number;
use crate::interface::{Buffer, Executable};
use crate::plugin::Plugin;
use gradus::step::{Slot, State, Step};
use ndarray::{ArrayD, IxDyn};

/// A step that a plugin has compiled, with its state on the device.
#[derive(Debug)]
pub struct Session<F: Number> {
    executable: Executable,
    plugin: Plugin,
    /// What is held, as the state that the session began with: its names and its shapes.
    start: State<F>,
    held: Vec<Buffer<F>>,
    inputs: Vec<Slot>,
    /// The count of numbers of each result.
    sizes: Vec<usize>,
}

impl<F: Number> Session<F> {
    /// Compiles the step, and brings the state onto the device.
    ///
    /// # Errors
    /// If an op of the step has no lines in StableHLO, the step is on another kind of number, or the plugin refuses it.
    pub fn new(plugin: &Plugin, step: &Step, state: &State<F>) -> Result<Self, PjrtError> {
        // A runner refuses another kind of number, and its state has the order of the step.
        let mut start = step.start::<F>()?;
        for held in step.held() {
            start.set(&held.slot.name, state.get(&held.slot.name)?)?;
        }
        let sizes: Vec<usize> = step.held().iter().map(|held| held.slot.shape.size()).chain([1]).collect();
        let executable = plugin.client.compile(&step.to_stablehlo()?, sizes.len())?;
        let held = start.arrays().map(|(_, array)| upload(plugin, array)).collect::<Result<_, _>>()?;
        Ok(Session { executable, plugin: plugin.clone(), held, inputs: step.inputs().to_vec(), sizes, start })
    }

    /// Takes one step, and returns the loss before it. The inputs are in the order of [`Step::inputs`].
    ///
    /// # Errors
    /// If an input has another shape, or the plugin refuses to run.
    pub fn run(&mut self, inputs: &[ArrayD<F>]) -> Result<F, PjrtError> {
        Slot::expect(&self.inputs, inputs)?;
        let inputs = inputs.iter().map(|input| upload(&self.plugin, input)).collect::<Result<Vec<_>, _>>()?;
        let arguments: Vec<&Buffer<F>> = self.held.iter().chain(&inputs).collect();
        let mut results = self.executable.run(&arguments, &self.sizes)?;
        let loss = results.pop().expect("the loss is the last result").download()?;
        self.held = results;
        Ok(loss[0])
    }

    /// The parameters, what the optimizer keeps, and its numbers, brought back from the device.
    ///
    /// # Errors
    /// If the plugin refuses to return an array.
    pub fn state(&self) -> Result<State<F>, PjrtError> {
        let mut state = self.start.clone();
        for ((name, array), buffer) in self.start.arrays().zip(&self.held) {
            let value = ArrayD::from_shape_vec(IxDyn(array.shape()), buffer.download()?);
            state.set(name, &value.expect("as many numbers as the shape has"))?;
        }
        Ok(state)
    }

    /// Replaces the array of this name, such as `"learning_rate"`.
    ///
    /// # Errors
    /// If there is none, it has another shape, or the plugin refuses it.
    pub fn set(&mut self, name: &str, value: &ArrayD<F>) -> Result<(), PjrtError> {
        self.start.set(name, value)?;
        let place = self.start.arrays().position(|(own, _)| own == name);
        self.held[place.expect("a name that was found")] = upload(&self.plugin, value)?;
        Ok(())
    }
}

fn upload<F: Number>(plugin: &Plugin, array: &ArrayD<F>) -> Result<Buffer<F>, PjrtError> {
    let numbers = array.as_standard_layout();
    plugin.client.upload(numbers.as_slice().expect("row by row"), array.shape())
}
