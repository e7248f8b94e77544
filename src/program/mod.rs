//! A recorded tape as a program: plain data that an engine elsewhere records again, with the same results. (Feature `json`.)
//!
//! The one idea to know: **a program holds what the learner's code did, and no more.** Backward passes are steps of it, "the gradients of step 7", and not the
//! nodes that they recorded: the engine that runs the program walks back itself.
//!
//! - `write`: a program from a tape; `kinds`: every op that can travel; `fields`: what distinguishes one use of an op from another
//! - `json`: a program as JSON, and read with care; `error`: what can be wrong with one
//! - `interpreter`: runs a program, as often as wanted; `run`: what one run records; `origin`: which step recorded a node
//!
//! # The format
//!
//! A JSON object with `"gradus_program": 1`, the version of the format; `"number"`, `"f32"` or `"f64"`; `"params"`, the parameters with their `name`, `shape` and
//! `numbers`; and `"steps"`. Every step is an object, and says in one of these ways what it is:
//!
//! | step | what it does |
//! |---|---|
//! | `"leaf": "input"`, `"var"` or `"const"`, with `numbers` | numbers from outside |
//! | `"param": 0` | reads the first parameter |
//! | `"op": "softmax"`, `"of": [3]`, and perhaps `"with": {"axis": 1}` | an op of the results of earlier steps, which are counted from 0 |
//! | `"backward": 7`, `"nodes": 12`, and perhaps `"cotangent": 5`, `"names": [[11, "slope"]]` | the gradients of step 7, whose pass records 12 nodes; the last is called "slope" |
//! | `"stays": "cube"`, `"why": "..."` | an op that cannot travel, or a step that depends on one |
//!
//! A gradient is used as `{"gradient": 9, "of": 2}`: that of step 2, by the pass of step 9. Besides, a step has `node`, its place on the tape that was written
//! down; `shape`; `"no_grad": true` if it gets no gradient although it could; and, for people, `name`, `scope`, `file` and `line`. A number that JSON does not
//! know is a text: `"NaN"`, `"inf"`, `"-inf"`. Unknown keys, and keys that come twice, are refused.
//!
//! An op of the program's own cannot travel, since its code is not in the program. What depends on one stays too.

mod error;
mod fields;
mod interpreter;
mod json;
mod kinds;
mod origin;
mod run;
mod write;

pub use error::ProgramError;
pub use interpreter::Interpreter;
#[cfg(feature = "onnx")]
pub(crate) use kinds::record;
pub(crate) use origin::Origin;

use crate::inspect::short_source;
use crate::leaf::Leaf;
use crate::shape::Shape;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::panic::Location;

/// A recorded computation as plain data, made by [`Tape::program`](crate::Tape::program) or read by [`Program::from_json`].
///
/// ```
/// use gradus::prelude::*;
/// use gradus::program::{Interpreter, Program};
/// let tape = Tape::new();
/// let (w, x) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"));
/// (w * x).sigmoid().named("y").backward();
///
/// let program = Program::from_json(&tape.program()?.to_json())?;
/// let mut elsewhere = Interpreter::<f64>::new(program)?;
/// elsewhere.run()?;
/// assert_eq!(elsewhere.trace(), tape.trace());
/// # Ok::<(), gradus::program::ProgramError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    number: String,
    params: Vec<Parameter>,
    steps: Vec<Step>,
}

/// A parameter with its numbers at the beginning.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Parameter {
    name: String,
    #[serde(serialize_with = "lengths")]
    shape: Shape,
    #[serde(with = "crate::json::floats::numbers")]
    numbers: Vec<f64>,
}

/// What the learner's code did at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Step {
    #[serde(flatten)]
    what: What,
    /// The shape of the result; that of the loss, for a backward pass.
    #[serde(serialize_with = "lengths")]
    shape: Shape,
    /// Whether it gets no gradient although it could.
    #[serde(skip_serializing_if = "is_default")]
    no_grad: bool,
    /// Its place on the tape that was written down; that of the first node, if it has several.
    node: usize,
    #[serde(skip_serializing_if = "is_default")]
    name: String,
    #[serde(skip_serializing_if = "is_default")]
    scope: String,
    file: String,
    line: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum What {
    Leaf {
        #[serde(serialize_with = "name_of_leaf")]
        leaf: Leaf,
        #[serde(with = "crate::json::floats::numbers")]
        numbers: Vec<f64>,
    },
    Param {
        param: usize,
    },
    Op {
        op: String,
        #[serde(skip_serializing_if = "Map::is_empty")]
        with: Map<String, Value>,
        of: Vec<Operand>,
    },
    Backward {
        backward: Operand,
        #[serde(skip_serializing_if = "is_default")]
        cotangent: Option<Operand>,
        nodes: usize,
        /// Names that nodes of the pass were given, each with the place of its node among them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        names: Vec<(usize, String)>,
    },
    Stays {
        stays: String,
        why: String,
    },
}

/// An operand: the result of a step, or the gradient of step `of` by the pass of step `gradient`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Operand {
    Result(usize),
    Gradient { gradient: usize, of: usize },
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn lengths<S: Serializer>(shape: &Shape, to: S) -> Result<S::Ok, S::Error> {
    shape[..].serialize(to)
}

fn name_of_leaf<S: Serializer>(leaf: &Leaf, to: S) -> Result<S::Ok, S::Error> {
    leaf.name().serialize(to)
}

impl Program {
    /// The kind of number: `"f32"` or `"f64"`.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the last step is a backward pass, and the only one.
    #[cfg(feature = "html")]
    pub(crate) fn ends_with_its_only_pass(&self) -> bool {
        let is_pass = |step: &Step| matches!(step.what, What::Backward { .. });
        self.steps.last().is_some_and(is_pass) && self.steps.iter().filter(|step| is_pass(step)).count() == 1
    }

