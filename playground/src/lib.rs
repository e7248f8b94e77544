//! The playground: a page on which a small network learns points of a plane. The one idea to know: the page computes nothing. It asks entries for bytes
//! ([`entries`]), and draws them; the settings of a training are a line of text ([`Settings`]), which is also what a link holds.
//!
//! - [`settings`]: what can be set, and how it is written in a link; `choices`: lists of names to choose from
//! - [`points`]: the points of each set, and the features that a network sees of them
//! - [`session`]: a training that goes on step by step; [`frame`]: what the page shows of it; `curve`: its losses so far
//! - [`program`]: the same training as a program of one's own
//! - [`presets`]: settings that are known to work
//! - [`digit`]: for the second page, a network that reads a digit
//! - [`entries`]: what the page asks for; `abi.rs`: the entries as JavaScript calls them, the only file with `unsafe`
//!
//! `page/` is the page, and `examples/playground_page.rs` puts it together.

#![deny(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]

#[allow(unsafe_code)]
pub mod abi;
mod choices;
mod curve;
pub mod digit;
pub mod entries;
pub mod frame;
pub mod points;
pub mod presets;
pub mod program;
pub mod session;
pub mod settings;

pub use session::Session;
pub use settings::Settings;
