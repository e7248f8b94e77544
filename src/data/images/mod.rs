//! Images in a folder (feature `image`), one subfolder for each class. The one idea to know: **all sizes are known before memory is taken.** The images of
//! a data set have one size, whatever that of their files, and a file's header is judged before its pixels are unpacked.

mod decode;
mod error;
mod resize;

pub use error::ImageError;

use super::Dataset;
use super::recognise::contents;
use crate::{Pair, Scalar};
use decode::Pixels;
use ndarray::{ArrayD, IxDyn};
use std::fs;
use std::path::{Path, PathBuf};

/// Most numbers that the images of a data set may have together: 4 GiB of f32.
const MOST_NUMBERS: usize = 1 << 30;

/// What each pixel of a data set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Colours {
    /// One number: how bright it is, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
    Grey,
    /// Three numbers: red, green, blue.
    Rgb,
}

impl Colours {
    /// The number of channels: 1 or 3.
    pub fn channels(self) -> usize {
        match self {
            Colours::Grey => 1,
            Colours::Rgb => 3,
        }
    }
}

/// The images of a folder that has a subfolder of PNG and JPEG files for each class: `pets/cat/1.png`, `pets/cat/2.jpg`, `pets/dog/1.png`. (As
/// torchvision's `ImageFolder`.)
///
/// ```no_run
/// use gradus::data::{Colours, ImageFolder};
/// use gradus::prelude::*;
/// let pets = ImageFolder::<f32>::read("pets", Colours::Rgb, [32, 48])?;
/// assert_eq!(pets.classes, ["cat", "dog"]);
/// let (training, validation) = pets.images.split(0.8, &mut seeded(7));
/// # Ok::<(), gradus::data::ImageError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImageFolder<F: Scalar> {
    /// The images, from 0 for black to 1, `[n, channels, height, width]`, each with the number of its class.
    pub images: Dataset<F>,
    /// The names of classes 0, 1, ...: those of the subfolders, sorted.
    pub classes: Vec<String>,
    /// The file of each image.
    pub files: Vec<PathBuf>,
}

impl<F: Scalar> ImageFolder<F> {
    /// Reads all images, and brings each to this size, the height and the width: a pixel is the mean of the part of the image that it covers. Their
    /// proportions change if those of the file were others. Transparency is left out, and so is what EXIF says about the position of the camera.
    ///
    /// Files beside the subfolders are not looked at, nor are those whose names begin with a dot.
    ///
    /// # Errors
    /// If there are no subfolders, or one is empty; if a file cannot be read, is no PNG or JPEG, is damaged or too large; if all images together are.
    ///
    /// # Panics
    /// If the height or the width is 0.
    #[track_caller]
    pub fn read(folder: impl AsRef<Path>, colours: Colours, size: impl Pair) -> Result<Self, ImageError> {
        let [height, width] = size.pair();
        assert!(height > 0 && width > 0, "an image has pixels: its size cannot be {height} x {width}");
        let folder = folder.as_ref();
        let classes = visible(folder, true)?;
        if classes.is_empty() {
            return Err(ImageError::NoClasses { path: folder.into(), folder_holds: contents(folder) });
        }
        let (mut files, mut labels) = (Vec::new(), Vec::new());
        for (label, class) in classes.iter().enumerate() {
            let names = visible(&folder.join(class), false)?;
            if names.is_empty() {
                return Err(ImageError::EmptyClass { path: folder.join(class) });
            }
            labels.resize(labels.len() + names.len(), label);
            files.extend(names.into_iter().map(|name| folder.join(class).join(name)));
        }
        let shape = [files.len(), colours.channels(), height, width];
        let numbers = shape.iter().try_fold(1, |product: usize, &length| product.checked_mul(length));
        let Some(numbers) = numbers.filter(|&numbers| numbers <= MOST_NUMBERS) else {
            return Err(ImageError::TooMany { path: folder.into(), shape, most: MOST_NUMBERS });
        };
        let mut images = Vec::with_capacity(numbers);
        for file in &files {
            let pixels = Pixels::read(file)?;
            for channel in 0..colours.channels() {
                let plane = pixels.plane(colours, channel);
                images.extend(resize::resize(&plane, pixels.size, [height, width]).into_iter().map(F::from_f64));
            }
        }
        let images = ArrayD::from_shape_vec(IxDyn(&shape), images).expect("as many numbers as the shape has");
        Ok(ImageFolder { images: Dataset::new(images, labels), classes, files })
    }
}

/// The names in a folder that do not begin with a dot, sorted: all of them, or those of folders only.
fn visible(folder: &Path, folders_only: bool) -> Result<Vec<String>, ImageError> {
    let unreadable = |source| ImageError::Unreadable { path: folder.into(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().into_string();
        let name = name.map_err(|name| ImageError::Name { path: folder.join(name) })?;
        if !name.starts_with('.') && (!folders_only || entry.path().is_dir()) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
