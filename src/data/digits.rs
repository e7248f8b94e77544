//! Images of digits with their labels. The one idea to know: pixels stay bytes (47 MB for the training images; as f32 they
//! would be 188), and [`Digits`] is a handle to them. Taking a part or choosing another scale copies nothing.

use super::batches::{Batch, Batches};
use super::rows::shuffled;
use super::text::{Ink, image_as_text};
use crate::{Input, Scalar};
use ndarray::Array2;
use rand::{Rng, RngExt};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The width and height of an image.
pub const SIDE: usize = 28;
/// The number of pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;
/// The number of classes: the digits 0 to 9.
pub const CLASSES: usize = 10;

/// Images of 28 by 28 pixels, each with a label from 0 to 9. Cheap to clone.
#[derive(Clone)]
pub struct Digits {
    pixels: Arc<Vec<u8>>,
    labels: Arc<Vec<u8>>,
    range: Range<usize>,
    scale: Scale,
}

/// The value of a pixel: `(pixel - zero) / unit`. In this form the scale [0, 1] is exactly `pixel / 255`.
#[derive(Clone, Copy)]
struct Scale {
    zero: f64,
    unit: f64,
}

impl Digits {
    /// All of these images and labels.
    pub(super) fn new(pixels: Vec<u8>, labels: Vec<u8>) -> Self {
        let range = 0..labels.len();
        Digits { pixels: pixels.into(), labels: labels.into(), range, scale: Scale { zero: 0.0, unit: 255.0 } }
    }

    /// The number of digits.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there are no digits.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The first `n` digits.
    ///
    /// # Panics
    /// If there are fewer.
    #[track_caller]
    pub fn first(&self, n: usize) -> Digits {
        self.split_at(n).0
    }

    /// The last `n` digits.
    ///
    /// # Panics
    /// If there are fewer.
    #[track_caller]
    pub fn last(&self, n: usize) -> Digits {
        assert!(n <= self.len(), "the last {n} of {} digits", self.len());
        self.split_at(self.len() - n).1
    }

    /// The first `n` digits, and the others: `let (train, validation) = mnist.train().split_at(50_000);`
    ///
    /// # Panics
    /// If there are fewer.
    #[track_caller]
    pub fn split_at(&self, n: usize) -> (Digits, Digits) {
        assert!(n <= self.len(), "the first {n} of {} digits", self.len());
        let (start, middle, end) = (self.range.start, self.range.start + n, self.range.end);
        (Digits { range: start..middle, ..self.clone() }, Digits { range: middle..end, ..self.clone() })
    }

    /// The same digits in random order: a split of them is a fair one, whatever the order they came in. A copy of the pixels.
    pub fn shuffled(&self, rng: &mut (impl Rng + ?Sized)) -> Digits {
        let order = shuffled(self.len(), rng);
        let pixels = order.iter().flat_map(|&index| self.pixels(index)).copied().collect();
        Digits { scale: self.scale, ..Digits::new(pixels, order.iter().map(|&index| self.label(index)).collect()) }
    }

    /// The same digits on another scale: the value of a pixel becomes `(pixel / 255 - mean) / std` instead of a number from 0 to 1. With 0.1307 and
    /// 0.3081, the mean and standard deviation of the training pixels, they have about mean 0 and deviation 1.
    ///
    /// # Panics
    /// If `std` is not above 0, or if `mean` or `std` is not finite.
    #[track_caller]
    pub fn normalised(&self, mean: f64, std: f64) -> Digits {
        assert!(std > 0.0 && std.is_finite(), "a standard deviation is a finite number above 0, got {std}");
        assert!(mean.is_finite(), "a mean is a finite number, got {mean}");
        Digits { scale: Scale { zero: 255.0 * mean, unit: 255.0 * std }, ..self.clone() }
    }

    /// The same images with other labels, such as random ones.
    ///
    /// # Panics
    /// If there is not exactly one label for each image, or if a label is above 9.
    #[track_caller]
    pub fn with_labels(&self, labels: Vec<u8>) -> Digits {
        assert_eq!(labels.len(), self.len(), "there must be one label for each image");
        if let Some(label) = labels.iter().find(|&&label| usize::from(label) >= CLASSES) {
            panic!("{label} is not a digit: labels go from 0 to {}", CLASSES - 1);
        }
        let mut all = self.labels.to_vec();
        all[self.range.clone()].copy_from_slice(&labels);
        Digits { labels: all.into(), ..self.clone() }
    }

