//! A data set of one's own. The one idea to know: a [`Dataset`] is arrays that nobody copies, and the numbers of its rows. Splitting and shuffling change
//! the numbers of the rows only; a [`DataBatch`] writes its rows straight into the buffer of a tape's leaf.

use super::gathered::{Gathered, Source};
use super::shuffled;
use crate::Scalar;
use ndarray::{ArrayBase, ArrayD, Data, Dimension};
use rand::Rng;
use std::sync::Arc;

/// What is to be predicted for each sample: a class, or numbers.
#[derive(Clone, Debug)]
pub struct Targets<F>(Source<F>);

impl<F> From<Vec<usize>> for Targets<F> {
    /// The class of each sample.
    fn from(labels: Vec<usize>) -> Self {
        Targets(Source::Labels(labels.into()))
    }
}

impl<F: Scalar, S: Data<Elem = F>, D: Dimension> From<ArrayBase<S, D>> for Targets<F> {
    /// Numbers, with the samples along the first axis.
    fn from(numbers: ArrayBase<S, D>) -> Self {
        Targets(Source::numbers(numbers))
    }
}

/// Samples and what is to be predicted for each.
///
/// ```
/// use gradus::data::{Dataset, moons};
/// use gradus::prelude::*;
/// let mut rng = seeded(7);
/// let (points, labels) = moons::<f32>(200, 0.1, &mut rng);
/// let (training, validation) = Dataset::new(points, labels).split(0.8, &mut rng);
/// assert_eq!((training.len(), validation.len()), (160, 40));
///
/// let mut tape = Tape::new();
/// for batch in training.batches(32, &mut rng) {
///     let (x, y) = (tape.input(&batch.features), tape.input(&batch.targets));
///     assert_eq!((x.shape(), y.shape()), (Shape::new(&[32, 2]), Shape::new(&[32])));
///     tape.rewind();
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Dataset<F> {
    features: Source<F>,
    targets: Source<F>,
    /// The rows that it consists of.
    rows: Arc<[usize]>,
}

impl<F: Scalar> Dataset<F> {
    /// A data set of features, an array of any rank with the samples along its first axis, and targets: labels (a `Vec<usize>`), or an array of numbers
    /// with the samples along its first axis.
    ///
    /// # Panics
    /// If there is no axis to count samples along, if features and targets are not equally many, or if a label is too large to be exact in this kind of
    /// number (2²⁴ for f32).
    #[track_caller]
    pub fn new<S: Data<Elem = F>, D: Dimension>(features: ArrayBase<S, D>, targets: impl Into<Targets<F>>) -> Self {
        let (features, Targets(targets)) = (Source::numbers(features), targets.into());
        let (samples, wanted) = (features.expect_rows("features"), targets.expect_rows("targets"));
        assert!(samples == wanted, "there are features of {samples} samples, and targets of {wanted}");
        Self::of_sources(features, targets, (0..samples).collect())
    }

    pub(super) fn of_sources(features: Source<F>, targets: Source<F>, rows: Arc<[usize]>) -> Self {
        Dataset { features, targets, rows }
    }

    /// The number of its samples.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Two data sets, of samples chosen at random: the first has this share of the samples (0.8: four fifths), rounded, the second has the others.
    ///
    /// # Panics
    /// If `share` is not between 0 and 1.
    #[track_caller]
    pub fn split(&self, share: f64, rng: &mut (impl Rng + ?Sized)) -> (Self, Self) {
        assert!((0.0..=1.0).contains(&share), "a share is between 0 and 1: it is {share}");
        let order = self.shuffled_rows(rng);
        let (first, second) = order.split_at((share * order.len() as f64).round() as usize);
        (self.of_rows(first.into()), self.of_rows(second.into()))
    }

