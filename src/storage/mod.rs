//! Where the tape's lists stand: plain memory that knows no tape.
//!
//! - `kept`: lists that a rewind keeps
//! - `values`: the numbers of all nodes, one node's behind the other's

mod kept;
mod values;

pub(crate) use kept::{Identified, Kept, hash_of};
pub(crate) use values::{Before, Values};
