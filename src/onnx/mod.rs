//! ONNX, the format in which most tools exchange models. (Feature `onnx`.)
//!
//! The one idea to know: **a step is an ordinary graph.** Backward is more recording and so is an update, so a whole training step is written with the
//! operators that a prediction is written with, and an engine that knows no gradients trains with it. And the other way round: a [`Model`] that another
//! tool exported is a function of `Var`s, so all that can be done with a tape can be done with it.
//!
//! - `messages`: the format
//! - out: `write`, a function as a graph; `operation`, which nodes each operation becomes ([`Tape::to_onnx`](crate::Tape::to_onnx),
//!   [`Step::to_onnx`](crate::step::Step::to_onnx))
//! - in: `model`, what a file holds, and its recording; `operators`, which ops each operator becomes, with `shapes` and `layers`; `whole`, whole numbers that
//!   are known before; `error`, what can be wrong

mod call;
mod error;
mod layers;
mod messages;
mod model;
mod operation;
mod operators;
mod shapes;
mod whole;
mod write;

pub use error::OnnxError;
pub use model::{Model, Port};
pub(crate) use write::model as written;
