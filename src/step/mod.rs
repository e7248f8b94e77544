//! A training step as a value: parameters, inputs, the loss, its gradients and the optimizer's update. (Feature `json`.)
//!
//! The one idea to know: **backward is more recording, and so is an update.** A whole training step is then one graph of array ops: it can be kept, sent,
//! run as often as wanted, and written down for an engine that knows nothing of gradients.
//!
//! - `record`: a step from a tape; `error`: why there is none
//! - `runner`: runs a step here; `state`: what it changes, a value of its own. `nodes` is what it runs, `plan` where each value stands meanwhile,
//!   `evaluate` the run; `memory`: how much that needs
//! - `json`: a step as a file, and read with care
//!
//! ```
//! use gradus::nn::{Activation, Mlp};
//! use gradus::optim::Sgd;
//! use gradus::prelude::*;
//! use gradus::step::Step;
//! use ndarray::{ArrayD, array};
//! let net = Mlp::<f32>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(1));
//! let (x, y) = (array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array![[0.0], [1.0], [1.0], [0.0]]);
//! let step = Step::record(&net, &Sgd::new(0.5).momentum(0.9), |tape| {
//!     let (x, y) = (tape.input(&x).named("x"), tape.input(&y).named("y"));
//!     net.forward(x).mean_squared_error(y)
//! })?;
//! let (mut runner, mut state) = (step.runner::<f32>()?, step.start::<f32>()?);
//! let inputs: [ArrayD<f32>; 2] = [x.into_dyn(), y.into_dyn()];
//! let first = runner.run(&mut state, &inputs)?;
//! let mut what_if = state.clone();
//! what_if.set("learning_rate", &ndarray::arr0(0.01).into_dyn())?;
//! for _ in 0..100 {
//!     runner.run(&mut state, &inputs)?;
//!     runner.run(&mut what_if, &inputs)?;
//! }
//! let (fast, slow) = (runner.run(&mut state, &inputs)?, runner.run(&mut what_if, &inputs)?);
//! assert!(fast < slow && slow < first);
//! # Ok::<(), gradus::step::StepError>(())
//! ```
//!
//! # The format
//!
//! A step is a file: a JSON object with `"gradus_step": 1`, the version of the format; `"loss"`, the node that holds the loss; `"held"`, what is handed from
//! step to step; and `"program"`, a [program](crate::program#the-format), whose parameters have the numbers that a training begins with. Each
//! parameter of the program stands once in `held`, in the order in which other engines take them: an object with its `name`, perhaps `gradient`, the node that
//! holds the loss's gradient with respect to it, and perhaps `next`, the node that becomes its next value. The leaves of the program that have a name are the
//! inputs. Nodes are counted from 0, those of a backward pass too.

mod error;
mod evaluate;
mod json;
mod memory;
mod nodes;
mod plan;
mod record;
mod runner;
mod state;

pub use error::StepError;
pub use memory::{Kept, Memory};
pub use runner::Runner;
pub use state::State;

use crate::program::Program;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::Tape;
use petgraph::graph::NodeIndex;
use serde::Serialize;
use std::collections::HashSet;
use std::fmt;

/// A training step: plain data without a state. What it changes, a [`State`], is handed to each run. So two threads can run it at once, and a
/// "what if" is a run on a clone of the state.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The forward pass, the backward pass and the update.
    program: Program,
    inputs: Vec<Slot>,
    held: Vec<Held>,
    loss: usize,
    constants: Vec<Constant>,
}

/// A name for an array.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The name.
    pub name: String,
    /// The shape.
    pub shape: Shape,
    /// The node of the tape that reads it.
    pub(crate) node: usize,
}

impl Slot {
    /// Whether each of several devices has a part of this input: as many rows of the first axis as every other device. If they cannot have equally many, or
    /// there is only one device, each has all of it.
    pub fn is_divided(&self, devices: usize) -> bool {
        devices > 1 && self.shape.first().is_some_and(|&rows| rows > 0 && rows % devices == 0)
    }

