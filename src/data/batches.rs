//! Batches of digits. The one idea to know: a batch is a list of row numbers. Its [`images`](Batch::images),
//! [`one_hot`](Batch::one_hot) and [`labels`](Batch::labels) are [`Input`]s, which write their rows straight into the buffer of a
//! tape's leaf; neither making a batch nor recording it allocates.

use super::digits::{CLASSES, Digits, PIXELS};
use crate::kernel::parallel;
use crate::{Input, Scalar, Shape};
use std::ops::Range;
use std::sync::Arc;

/// An iterator over digits, a batch at a time; made by [`Digits::batches`] and [`Digits::batches_in_order`].
#[derive(Clone, Debug)]
pub struct Batches {
    digits: Digits,
    order: Arc<[usize]>,
    batch_size: usize,
    next: usize,
}

impl Batches {
    #[track_caller]
    pub(super) fn new(digits: &Digits, order: Vec<usize>, batch_size: usize) -> Self {
        assert!(batch_size > 0, "a batch holds at least one digit");
        Batches { digits: digits.clone(), order: order.into(), batch_size, next: 0 }
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let start = self.next;
        self.next = self.order.len().min(start.saturating_add(self.batch_size));
        (start < self.next).then(|| Batch::new(&self.digits, self.order.clone(), start..self.next))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.order.len() - self.next).div_ceil(self.batch_size);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Batches {}

/// A batch of digits, ready for a tape.
///
/// ```no_run
/// use gradus::prelude::*;
/// let digits = Mnist::open("data/mnist")?.test();
/// let mut tape = Tape::<f32>::new();
/// for batch in digits.batches(100, &mut seeded(7)).take(2) {
///     let x = tape.input(&batch.images); // [100, 784]
///     let y = tape.input(&batch.one_hot); // [100, 10]
///     let classes = tape.input(&batch.labels); // [100]
///     assert_eq!(classes.value()[0], digits.label(batch.indices()[0]) as f32);
///     tape.rewind();
/// }
/// # Ok::<(), gradus::data::DataError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// The images, one per row: `[n, 784]`.
    pub images: PixelRows,
    /// The labels, each as a row that is 1 at the label and 0 elsewhere: `[n, 10]`.
    pub one_hot: OneHot,
    /// The labels as class numbers: `[n]`.
    pub labels: Labels,
}

impl Batch {
    pub(super) fn new(digits: &Digits, order: Arc<[usize]>, range: Range<usize>) -> Self {
        let chosen = Chosen { digits: digits.clone(), order, range };
        Batch { images: PixelRows(chosen.clone()), one_hot: OneHot(chosen.clone()), labels: Labels(chosen) }
    }

    /// The number of its digits.
    pub fn len(&self) -> usize {
        self.indices().len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.indices().is_empty()
    }

    /// The indices of its digits among those that it was drawn from: row `i` is `digits.image(batch.indices()[i])`.
    pub fn indices(&self) -> &[usize] {
        self.labels.0.indices()
    }
}

/// Digits, and which of them.
#[derive(Clone, Debug)]
struct Chosen {
    digits: Digits,
    order: Arc<[usize]>,
    range: Range<usize>,
}

impl Chosen {
    fn indices(&self) -> &[usize] {
        &self.order[self.range.clone()]
    }

    fn labels(&self) -> impl Iterator<Item = u8> {
        self.indices().iter().map(|&index| self.digits.label(index))
    }
}

/// The images of a [`Batch`], to be given to [`Tape::input`](crate::Tape::input): `[n, 784]`.
#[derive(Clone, Debug)]
pub struct PixelRows(Chosen);

impl<F: Scalar> Input<F> for PixelRows {
    fn shape(&self) -> Shape {
        Shape::new(&[self.0.range.len(), PIXELS])
    }
    fn write(&self, buffer: &mut [F]) {
        let indices = self.0.indices();
        parallel::rows(buffer, PIXELS, |row, to| self.0.digits.write_pixels(indices[row], to));
    }
}

/// The labels of a [`Batch`] as rows of zeros and a one, to be given to [`Tape::input`](crate::Tape::input): `[n, 10]`.
#[derive(Clone, Debug)]
pub struct OneHot(Chosen);

impl<F: Scalar> Input<F> for OneHot {
    fn shape(&self) -> Shape {
        Shape::new(&[self.0.range.len(), CLASSES])
    }
    fn write(&self, buffer: &mut [F]) {
        buffer.fill(F::ZERO);
        for (row, label) in buffer.chunks_exact_mut(CLASSES).zip(self.0.labels()) {
            row[usize::from(label)] = F::ONE;
        }
    }
}

/// The labels of a [`Batch`] as class numbers, to be given to [`Tape::input`](crate::Tape::input): `[n]`.
#[derive(Clone, Debug)]
pub struct Labels(Chosen);

impl Labels {
    /// The class numbers themselves.
    pub fn iter(&self) -> impl Iterator<Item = u8> {
        self.0.labels()
    }
}

impl<F: Scalar> Input<F> for Labels {
    fn shape(&self) -> Shape {
        Shape::new(&[self.0.range.len()])
    }
    fn write(&self, buffer: &mut [F]) {
        for (to, label) in buffer.iter_mut().zip(self.0.labels()) {
            *to = F::from_f64(label.into());
        }
    }
}
