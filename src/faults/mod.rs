//! What can go wrong while a tape records or walks back, as plain data and as sentences.
//!
//! - `backward_error`: why a backward pass is refused
//! - `non_finite`: the first number that went wrong
//! - `op_mistakes`: panics inside an op, reported as such

mod backward_error;
mod non_finite;
mod op_mistakes;

pub use backward_error::BackwardError;
pub(crate) use non_finite::FEW;
pub use non_finite::{Culprit, NonFinite};
pub(crate) use op_mistakes::{Refusal, caught, go_on};