    /// All samples once, in random order, `batch_size` at a time; the last batch may be smaller.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn batches(&self, batch_size: usize, rng: &mut (impl Rng + ?Sized)) -> DataBatches<F> {
        DataBatches::new(self.of_rows(self.shuffled_rows(rng).into()), batch_size)
    }

    /// All samples once, in their order, `batch_size` at a time; the last batch may be smaller.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn batches_in_order(&self, batch_size: usize) -> DataBatches<F> {
        DataBatches::new(self.clone(), batch_size)
    }

    /// All samples as one batch.
    pub fn whole(&self) -> DataBatch<F> {
        DataBatch::new(self, 0, self.len())
    }

    /// The features, gathered: `[n, ...]`.
    pub fn features(&self) -> ArrayD<F> {
        self.whole().features.to_array()
    }

    /// The targets, gathered: `[n]` if they are labels, otherwise `[n, ...]`.
    pub fn targets(&self) -> ArrayD<F> {
        self.whole().targets.to_array()
    }

    /// The labels; `None` if the targets are numbers.
    pub fn labels(&self) -> Option<Vec<usize>> {
        match &self.targets {
            Source::Labels(labels) => Some(self.rows.iter().map(|&row| labels[row]).collect()),
            _ => None,
        }
    }

    /// The same samples with other features.
    pub(super) fn with_features(&self, features: ArrayD<F>) -> Self {
        let whole = self.whole();
        let targets = match self.labels() {
            Some(labels) => Source::Labels(labels.into()),
            None => Source::numbers(whole.targets.to_array()),
        };
        Self::of_sources(Source::numbers(features), targets, (0..self.len()).collect())
    }

    fn of_rows(&self, rows: Arc<[usize]>) -> Self {
        Dataset { rows, ..self.clone() }
    }

    fn shuffled_rows(&self, rng: &mut (impl Rng + ?Sized)) -> Vec<usize> {
        shuffled(self.len(), rng).into_iter().map(|place| self.rows[place]).collect()
    }
}

/// An iterator over the samples of a [`Dataset`], a batch at a time; made by [`Dataset::batches`] and [`Dataset::batches_in_order`].
#[derive(Clone, Debug)]
pub struct DataBatches<F> {
    samples: Dataset<F>,
    batch_size: usize,
    next: usize,
}

impl<F: Scalar> DataBatches<F> {
    #[track_caller]
    fn new(samples: Dataset<F>, batch_size: usize) -> Self {
        assert!(batch_size > 0, "a batch holds at least one sample");
        DataBatches { samples, batch_size, next: 0 }
    }
}

impl<F: Scalar> Iterator for DataBatches<F> {
    type Item = DataBatch<F>;

    fn next(&mut self) -> Option<DataBatch<F>> {
        let start = self.next;
        self.next = self.samples.len().min(start.saturating_add(self.batch_size));
        (start < self.next).then(|| DataBatch::new(&self.samples, start, self.next))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.samples.len() - self.next).div_ceil(self.batch_size);
        (left, Some(left))
    }
}

impl<F: Scalar> ExactSizeIterator for DataBatches<F> {}

/// Some samples of a [`Dataset`], ready for a tape: both fields are [`Input`](crate::Input)s.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DataBatch<F> {
    /// The features: `[n, ...]`.
    pub features: Gathered<F>,
    /// The targets: `[n]` if they are labels, otherwise `[n, ...]`.
    pub targets: Gathered<F>,
}

impl<F: Scalar> DataBatch<F> {
    fn new(samples: &Dataset<F>, start: usize, end: usize) -> Self {
        let gathered = |source: &Source<F>| Gathered::new(source.clone(), samples.rows.clone(), start..end);
        DataBatch { features: gathered(&samples.features), targets: gathered(&samples.targets) }
    }

    /// The number of its samples.
    pub fn len(&self) -> usize {
        self.indices().len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.indices().is_empty()
    }

    /// The rows of its samples in the arrays that the data set was made of.
    pub fn indices(&self) -> &[usize] {
        self.features.indices()
    }
}
