//! A training step as a value: parameters, inputs, the loss, its gradients and the optimizer's update. (Feature `json`.)
//!
//! The one idea to know: **backward is more recording, and so is an update.** A whole training step is then one graph of array ops: it can be kept, sent,
//! run as often as wanted, and written down for an engine that knows nothing of gradients.
//!
//! - `record`: a step from a tape; `error`: why there is none
//! - `runner`: runs a step here; what it changes, the [`State`], is a value of its own
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

mod error;
mod record;
mod runner;

pub use error::StepError;
pub use runner::{Runner, State};

use crate::program::Program;
use crate::shape::Shape;
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

impl Step {
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
    #[cfg(feature = "stablehlo")]
    pub(crate) fn loss(&self) -> usize {
        self.loss
    }

    /// The tape as a program, which any [interpreter](crate::program::Interpreter) can run.
    pub fn program(&self) -> &Program {
        &self.program
    }
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
