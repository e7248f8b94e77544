//! Code that is only there for speed: without it the tape would compute the same numbers.
//!
//! - `op_list`: an op without fields is stored once, however many nodes have it
//! - `same_numbers`: an array in another shape is not copied
//! - `single`: a fast path to record ops of single numbers
//! - `sum`: the sum of the cotangents at a node, perhaps a million terms, without a list of views
//! - `spare`: the memory of tapes that were dropped

mod op_list;
mod same_numbers;
mod single;
pub(super) mod spare;
mod sum;

pub(super) use op_list::OpList;
