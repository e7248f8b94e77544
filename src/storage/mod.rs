//! What a tape holds: nodes, and the memory for their numbers. Plain data that knows no tape.
//!
//! - `node`: nodes, and the edges between them
//! - `values`: the numbers of all nodes, one node after the other
//! - `outside`: numbers that are read in place, in parameters and shared arrays
//! - `readable`: how a kernel reads all these
//! - `kept`: lists that a rewind keeps
//! - `replay`: what enters a recording that is computed more than once

mod kept;
mod node;
mod outside;
mod readable;
mod replay;
mod values;

pub(crate) use kept::{Identified, Kept, hash_of};
pub(crate) use node::{By, Circumstances, KnownShape, Numbers};
pub use node::{Node, Slot};
pub(crate) use outside::{Held, Outside, ParamLeaf, Share, changed};
pub(crate) use readable::Readable;
pub(crate) use replay::Replay;
pub(crate) use values::{Before, Values};
