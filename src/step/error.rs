//! Why there is no step, or why it does not run. Each message says where, what was expected and what was found.

use crate::BackwardError;
use crate::optim::OptimError;
use crate::program::ProgramError;
use thiserror::Error;

/// Why a step could not be recorded, or not be run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StepError {
    /// The loss has no gradients.
    #[error(transparent)]
    Backward(#[from] BackwardError),
    /// The optimizer has nothing to step, or a setting that is out of range.
    #[error(transparent)]
    Optimizer(#[from] OptimError),
    /// The tape cannot be written down, or not be run again.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// An op whose code is not in the program: one of the learner's own.
    #[error("{op}, recorded at {source_line}, cannot be part of a step: {why}")]
    Stays {
        /// The op.
        op: String,
        /// The line that recorded it: `main.rs:31`.
        source_line: String,
        /// The reason.
        why: String,
    },
    /// Two parameters, or two inputs, of one name.
    #[error(
        "two arrays of the step are called {name:?}, so nobody could say which is meant; give each a name of its own"
    )]
    Twice {
        /// The name.
        name: String,
    },
    /// An optimizer that has stepped its parameters differently often.
    #[error(
        "the optimizer has stepped {name:?} {found} times and another parameter {expected} times, but a step counts the steps of all together"
    )]
    Steps {
        /// A parameter.
        name: String,
        /// How often another one was stepped.
        expected: i32,
        /// How often this one was.
        found: i32,
    },
    /// A step on another kind of number.
    #[error("the step is on {found}, and was to be run on {expected}")]
    Number {
        /// The kind it was to be run on.
        expected: &'static str,
        /// The step's own.
        found: String,
    },
    /// There is no array of this name.
    #[error("the step holds no {name:?}; it holds {known}")]
    Name {
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// Another number of inputs than the step has.
    #[error("the step has the inputs {expected}, found {found} arrays")]
    Inputs {
        /// The names of its inputs.
        expected: String,
        /// How many arrays were given.
        found: usize,
    },
    /// An array of another shape.
    #[error("{name:?} has the shape {expected:?}, found {found:?}")]
    Shape {
        /// The name of the array.
        name: String,
        /// Its shape in the step.
        expected: Vec<usize>,
        /// The shape that was given.
        found: Vec<usize>,
    },
    /// A node of another shape than its role in the step needs: the step is from a file that says so.
    #[error("node {node} is to be {what}, which has the shape {expected:?}, but its own is {found:?}")]
    Role {
        /// The node of the program, from 0.
        node: usize,
        /// What it is to be: `the gradient of "w"`.
        what: String,
        /// The shape that is needed.
        expected: Vec<usize>,
        /// The shape of the node.
        found: Vec<usize>,
    },
    /// No input can be divided among several devices.
    #[error(
        "no input can be divided among {devices} devices, which takes a first axis of a multiple of that: {inputs}"
    )]
    Devices {
        /// The number of devices.
        devices: usize,
        /// The inputs with their shapes.
        inputs: String,
    },
}
