//! A step on a device, or on several: its parameters are held there from run to run.

use crate::error::PjrtError;
pub use crate::interface::Number;
use crate::interface::{Executable, Spread, Together};
use crate::plugin::Plugin;
use gradus::Shape;
use gradus::step::{Slot, State, Step};
use ndarray::{ArrayD, IxDyn};

/// A step that a plugin has compiled, with its state on the devices. Several devices share the work: each has all parameters, and a part of the inputs that can
/// be divided among them. If the step [sums over devices](Step::all_reduces), each has a batch of its own, and the inputs are
/// [those of all together](Step::inputs_on).
#[derive(Debug)]
pub struct Session<F: Number> {
    executable: Executable,
    plugin: Plugin,
    /// What is held, as the state that the session began with: its names and its shapes.
    start: State<F>,
    held: Vec<Spread<F>>,
    inputs: Vec<Slot>,
    arguments: Vec<Shape>,
}

/// A value of a step, compiled by a plugin; made by [`Session::value`].
#[derive(Debug)]
pub struct Value {
    executable: Executable,
    slot: Slot,
    /// How many devices have a part of it.
    parts: usize,
    arguments: Vec<Shape>,
}

impl<F: Number> Session<F> {
    /// Compiles the step, and brings the state onto the devices.
    ///
    /// # Errors
    /// If an op of the step has no lines in StableHLO, the step is on another kind of number, no input can be divided among several devices, or the plugin
    /// refuses it.
    pub fn new(plugin: &Plugin, step: &Step, state: &State<F>) -> Result<Self, PjrtError> {
        // A runner refuses another kind of number, and its state has the order of the step.
        let mut start = step.start::<F>()?;
        for held in step.held() {
            start.set(&held.slot.name, state.get(&held.slot.name)?)?;
        }
        let sizes = step.held().iter().map(|held| held.slot.shape.size()).chain([1]).collect();
        let devices = plugin.client.devices;
        let executable = plugin.client.compile(&step.to_stablehlo_on(devices)?, sizes, together(step))?;
        let held = start.arrays().map(|(_, array)| upload(&executable, array, false)).collect::<Result<_, _>>()?;
        Ok(Session {
            executable,
            plugin: plugin.clone(),
            held,
            inputs: step.inputs_on(devices),
            arguments: arguments(step),
            start,
        })
    }

    /// Takes one step, and returns the loss before it. The inputs are in the order of [`Step::inputs`].
    ///
    /// # Errors
    /// If an input has another shape, or the plugin refuses to run.
    pub fn run(&mut self, inputs: &[ArrayD<F>]) -> Result<F, PjrtError> {
        let inputs = self.spread(inputs)?;
        let arguments: Vec<&Spread<F>> = self.held.iter().chain(&inputs).collect();
        let mut results = self.executable.run(&arguments)?;
        // It is the same on every device, as all that is held.
        let loss = results.pop().expect("the loss is the last result")[0].download()?;
        self.held = results;
        Ok(loss[0])
    }

    /// Compiles the [value](Step::value) of this name, such as a prediction, of the step of this session.
    ///
    /// # Errors
    /// If there is none, or as [`new`](Session::new).
    pub fn value(&self, step: &Step, name: &str) -> Result<Value, PjrtError> {
        let client = &self.plugin.client;
        let (slot, text) = (step.value(name)?, step.value_to_stablehlo(name, client.devices)?);
        let executable = client.compile(&text, vec![slot.shape.size()], together(step))?;
        let parts = if step.all_reduces() && slot.shape.rank() > 0 { client.devices } else { 1 };
        Ok(Value { executable, slot: slot.of_each(parts), parts, arguments: arguments(step) })
    }

    /// Computes a value of the present parameters and these inputs, without a step: if each device has a batch of its own, what all of them have, along the first
    /// axis.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub fn compute(&self, value: &Value, inputs: &[ArrayD<F>]) -> Result<ArrayD<F>, PjrtError> {
        if value.arguments != self.arguments {
            return Err(PjrtError::OtherStep { value: value.slot.name.clone() });
        }
        let inputs = self.spread(inputs)?;
        let arguments: Vec<&Spread<F>> = self.held.iter().chain(&inputs).collect();
        let parts = &value.executable.run(&arguments)?[0][..value.parts];
        let numbers = parts.iter().map(|part| part.download()).collect::<Result<Vec<_>, _>>()?.concat();
        Ok(ArrayD::from_shape_vec(IxDyn(&value.slot.shape), numbers).expect("as many numbers as the shape has"))
    }

    /// The parameters, what the optimizer keeps, and its numbers, brought back from the device.
    ///
    /// # Errors
    /// If the plugin refuses to return an array.
    pub fn state(&self) -> Result<State<F>, PjrtError> {
        let mut state = self.start.clone();
        for ((name, array), spread) in self.start.arrays().zip(&self.held) {
            let value = ArrayD::from_shape_vec(IxDyn(array.shape()), spread[0].download()?);
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
        self.held[place.expect("a name that was found")] = upload(&self.executable, value, false)?;
        Ok(())
    }

    /// The inputs on the devices.
    fn spread(&self, inputs: &[ArrayD<F>]) -> Result<Vec<Spread<F>>, PjrtError> {
        Slot::expect(&self.inputs, inputs)?;
        let devices = self.plugin.client.devices;
        let slots = self.inputs.iter().zip(inputs);
        slots.map(|(slot, input)| upload(&self.executable, input, slot.is_divided(devices))).collect()
    }
}

/// The shapes of what is held and of the inputs: a plugin relies on them.
fn arguments(step: &Step) -> Vec<Shape> {
    step.held().iter().map(|held| held.slot.shape).chain(step.inputs().iter().map(|input| input.shape)).collect()
}

fn together(step: &Step) -> Together {
    if step.all_reduces() { Together::Replicated } else { Together::Divided }
}

fn upload<F: Number>(executable: &Executable, array: &ArrayD<F>, is_divided: bool) -> Result<Spread<F>, PjrtError> {
    let numbers = array.as_standard_layout();
    executable.upload(numbers.as_slice().expect("row by row"), array.shape(), is_divided)
}