    /// The same digits with all images shuffled alike: pixel `permutation[p]` moves to place `p`. A copy of the pixels.
    ///
    /// # Panics
    /// If `permutation` does not hold each of 0..784 once.
    #[track_caller]
    pub fn with_pixels_permuted(&self, permutation: &[usize]) -> Digits {
        let mut sorted = permutation.to_vec();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..PIXELS), "a permutation of the pixels holds each of 0..{PIXELS} once");
        let images = self.all_pixels().chunks_exact(PIXELS);
        let pixels: Vec<u8> = images.flat_map(|image| permutation.iter().map(|&p| image[p])).collect();
        Digits { scale: self.scale, ..Digits::new(pixels, self.labels().to_vec()) }
    }

    /// Every label, in order.
    pub fn labels(&self) -> &[u8] {
        &self.labels[self.range.clone()]
    }

    /// The label of digit `index`.
    ///
    /// # Panics
    /// If there is no such digit. All methods that take an index panic then.
    #[track_caller]
    pub fn label(&self, index: usize) -> u8 {
        self.expect(index);
        self.labels()[index]
    }

    #[track_caller]
    fn expect(&self, index: usize) {
        assert!(index < self.len(), "there is no digit {index} in these {}, which are numbered from 0", self.len());
    }

    /// The pixels of digit `index` as they are in the file, row by row: 0 is paper, 255 is ink.
    #[track_caller]
    pub fn pixels(&self, index: usize) -> &[u8] {
        self.expect(index);
        &self.all_pixels()[index * PIXELS..][..PIXELS]
    }

    /// Digit `index` as a 28 by 28 array, on this handle's scale.
    #[track_caller]
    pub fn image<F: Scalar>(&self, index: usize) -> Array2<F> {
        self.expect(index);
        let mut image = Array2::from_elem((SIDE, SIDE), F::ZERO);
        self.write_pixels(index, image.as_slice_mut().expect("a new array is contiguous"));
        image
    }

    /// Every image as a row of 784, on this handle's scale: `[n, 784]`. For a part of the digits; all of MNIST is 188 MB of f32.
    pub fn images<F: Scalar>(&self) -> Array2<F> {
        let all = self.batch(Vec::from_iter(0..self.len()));
        filled(&all.images, PIXELS)
    }

    /// Every label as a row of 10, which is 1 at the label and 0 elsewhere: `[n, 10]`.
    pub fn one_hot<F: Scalar>(&self) -> Array2<F> {
        let all = self.batch(Vec::from_iter(0..self.len()));
        filled(&all.one_hot, CLASSES)
    }

    /// Digit `index` as characters, to print in a terminal.
    #[track_caller]
    pub fn text(&self, index: usize, ink: Ink) -> String {
        image_as_text(self.pixels(index), SIDE, ink)
    }

    /// All digits once, in a new random order, `batch_size` at a time. The last batch may be smaller.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn batches(&self, batch_size: usize, rng: &mut (impl Rng + ?Sized)) -> Batches {
        Batches::new(self, shuffled(self.len(), rng), batch_size)
    }

    /// All digits once, in order, `batch_size` at a time. The last batch may be smaller.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn batches_in_order(&self, batch_size: usize) -> Batches {
        Batches::new(self, Vec::from_iter(0..self.len()), batch_size)
    }

    /// `batch_size` digits drawn at random, each from all of them: a digit may be drawn twice, and after n draws from n digits about 37% have not
    /// been drawn at all.
    ///
    /// # Panics
    /// If there are no digits, or if `batch_size` is 0 or more than fits in memory.
    #[track_caller]
    pub fn sample(&self, batch_size: usize, rng: &mut (impl Rng + ?Sized)) -> Batch {
        assert!(!self.is_empty(), "there are no digits to draw from");
        assert!(batch_size > 0, "a batch holds at least one digit");
        let mut drawn = Vec::new();
        assert!(drawn.try_reserve_exact(batch_size).is_ok(), "there is no memory for a batch of {batch_size} digits");
        drawn.extend((0..batch_size).map(|_| rng.random_range(0..self.len())));
        self.batch(drawn)
    }

    /// The digits with these indices.
    ///
    /// # Panics
    /// If one of them does not exist.
    #[track_caller]
    pub fn batch(&self, indices: Vec<usize>) -> Batch {
        for &index in &indices {
            self.expect(index);
        }
        let range = 0..indices.len();
        Batch::new(self, indices.into(), range)
    }

    /// Writes the pixels of one digit, on this handle's scale.
    pub(super) fn write_pixels<F: Scalar>(&self, index: usize, row: &mut [F]) {
        let (zero, unit) = (F::from_f64(self.scale.zero), F::from_f64(self.scale.unit));
        for (to, &pixel) in row.iter_mut().zip(self.pixels(index)) {
            *to = (F::from_f64(pixel.into()) - zero) / unit;
        }
    }

    fn all_pixels(&self) -> &[u8] {
        &self.pixels[self.range.start * PIXELS..self.range.end * PIXELS]
    }
}

fn filled<F: Scalar>(rows: &impl Input<F>, columns: usize) -> Array2<F> {
    let mut array = Array2::from_elem((rows.shape()[0], columns), F::ZERO);
    rows.write(array.as_slice_mut().expect("a new array is contiguous"));
    array
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Digits({})", self.len())
    }
}
