//! What is there for speed alone: without it the tape would find the same numbers.
//!
//! - `op_list`: an op that holds nothing stands once, however many nodes it has
//! - `single`: a short way to record ops of single numbers
//! - `sum`: the sum of what arrives at a node, perhaps a million terms, without a list of views
//! - `spare`: the memory of tapes that were dropped
//! - `clock`: where the time goes, if somebody asks

mod clock;
mod op_list;
mod single;
pub(super) mod spare;
mod sum;

pub(super) use op_list::OpList;
