//! Arrays as a trace keeps them: small ones whole, large ones reduced to what can be shown.

use super::Tiles;
use crate::scalar::Scalar;
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayView2};

/// Maximum number of elements of an array that is kept whole.
pub(super) const WHOLE: usize = 1024;
/// Maximum number of rows, and of columns, of a reduced picture.
const PICTURE: usize = 32;

/// An array, reduced to what can be shown. The statistics are over its finite numbers.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Digest {
    /// The lengths of its axes.
    pub shape: Vec<usize>,
    /// All the elements, row-major, if there are at most 1024.
    #[cfg_attr(feature = "json", serde(with = "crate::json::floats::maybe_numbers"))]
    pub elements: Option<Vec<f64>>,
    /// A picture of a larger array.
    pub reduced: Option<Reduced>,
    /// How the program said that it wants to be seen.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub shown: Option<Shown>,
    /// The pictures that a larger array consists of, if the program or its shape says that it does.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub tiles: Option<Tiles>,
    /// The least number. Like the other statistics, it is NaN if there is no finite number.
    #[cfg_attr(feature = "json", serde(with = "crate::json::floats::number"))]
    pub least: f64,
    /// The greatest number.
    #[cfg_attr(feature = "json", serde(with = "crate::json::floats::number"))]
    pub greatest: f64,
    /// The mean.
    #[cfg_attr(feature = "json", serde(with = "crate::json::floats::number"))]
    pub mean: f64,
    /// The Euclidean length, √Σx².
    #[cfg_attr(feature = "json", serde(with = "crate::json::floats::number"))]
    pub norm: f64,
    /// The number of elements that are exactly 0.
    pub zeros: usize,
    /// The number of infinite elements.
    pub infinities: usize,
    /// The number of NaNs.
    pub nans: usize,
}

/// A large array as a small matrix, each cell the mean of a block of elements. Rows are all the axes but the last.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Reduced {
    /// The number of rows, at most 32.
    pub rows: usize,
    /// The number of columns, at most 32.
    pub columns: usize,
    /// The cells, row by row.
    #[cfg_attr(feature = "json", serde(with = "crate::json::floats::numbers"))]
    pub cells: Vec<f64>,
}

impl Digest {
    /// Reduces `array`.
    pub fn of<F: Scalar>(array: &ArrayD<F>) -> Digest {
        Digest::shown_as(array, None)
    }

    /// Reduces `array`, which wants to be seen in some way.
    pub(crate) fn shown_as<F: Scalar>(array: &ArrayD<F>, shown: Option<&Shown>) -> Digest {
        // Of a large array few numbers are shown, and a page may want it again in every frame.
        let is_whole = array.len() <= WHOLE;
        let numbers: Vec<f64> = array.iter().map(|&x| if is_whole { readable(x) } else { x.to_f64() }).collect();
        let written = |x: f64| readable(F::from_f64(x));
        let finite = || numbers.iter().copied().filter(|x| x.is_finite());
        let count = finite().count() as f64;
        let or_nan = |x: f64| if count == 0.0 { f64::NAN } else { x };
        let nans = numbers.iter().filter(|x| x.is_nan()).count();
        Digest {
            shape: array.shape().to_vec(),
            reduced: (!is_whole).then(|| Reduced::of(array.shape(), &numbers, written)),
            tiles: (!is_whole).then(|| Tiles::of(array.shape(), &numbers, shown)).flatten(),
            shown: shown.cloned(),
            // Of 0 and -0, f64::min returns what suits the processor; this the first.
            least: or_nan(written(finite().fold(f64::INFINITY, |least, x| if x < least { x } else { least }))),
            greatest: or_nan(written(
                finite().fold(f64::NEG_INFINITY, |greatest, x| if x > greatest { x } else { greatest }),
            )),
            mean: finite().sum::<f64>() / count,
            norm: or_nan(finite().map(|x| x * x).sum::<f64>().sqrt()),
            zeros: numbers.iter().filter(|&&x| x == 0.0).count(),
            infinities: numbers.len() - nans - count as usize,
            nans,
            elements: is_whole.then_some(numbers),
        }
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The number, if it is a single one.
    pub fn item(&self) -> Option<f64> {
        match self.elements.as_deref() {
            Some(&[item]) => Some(item),
            _ => None,
        }
    }

    /// The array as a matrix to paint, whole or reduced: rows, columns, cells.
    pub fn matrix(&self) -> (usize, usize, &[f64]) {
        match (&self.elements, &self.reduced) {
            (Some(elements), _) => {
                let (rows, columns) = as_matrix(&self.shape);
                (rows, columns, elements)
            }
            (None, Some(reduced)) => (reduced.rows, reduced.columns, &reduced.cells),
            (None, None) => (0, 0, &[]),
        }
    }
}

/// A number without the meaningless digits that f32 gets when it is widened: 0.1, not 0.10000000149.
pub(crate) fn readable<F: Scalar>(x: F) -> f64 {
    let x = x.to_f64();
    let short = x as f32;
    if F::NAME == "f32" && short.is_finite() { short.to_string().parse().unwrap_or(x) } else { x }
}

/// Rows and columns: the last axis gives the columns, the others together give the rows.
fn as_matrix(shape: &[usize]) -> (usize, usize) {
    let columns = shape.last().copied().unwrap_or(1);
    (shape.iter().rev().skip(1).product(), columns)
}

impl Reduced {
    fn of(shape: &[usize], numbers: &[f64], shown: impl Fn(f64) -> f64) -> Reduced {
        let all = ArrayView2::from_shape(as_matrix(shape), numbers).expect("an array has the size of its shape");
        let (rows, columns) = (all.nrows().min(PICTURE), all.ncols().min(PICTURE));
        let edge = |cell: usize, cells: usize, length: usize| cell * length / cells;
        let mut cells = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            for column in 0..columns {
                let tall = edge(row, rows, all.nrows())..edge(row + 1, rows, all.nrows());
                let wide = edge(column, columns, all.ncols())..edge(column + 1, columns, all.ncols());
                let block = all.slice(ndarray::s![tall, wide]);
                cells.push(shown(block.sum() / block.len() as f64));
            }
        }
        Reduced { rows, columns, cells }
    }
}
