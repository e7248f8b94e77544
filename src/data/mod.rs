//! Data to learn from: the MNIST digits, truth tables, and any array's rows, in shuffled batches.
//!
//! The one idea to know: **nothing is copied until a tape asks for it**. The digits stay bytes, as they are in the file; a
//! [`Batch`] is a list of row numbers, and writes its rows straight into the buffer of the leaf that
//! [`Tape::input`](crate::Tape::input) records.
//!
//! - `mnist`: [`Mnist`], the digits of its four files; `files`: where these are, and what else a folder may hold
//! - `digits`: [`Digits`], images with their labels
//! - `batches`: [`Batches`] and [`Batch`], rows on their way to a tape
//! - `rows`: [`Rows`] of any array, and [`shuffled`] row numbers
//! - [`idx`]: the file format; `gzip`: how it is packed
//! - `error`: [`DataError`], what can be wrong with a file; `recognise`: what a file is that does not belong there
//! - `text`: an image as characters, for a terminal
//! - `truth`: [`TruthTable`]

mod batches;
mod digits;
mod error;
mod files;
mod gzip;
pub mod idx;
mod mnist;
mod recognise;
mod rows;
mod text;
mod truth;

pub use batches::{Batch, Batches, Labels, OneHot, PixelRows};
pub use digits::{CLASSES, Digits, PIXELS, SIDE};
pub use error::DataError;
pub use files::MnistFiles;
pub use mnist::Mnist;
pub use rows::{Rows, shuffled};
pub use text::{Ink, image_as_text};
pub use truth::TruthTable;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// A source of random numbers that starts from `seed`. The stream is specified (ChaCha with 8 rounds), so a run with the
/// same seed is the same run on any machine.
///
/// ```
/// use gradus::data::shuffled;
/// use gradus::prelude::*;
/// let mut rng = seeded(7);
/// assert_eq!(shuffled(8, &mut rng), shuffled(8, &mut seeded(7)));
/// ```
pub fn seeded(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}
