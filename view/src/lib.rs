//! Step through what a tape recorded: forward, backward and update, one event at a time, in a terminal.
//!
//! ```no_run
//! use gradus::prelude::*;
//! let tape = Tape::<f64>::new();
//! let x = tape.var(3.0).named("x");
//! (x * x).named("y").backward();
//! gradus_view::step(&tape)?; // where no terminal is, it prints the story
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The one idea to know: the screen is a function of a [`Trace`](gradus::Trace) and a place in it. Nothing is computed
//! again, except for the checks that the reader asks for.
//!
//! - `stepper`: the functions for programs; `terminal`: the loop, which restores the terminal
//! - `session`: the reader's place, and the effect of each key; `action`: the keys; `timeline`: what is known at each step
//! - `screen`: the places of the panes; `panes`: their contents
//! - `look`: colours and characters; `text`: the widths of texts, and line breaks; `language`: texts in other languages; `ascii`: the story in ASCII; `source`: the program's text

#[cfg(not(target_family = "wasm"))]
mod action;
#[cfg(not(target_family = "wasm"))]
mod ascii;
pub mod language;
#[cfg(not(target_family = "wasm"))]
mod look;
#[cfg(not(target_family = "wasm"))]
mod panes;
#[cfg(not(target_family = "wasm"))]
mod screen;
#[cfg(not(target_family = "wasm"))]
mod session;
#[cfg(not(target_family = "wasm"))]
mod source;
#[cfg(not(target_family = "wasm"))]
mod stepper;
#[cfg(not(target_family = "wasm"))]
mod terminal;
#[cfg(test)]
mod tests;
pub mod text;
#[cfg(not(target_family = "wasm"))]
mod timeline;

#[cfg(not(target_family = "wasm"))]
pub use stepper::{Stepper, step};
#[cfg(not(target_family = "wasm"))]
pub use terminal::Left;
