//! Questions to a tape, answered as plain data.
//!
//! - `describe`: nodes, and what flowed between them: listings, graphs, errors and the stepper read it
//! - `non_finite`: where the first NaN comes from
//! - `profile`: where the time goes
//! - `reach`: which elements an element was computed from
//! - `shown_as`: how an array wants to be seen
//! - `updates`: what optimizers did to parameters

mod describe;
mod non_finite;
mod profile;
mod reach;
mod shown_as;
mod updates;

#[cfg(feature = "json")]
pub(crate) use describe::short_source;
pub use describe::{Contribution, NodeInfo};
