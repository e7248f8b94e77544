//! StableHLO as text: the language of array programs that XLA compiles. (Feature `stablehlo`.)
//!
//! The one idea to know: **each line of `lines/` is one line of text here**, since these lines were made after the language's own operations.
//!
//! - `channels_last`: before that, lines of images are turned as XLA wants them
//! - `text`: a module, its functions and their lines; `operation`: what one operation looks like; `literal`: numbers and types

mod channels_last;
mod literal;
mod operation;
mod text;

pub(crate) use text::module;
