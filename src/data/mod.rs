//! Data to train on: the MNIST digits, data of one's own (arrays, tables, text), points of a plane, truth tables, in shuffled batches.
//!
//! The one idea to know: **nothing is copied until a tape asks for it**. The digits stay bytes, as they are in the file; a
//! [`Batch`] is a list of row numbers, and writes its rows straight into the buffer of the leaf that
//! [`Tape::input`](crate::Tape::input) records.
//!
//! Without any feature there are only [`Rows`] and [`TruthTable`]. The feature `rand` adds random numbers and orders, data of one's own and points of a
//! plane; `csv` adds tables, `image` images; `data` adds MNIST and what reads its files.
//!
//! - `mnist`: [`Mnist`], the digits of its four files; `files`: finds the four files in a folder
//! - `digits`: [`Digits`], images with their labels
//! - `batches`: [`Batches`] and [`Batch`], rows on their way to a tape
//! - `dataset`: [`Dataset`], data of one's own, and [`DataBatch`]; `gathered`: its rows on their way to a tape; `standardizer`: [`Standardizer`]
//! - `characters`: [`Vocabulary`], the characters of a text; windows of a text, and words, as data sets
//! - `csv`: `Table`, columns of a text file by their names (feature `csv`)
//! - `images`: `ImageFolder`, images in a folder for each class (feature `image`)
//! - `rows`: [`Rows`] of any array, and [`shuffled`] row numbers
//! - [`idx`]: the file format; `gzip`: how it is packed
//! - `error`: [`DataError`], what can be wrong with a file; `recognise`: names files of other kinds
//! - `text`: an image as characters, for a terminal
//! - `toy`: points of a plane in classes ([`blobs`], [`circles`], [`moons`], [`spiral`], [`xor`]); `truth`: [`TruthTable`]

#[cfg(feature = "data")]
mod batches;
#[cfg(feature = "rand")]
mod characters;
#[cfg(feature = "csv")]
mod csv;
#[cfg(feature = "rand")]
mod dataset;
#[cfg(feature = "data")]
mod digits;
#[cfg(feature = "data")]
mod error;
#[cfg(feature = "data")]
mod files;
#[cfg(feature = "rand")]
mod gathered;
#[cfg(feature = "data")]
mod gzip;
#[cfg(feature = "data")]
pub mod idx;
#[cfg(feature = "image")]
mod images;
#[cfg(feature = "data")]
mod mnist;
#[cfg(feature = "data")]
mod recognise;
mod rows;
#[cfg(feature = "rand")]
mod standardizer;
#[cfg(feature = "data")]
mod text;
#[cfg(feature = "rand")]
mod toy;
mod truth;

#[cfg(feature = "data")]
pub use batches::{Batch, Batches, Labels, OneHot, PixelRows};
#[cfg(feature = "rand")]
pub use characters::{TextError, Vocabulary};
#[cfg(feature = "csv")]
pub use csv::{Categories, CsvError, Missing, Table};
#[cfg(feature = "rand")]
pub use dataset::{DataBatch, DataBatches, Dataset, Targets};
#[cfg(feature = "data")]
pub use digits::{CLASSES, Digits, PIXELS, SIDE};
#[cfg(feature = "data")]
pub use error::DataError;
#[cfg(feature = "data")]
pub use files::MnistFiles;
#[cfg(feature = "rand")]
pub use gathered::Gathered;
#[cfg(feature = "image")]
pub use images::{Colours, ImageError, ImageFolder};
#[cfg(feature = "data")]
pub use mnist::Mnist;
pub use rows::Rows;
#[cfg(feature = "rand")]
pub use rows::shuffled;
#[cfg(feature = "rand")]
pub use standardizer::Standardizer;
#[cfg(feature = "data")]
pub use text::{Ink, image_as_text};
#[cfg(feature = "rand")]
pub use toy::{blobs, circles, moons, spiral, xor};
pub use truth::TruthTable;

#[cfg(feature = "rand")]
use rand::SeedableRng;
#[cfg(feature = "rand")]
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
#[cfg(feature = "rand")]
pub fn seeded(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}
