//! The MNIST data set: 60,000 handwritten digits to train on and 10,000 to test on, in four files.

use super::digits::{CLASSES, Digits, PIXELS, SIDE};
use super::error::DataError;
use super::files::MnistFiles;
use super::idx;
use std::path::Path;

/// The MNIST digits (Yann LeCun, Corinna Cortes, Christopher J. C. Burges).
///
/// ```no_run
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
    /// Reads the four files in `folder`, packed or unpacked, under any of their usual names (see [`MnistFiles::find`]), and checks that they
    /// belong together.
    ///
    /// Data sets in the same format are read as well: Fashion-MNIST (ten classes of clothes), KMNIST (ten Japanese letters), and the digits of
    /// EMNIST.
    pub fn open(folder: impl AsRef<Path>) -> Result<Mnist, DataError> {
        let files = MnistFiles::find(folder)?;
        let read = |images: &Path, labels: &Path| read_part(images, labels, files.is_turned);
        Ok(Mnist {
            train: read(&files.train_images, &files.train_labels)?,
            test: read(&files.test_images, &files.test_labels)?,
        })
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

fn read_part(images_path: &Path, path: &Path, is_turned: bool) -> Result<Digits, DataError> {
    let images = idx::read_if(images_path, 3, |dims| match dims {
        [0, ..] => Err(DataError::NoImages { path: images_path.into() }),
        &[_, rows, columns] if (rows, columns) != (SIDE as u32, SIDE as u32) => {
            let [rows, columns] = [rows, columns].map(|length| length as usize);
            Err(DataError::WrongImageSize { path: images_path.into(), rows, columns })
        }
        _ => Ok(()),
    })?;
    let (images, mut pixels) = (images.bytes.len() / PIXELS, images.bytes);
    let labels = idx::read_if(path, 1, |dims| match dims.iter().map(|&length| length as usize).sum() {
        labels if labels == images => Ok(()),
        labels => {
            let (path, images_path) = (path.into(), images_path.into());
            Err(DataError::CountMismatch { path, labels, images_path, images })
        }
    })?;
    let labels = labels.bytes;
    if let Some(index) = labels.iter().position(|&label| usize::from(label) >= CLASSES) {
        let [smallest, largest] = [labels.iter().min(), labels.iter().max()].map(|label| label.copied().unwrap_or(0));
        let wrong = labels.iter().filter(|&&label| usize::from(label) >= CLASSES).count();
        let (path, label, labels) = (path.into(), labels[index], labels.len());
        return Err(DataError::WrongLabel { path, index, label, smallest, largest, wrong, labels });
    }
    if is_turned {
        pixels.chunks_exact_mut(PIXELS).for_each(turn);
    }
    Ok(Digits::new(pixels, labels))
}

/// Exchanges the rows and the columns of an image.
fn turn(image: &mut [u8]) {
    for row in 0..SIDE {
        for column in 0..row {
            image.swap(row * SIDE + column, column * SIDE + row);
        }
    }
}