    /// What so many devices have together, if each has this for itself: one behind the other, along the first axis. A single number is the same on all.
    pub fn of_each(&self, devices: usize) -> Slot {
        let shape = self.shape.first().map_or(self.shape, |&rows| self.shape.with_axis(0, rows * devices));
        Slot { shape, ..self.clone() }
    }
}

/// An array that is handed from step to step: a parameter, what the optimizer keeps for it, or a number such as the learning rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Its name and its shape.
    pub slot: Slot,
    /// The node that holds the loss's gradient with respect to it.
    pub(crate) gradient: Option<usize>,
    /// The node that becomes its next value; `None` if it stays as it is.
    pub(crate) next: Option<usize>,
}

/// Numbers that were recorded with the step and are the same in every run.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// The shape.
    pub shape: Shape,
    /// The line that recorded it: `main.rs:31`.
    pub source: String,
}

/// What a parameter of the program is there for.
#[derive(Serialize)]
struct Role {
    /// Its name.
    name: String,
    /// As in [`Held`].
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

impl Step {
    /// A program with these roles. Parameters without one stay as they are: those that are frozen, and the running averages of layers. The leaves that have a
    /// name are the inputs.
    fn of_program(program: Program, roles: Vec<Role>, loss: usize) -> Result<Step, StepError> {
        let slot = |(name, shape, node): (&str, Shape, usize)| Slot { name: name.to_owned(), shape, node };
        let mut staying: Vec<Slot> = program.param_leaves().map(slot).collect();
        let mut held = Vec::new();
        for Role { name, gradient, next } in roles {
            let known = || staying.iter().map(|slot| format!("{:?}", slot.name)).collect::<Vec<_>>().join(", ");
            let place = staying.iter().position(|slot| slot.name == name).ok_or_else(|| {
                let is_held = held.iter().any(|held: &Held| held.slot.name == name);
                let name = name.clone();
                if is_held { StepError::Twice { name } } else { StepError::Name { name, known: known() } }
            })?;
            held.push(Held { slot: staying.remove(place), gradient, next });
        }
        held.extend(staying.into_iter().map(|slot| Held { slot, gradient: None, next: None }));
        let is_input = |(name, ..): &(&str, _, _, _)| !name.is_empty();
        let (inputs, constants): (Vec<_>, Vec<_>) = program.given().partition(is_input);
        let inputs: Vec<Slot> = inputs.into_iter().map(|(name, shape, node, _)| slot((name, shape, node))).collect();
        let constants = constants.into_iter().filter(|(_, shape, ..)| shape.size() > 1);
        let constants = constants.map(|(_, shape, _, source)| Constant { shape, source }).collect();
        let mut names = HashSet::new();
        for name in program.param_names().chain(inputs.iter().map(|input| &input.name[..])) {
            if !names.insert(name) {
                return Err(StepError::Twice { name: name.to_owned() });
            }
        }
        Ok(Step { inputs, held, loss, constants, program })
    }

    /// The inputs, in the order in which a run wants them: the leaves of the tape that had a name.
    pub fn inputs(&self) -> &[Slot] {
        &self.inputs
    }

    /// What is handed from step to step: the parameters, then what the optimizer keeps for them, then its learning rate and, if it counts them, its steps.
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// The arrays, of more than one number, that are the same in every run. A batch among them was recorded without a name: `tape.input(&x).named("x")`.
    pub fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// The kind of number: `"f32"` or `"f64"`.
    pub fn number(&self) -> &str {
        self.program.number()
    }

    /// The node that holds the loss.
    #[cfg(feature = "lower")]
    pub(crate) fn loss(&self) -> usize {
        self.loss
    }

    /// A value that the step computes, by the name that it was given when it was recorded, such as that of a prediction.
    ///
    /// # Errors
    /// [`StepError::Name`], if no value has this name.
    pub fn value(&self, name: &str) -> Result<Slot, StepError> {
        find_named(&self.named(), name)
    }

