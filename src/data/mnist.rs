//! The MNIST data set: 60,000 handwritten digits to train on and 10,000 to test on, in four files.

use super::digits::{CLASSES, Digits, PIXELS, SIDE};
use super::error::DataError;
use super::idx;
use std::path::{Path, PathBuf};

/// The MNIST digits (Yann LeCun, Corinna Cortes, Christopher J. C. Burges).
///
/// ```
/// use gradus::prelude::*;
/// let mnist = Mnist::open("data/mnist")?;
/// let (train, validation) = mnist.train().split_at(50_000);
/// assert_eq!((train.len(), validation.len(), mnist.test().len()), (50_000, 10_000, 10_000));
/// assert_eq!(train.labels()[..5], [5, 0, 4, 1, 9]);
/// # Ok::<(), gradus::data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mnist {
    train: Digits,
    test: Digits,
}

impl Mnist {
    /// Reads the four files in `folder`, packed (`train-images-idx3-ubyte.gz`) or unpacked (without `.gz`), and checks
    /// that they belong together.
    pub fn open(folder: impl AsRef<Path>) -> Result<Mnist, DataError> {
        let folder = folder.as_ref();
        if !folder.is_dir() {
            let found = if folder.exists() { "a file" } else { "nothing of that name" };
            let from = std::env::current_dir().unwrap_or_default();
            return Err(DataError::MissingFolder { path: folder.into(), found, from });
        }
        Ok(Mnist { train: read_part(folder, "train")?, test: read_part(folder, "t10k")? })
    }

    /// The digits to train on: 60,000.
    pub fn train(&self) -> Digits {
        self.train.clone()
    }

    /// The digits to test on, by other writers: 10,000.
    pub fn test(&self) -> Digits {
        self.test.clone()
    }
}

fn read_part(folder: &Path, part: &str) -> Result<Digits, DataError> {
    let images_path = find(folder, &format!("{part}-images-idx3-ubyte"))?;
    let path = find(folder, &format!("{part}-labels-idx1-ubyte"))?;
    let images = idx::read(&images_path, 3)?;
    let (rows, columns) = (images.dims[1], images.dims[2]);
    if (rows, columns) != (SIDE, SIDE) {
        return Err(DataError::WrongImageSize { path: images_path, rows, columns });
    }
    let labels = idx::read(&path, 1)?.bytes;
    let (images, pixels) = (images.bytes.len() / PIXELS, images.bytes);
    if labels.len() != images {
        return Err(DataError::CountMismatch { path, labels: labels.len(), images_path, images });
    }
    if let Some(index) = labels.iter().position(|&label| usize::from(label) >= CLASSES) {
        return Err(DataError::WrongLabel { path, index, label: labels[index] });
    }
    Ok(Digits::new(pixels, labels))
}

/// The packed file of that name, or else the unpacked one.
fn find(folder: &Path, name: &str) -> Result<PathBuf, DataError> {
    let (packed, unpacked) = (folder.join(format!("{name}.gz")), folder.join(name));
    if packed.exists() {
        Ok(packed)
    } else if unpacked.exists() {
        Ok(unpacked)
    } else {
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let mut folder_holds: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        folder_holds.sort();
        Err(DataError::MissingFile { path: packed, folder_holds })
    }
}
