//! Models in files, to be kept and brought along (feature `io`).
//!
//! The one idea to know: **all or nothing**. A file is replaced only when the new one is on the disk, and a model is changed only when all of its
//! arrays were found to fit.
//!
//! ```
//! use gradus::nn::{Activation, Mlp};
//! use gradus::prelude::*;
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("net.safetensors");
//! let net = Mlp::<f32>::new(&[784, 30, 10], Activation::Sigmoid, &mut seeded(7));
//! gradus::io::save_safetensors(&path, &net)?;
//!
//! let again = Mlp::<f32>::new(&[784, 30, 10], Activation::Sigmoid, &mut seeded(8));
//! gradus::io::load_safetensors(&path, &again)?;
//! # Ok::<(), gradus::io::IoError>(())
//! ```
//!
//! - `arrays`: [`Arrays`], what is written and read; `kind`: the kinds of numbers; `layout`: [`Layout`], whose names and shapes a file has
//! - `model`: compares a file with a model
//! - `safetensors`, `npz` (with `npy` and `zip`): the formats
//! - `checkpoint`: [`Checkpoint`], a training that can go on later; `note`, `rng`: what it has besides arrays; `resume`: [`Saved`], one that was read
//! - `write`: replaces files; `source`: reads them; `error`: [`IoError`], what can go wrong

mod arrays;
mod checkpoint;
mod error;
mod kind;
mod layout;
mod model;
mod note;
mod npy;
mod npz;
mod resume;
mod rng;
mod safetensors;
mod source;
mod write;
mod zip;

pub use arrays::Arrays;
pub use checkpoint::{Checkpoint, Progress};
pub use error::{Difference, IoError};
pub use kind::{Kind, Storable};
pub use layout::Layout;
pub use resume::Saved;
pub use rng::RngState;

use crate::nn::Parameters;
use std::path::Path;

/// Writes the parameters and buffers of a model into a safetensors file, by their names. [`Arrays`] has more ways, such as PyTorch's names.
///
/// # Errors
/// As [`Arrays::of`] and [`Arrays::save_safetensors`].
pub fn save_safetensors<F: Storable>(
    path: impl AsRef<Path>,
    model: &(impl Parameters<F> + ?Sized),
) -> Result<(), IoError> {
    Arrays::of(model, Layout::Gradus)?.save_safetensors(path)
}

/// Gives a model the parameters and buffers of a safetensors file.
///
/// # Errors
/// As [`Arrays::load_safetensors`] and [`Arrays::restore`]; then the model is unchanged.
pub fn load_safetensors<F: Storable>(
    path: impl AsRef<Path>,
    model: &(impl Parameters<F> + ?Sized),
) -> Result<(), IoError> {
    Arrays::load_safetensors(path)?.restore(model, Layout::Gradus)
}

/// Writes the parameters and buffers of a model into NumPy's archive of arrays, by their names.
///
/// # Errors
/// As [`Arrays::of`] and [`Arrays::save_npz`].
pub fn save_npz<F: Storable>(path: impl AsRef<Path>, model: &(impl Parameters<F> + ?Sized)) -> Result<(), IoError> {
    Arrays::of(model, Layout::Gradus)?.save_npz(path)
}

/// Gives a model the parameters and buffers of NumPy's archive of arrays.
///
/// # Errors
/// As [`Arrays::load_npz`] and [`Arrays::restore`]; then the model is unchanged.
pub fn load_npz<F: Storable>(path: impl AsRef<Path>, model: &(impl Parameters<F> + ?Sized)) -> Result<(), IoError> {
    Arrays::load_npz(path)?.restore(model, Layout::Gradus)
}