    /// The values that the step computes and that have a name.
    fn named(&self) -> Vec<Slot> {
        let named = self.program.results().filter(|(name, ..)| !name.is_empty());
        named.map(|(name, shape, node)| Slot { name: name.to_owned(), shape, node }).collect()
    }

    /// Whether it sums over devices itself, as one that [`record_parallel`](Step::record_parallel) has recorded: then each of several devices runs it on a batch of
    /// its own, so that all together take as many rows of each input as there are devices, times those of the step.
    pub fn all_reduces(&self) -> bool {
        self.program.has_op("all_reduce")
    }

    /// The inputs that so many devices take together: those of each, one behind the other, if the step [sums over devices](Step::all_reduces), and otherwise those
    /// of the step. A single number is the same on all.
    pub fn inputs_on(&self, devices: usize) -> Vec<Slot> {
        self.inputs
            .iter()
            .map(|input| if self.all_reduces() { input.of_each(devices) } else { input.clone() })
            .collect()
    }

    /// Refuses so many devices, if none of the inputs can be divided among them.
    #[cfg(feature = "stablehlo")]
    pub(crate) fn expect_divisible(&self, devices: usize) -> Result<(), StepError> {
        if devices == 1 || self.all_reduces() || self.inputs.iter().any(|input| input.is_divided(devices)) {
            return Ok(());
        }
        let inputs: Vec<String> =
            self.inputs.iter().map(|Slot { name, shape, .. }| format!("{name} {shape}")).collect();
        Err(StepError::Devices { devices, inputs: inputs.join(", ") })
    }

    /// The tape as a program, which any [interpreter](crate::program::Interpreter) can run.
    pub fn program(&self) -> &Program {
        &self.program
    }
}

/// The value of this name.
fn find_named(named: &[Slot], name: &str) -> Result<Slot, StepError> {
    let known = || named.iter().map(|slot| format!("{:?}", slot.name)).collect::<Vec<_>>().join(", ");
    let found = named.iter().find(|slot| slot.name == name).cloned();
    found.ok_or_else(|| StepError::Name { name: name.to_owned(), known: known() })
}

/// Refuses a tape, on which a step was run, if a parameter's gradient or its next value has another shape than it has, or the loss is not a single number: a
/// step from a file may say so.
pub(crate) fn expect_shapes<'a, F: Scalar>(
    tape: &Tape<F>,
    held: impl Iterator<Item = &'a Held>,
    loss: usize,
) -> Result<(), StepError> {
    let shape = |node: usize| tape.var_at(NodeIndex::new(node)).shape();
    let unfit = |node: usize, what: String, expected: &[usize]| {
        Err(StepError::Role { node, what, expected: expected.to_vec(), found: shape(node).to_vec() })
    };
    for Held { slot, gradient, next } in held {
        for (what, node) in [("gradient", gradient), ("next value", next)] {
            if let Some(node) = node.filter(|&node| shape(node) != slot.shape) {
                return unfit(node, format!("the {what} of {:?}", slot.name), &slot.shape);
            }
        }
    }
    if shape(loss).size() == 1 { Ok(()) } else { unfit(loss, "the loss, a single number".to_owned(), &[]) }
}

/// What the step reads and changes, a line each.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "a training step on {}, of {} nodes", self.number(), self.program.nodes().count())?;
        for Slot { name, shape, .. } in &self.inputs {
            writeln!(f, "  input     {name} {shape}")?;
        }
        for Held { slot: Slot { name, shape, .. }, gradient, next } in &self.held {
            let kind = match (gradient, next) {
                (Some(_), _) => "parameter",
                (None, Some(_)) => "kept     ",
                (None, None) => "stays    ",
            };
            writeln!(f, "  {kind} {name} {shape}")?;
        }
        for Constant { shape, source } in &self.constants {
            writeln!(f, "  constant  {shape}, recorded at {source}; an input has a name")?;
        }
        Ok(())
    }
}
