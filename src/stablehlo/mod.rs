//! StableHLO as text: the language of array programs that XLA compiles. (Feature `stablehlo`.)
//!
//! The one idea to know: **a value that is asked for an operation writes a line and returns the value of that line**, as a `Var` records a node. What ops of
//! ours become in this language is said elsewhere (`lower/`, `formula/line.rs`).
//!
//! - `block`: lines, constants, functions of the module; `value`: what can be done with a value; `literal`: numbers as text

mod block;
mod literal;
mod value;

pub use block::{Block, Module};
pub(crate) use value::{Combine, Convolve, together};
pub use value::{Element, Value};
