//! Rows on their way to a tape: where they are from, which of them, and how they are written into a leaf.

use crate::kernel::parallel;
use crate::{Input, Scalar, Shape};
use ndarray::{ArrayBase, ArrayD, Axis, Data, Dimension};
use std::ops::Range;
use std::sync::Arc;

/// Something that has rows.
#[derive(Clone, Debug)]
pub(super) enum Source<F> {
    /// Class numbers.
    Labels(Arc<[usize]>),
    /// Numbers, in row-major order, with the rows along the first axis.
    Numbers(Arc<ArrayD<F>>),
    /// Row r is the `places` numbers of a text that begin at r + `shift`.
    Windows { text: Arc<[usize]>, places: usize, shift: usize },
}

impl<F: Scalar> Source<F> {
    pub(super) fn numbers<S: Data<Elem = F>, D: Dimension>(array: ArrayBase<S, D>) -> Self {
        let array = array.into_owned().into_dyn();
        let is_row_major = array.is_standard_layout();
        Source::Numbers(Arc::new(if is_row_major { array } else { array.as_standard_layout().into_owned() }))
    }

    /// The number of rows; panics if there are none to be counted, or if they cannot enter a tape.
    #[track_caller]
    pub(super) fn expect_rows(&self, what: &str) -> usize {
        match self {
            Source::Labels(labels) => {
                expect_exact::<F>(labels);
                labels.len()
            }
            Source::Windows { text, places, shift } => {
                expect_exact::<F>(text);
                (text.len() + 1).saturating_sub(places + shift)
            }
            Source::Numbers(array) => {
                assert!(array.ndim() > 0, "{what} need an axis for the samples: this is a single number");
                Shape::new(array.shape());
                array.len_of(Axis(0))
            }
        }
    }

    /// The shape of one row.
    fn of_row(&self) -> &[usize] {
        match self {
            Source::Labels(_) => &[],
            Source::Numbers(array) => &array.shape()[1..],
            Source::Windows { places, .. } => std::slice::from_ref(places),
        }
    }

    fn write_row(&self, row: usize, to: &mut [F]) {
        match self {
            Source::Labels(labels) => to[0] = F::from_f64(labels[row] as f64),
            Source::Windows { text, shift, .. } => {
                to.iter_mut().zip(&text[row + shift..]).for_each(|(to, &number)| *to = F::from_f64(number as f64));
            }
            Source::Numbers(array) => {
                let numbers = array.as_slice().expect("row-major order");
                to.copy_from_slice(&numbers[row * to.len()..][..to.len()]);
            }
        }
    }
}

#[track_caller]
fn expect_exact<F: Scalar>(labels: &[usize]) {
    let (largest, limit) = (labels.iter().max().copied().unwrap_or(0), F::LARGEST_EXACT_INTEGER);
    assert!(largest <= limit, "label {largest} is not exact in {}: use labels up to {limit}", F::NAME);
}

/// Features or targets of a [`DataBatch`](super::DataBatch), to be given to [`Tape::input`](crate::Tape::input).
#[derive(Clone, Debug)]
pub struct Gathered<F> {
    source: Source<F>,
    rows: Arc<[usize]>,
    range: Range<usize>,
}

impl<F: Scalar> Gathered<F> {
    pub(super) fn new(source: Source<F>, rows: Arc<[usize]>, range: Range<usize>) -> Self {
        Gathered { source, rows, range }
    }

    pub(super) fn indices(&self) -> &[usize] {
        &self.rows[self.range.clone()]
    }

    /// The same as an array.
    pub fn to_array(&self) -> ArrayD<F> {
        let shape = Input::<F>::shape(self);
        let mut numbers = vec![F::ZERO; shape.size()];
        self.write(&mut numbers);
        ArrayD::from_shape_vec(&*shape, numbers).expect("as many numbers as the shape has")
    }
}

impl<F: Scalar> Input<F> for Gathered<F> {
    fn shape(&self) -> Shape {
        let axes = [self.range.len()].into_iter().chain(self.source.of_row().iter().copied());
        Shape::new(&axes.collect::<smallvec::SmallVec<[usize; crate::MAX_RANK]>>())
    }

    fn write(&self, buffer: &mut [F]) {
        let columns = self.source.of_row().iter().product();
        if columns > 0 {
            let indices = self.indices();
            parallel::rows(buffer, columns, |row, to| self.source.write_row(indices[row], to));
        }
    }
}