    /// The nodes of the tape that was written down which the program records again, in the order in which it does.
    pub fn nodes(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().flat_map(|step| match step.what {
            What::Backward { nodes, .. } => step.node..step.node + nodes,
            What::Stays { .. } => 0..0,
            _ => step.node..step.node + 1,
        })
    }

    /// From this node of the tape that was written down on, what was recorded counts as recorded at this place.
    pub(crate) fn recorded_at(&mut self, from: usize, place: &Location) {
        for step in self.steps.iter_mut().filter(|step| step.node >= from) {
            (step.file, step.line) = (place.file().replace('\\', "/"), place.line());
        }
    }

    /// The names of the parameters, in the order in which the interpreter has them.
    pub(crate) fn param_names(&self) -> impl Iterator<Item = &str> {
        self.params.iter().map(|param| &param.name[..])
    }

    /// Whether the learner's code did, or an optimizer, what has this name.
    pub(crate) fn has_op(&self, name: &str) -> bool {
        self.steps.iter().any(|step| matches!(&step.what, What::Op { op, .. } if op == name))
    }

    /// The numbers that the parameter of this name begins with.
    pub(crate) fn param_numbers(&self, name: &str) -> impl Iterator<Item = f64> {
        let found = self.params.iter().find(|param| param.name == name);
        found.into_iter().flat_map(|param| param.numbers.iter().copied())
    }

    /// The parameters that are read, each with its name, its shape and the first node that reads it.
    pub(crate) fn param_leaves(&self) -> impl Iterator<Item = (&str, Shape, usize)> {
        let reads = |place: usize| {
            let reads = |step: &&Step| matches!(step.what, What::Param { param } if param == place);
            self.steps.iter().find(reads).map(|step| step.node)
        };
        let params = self.params.iter().enumerate();
        params.filter_map(move |(place, param)| Some((&param.name[..], param.shape, reads(place)?)))
    }

    /// The leaves that numbers from outside enter: the name, the shape, the node, and the line that recorded it.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&str, Shape, usize, String)> {
        let is_given = |step: &&Step| matches!(step.what, What::Leaf { leaf: Leaf::Input | Leaf::Var, .. });
        let given = self.steps.iter().filter(is_given);
        given.map(|step| (&step.name[..], step.shape, step.node, short_source(&step.file, step.line)))
    }

    /// What ops of the program compute: the name, the shape and the node.
    pub(crate) fn results(&self) -> impl Iterator<Item = (&str, Shape, usize)> {
        let ops = self.steps.iter().filter(|step| matches!(step.what, What::Op { .. }));
        ops.map(|step| (&step.name[..], step.shape, step.node))
    }

    /// The count of nodes of a run, if it records each step at the node that the step says; otherwise the first step that is not so, or cannot be run.
    pub(crate) fn count_nodes(&self) -> Result<usize, usize> {
        let mut count = 0_usize;
        for (place, step) in self.steps.iter().enumerate() {
            if step.node != count || matches!(step.what, What::Stays { .. }) {
                return Err(place);
            }
            let made = if let What::Backward { nodes, .. } = step.what { nodes } else { 1 };
            count = count.checked_add(made).ok_or(place)?;
        }
        Ok(count)
    }

    /// The node, the file and the line of every step that makes one node.
    #[cfg(feature = "lower")]
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str, u32)> {
        let one = |step: &&Step| !matches!(step.what, What::Backward { .. } | What::Stays { .. });
        self.steps.iter().filter(one).map(|step| (step.node, &step.file[..], step.line))
    }

    /// The same program in f64, and with gradients of the leaves and parameters of these names.
    #[cfg(feature = "onnx")]
    pub(crate) fn in_f64(mut self, wanted: &[&str]) -> Self {
        self.number = "f64".to_owned();
        for step in self.steps.iter_mut().filter(|step| wanted.contains(&&step.name[..])) {
            if let What::Leaf { leaf, .. } = &mut step.what {
                *leaf = Leaf::Var;
            }
        }
        self
    }

    /// The place among the steps of the leaf, or of the step that reads the parameter, of this name.
    #[cfg(feature = "onnx")]
    pub(crate) fn leaf_named(&self, name: &str) -> Option<(usize, Shape)> {
        let is_it = |step: &Step| match &step.what {
            What::Leaf { .. } => step.name == name,
            What::Param { param } => self.params[*param].name == name,
            _ => false,
        };
        self.steps.iter().position(is_it).map(|place| (place, self.steps[place].shape))
    }

    /// The names of its leaves and parameters.
    #[cfg(feature = "onnx")]
    pub(crate) fn leaf_names(&self) -> Vec<&str> {
        let is_named = |step: &&Step| matches!(step.what, What::Leaf { .. }) && !step.name.is_empty();
        self.steps.iter().filter(is_named).map(|step| &step.name[..]).chain(self.param_names()).collect()
    }

    /// The place among the steps of the leaf that is this node of the tape that was written down.
    pub(crate) fn leaf_at(&self, node: usize) -> Option<usize> {
        self.steps.iter().position(|step| step.node == node && matches!(step.what, What::Leaf { .. }))
    }

    /// The nodes of the tape that was written down which the program does not record again, each with the reason.
    pub fn stays(&self) -> impl Iterator<Item = (usize, &str)> {
        self.steps.iter().filter_map(|step| match &step.what {
            What::Stays { why, .. } => Some((step.node, &why[..])),
            _ => None,
        })
    }
}
