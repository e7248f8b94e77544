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
//! again but the checks that the reader asks for.
//!
//! - `stepper`: what a program calls; `terminal`: the loop around it, and the terminal as it was
//! - `session`: where the reader is, and what each key does; `action`: the keys; `timeline`: what is known at each step
//! - `screen`: where the panes go; `panes`: what is in them
//! - `look`: colours and characters; `text`: how wide texts are, and where they are broken; `ascii`: the story where there is no
//!   Unicode; `source`: the program's text

mod action;
mod ascii;
mod look;
mod panes;
mod screen;
mod session;
mod source;
mod stepper;
mod terminal;
#[cfg(test)]
mod tests;
pub mod text;
mod timeline;

pub use stepper::{Stepper, step};
pub use terminal::Left;
