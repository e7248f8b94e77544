//! Array operations as plain data: what ops of ours become before they are written down for another engine. (Features `stablehlo` and `onnx`.)
//!
//! The one idea to know: **a value that is asked for an operation adds a line and returns the value of that line**, as a `Var` records a node. The lines
//! belong to no language: `stablehlo/` writes them as text, `onnx/` as the nodes of a graph. What ops of ours become is said elsewhere (`lower/`,
//! `formula/line.rs`).
//!
//! - `operation`: all operations there are; `value`: what can be done with a value; `block`: the lines of a function, and the functions of a module

mod block;
mod operation;
mod value;

pub use block::Block;
pub(crate) use block::{Argument, Body, Entry, Function, Main, Module};
pub(crate) use operation::{Combine, Compare, Convolve, Each, Operation, Order, Pair, Pool};
pub(crate) use value::together;
pub use value::{Element, Value};
