//! Measures of a classifier's quality.

use crate::Scalar;
use ndarray::{Array2, ArrayView2};
use std::fmt;

pub use crate::ops::argmax::argmax;

/// The share of rows of `outputs` `[rows, classes]` whose largest element is at the row's label.
///
/// # Panics
/// If there is not one label for each row, or if there is no such class.
#[track_caller]
pub fn accuracy<F: Scalar>(outputs: ArrayView2<F>, labels: &[usize]) -> f64 {
    let (rows, classes) = outputs.dim();
    assert!(
        labels.len() == rows,
        "accuracy: each of the {rows} rows of outputs needs one label, but there are {}",
        labels.len()
    );
    if let Some((row, label)) = labels.iter().enumerate().find(|&(_, &label)| label >= classes) {
        panic!(
            "accuracy: the label of row {row} is {label}, but the outputs have {classes} columns, one for each class from 0"
        );
    }
    let hits = outputs.outer_iter().zip(labels).filter(|(row, label)| argmax(row.iter().copied()) == **label).count();
    hits as f64 / rows as f64
}

/// The confusion matrix: how often each class was predicted for each class.
///
/// ```
/// use gradus::nn::Confusion;
/// let mut confusion = Confusion::new(2);
/// for (label, prediction) in [(0, 0), (0, 1), (1, 1)] {
///     confusion.count(label, prediction);
/// }
/// assert_eq!(confusion.matrix()[(0, 1)], 1);
/// assert_eq!(confusion.accuracy(), 2.0 / 3.0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    matrix: Array2<usize>,
}

impl Confusion {
    /// A matrix for this many classes, all 0.
    pub fn new(classes: usize) -> Self {
        Confusion { matrix: Array2::zeros((classes, classes)) }
    }

    /// Counts one sample.
    ///
    /// # Panics
    /// If `label` or `prediction` is not one of the classes.
    #[track_caller]
    pub fn count(&mut self, label: usize, prediction: usize) {
        let classes = self.matrix.nrows();
        for class in [label, prediction] {
            assert!(class < classes, "there is no class {class} in these {classes}, which are numbered from 0");
        }
        self.matrix[(label, prediction)] += 1;
    }

    /// The counts, `[label, prediction]`.
    pub fn matrix(&self) -> &Array2<usize> {
        &self.matrix
    }

    /// The share of samples on the diagonal.
    pub fn accuracy(&self) -> f64 {
        self.matrix.diag().sum() as f64 / self.matrix.sum() as f64
    }

    /// The pairs of (label, prediction) that were mixed up most often, with their counts; ties by label.
    pub fn worst(&self, how_many: usize) -> Vec<(usize, usize, usize)> {
        let off_diagonal = self.matrix.indexed_iter().filter(|((label, prediction), _)| label != prediction);
        let mut pairs: Vec<_> = off_diagonal.map(|((label, prediction), &count)| (label, prediction, count)).collect();
        pairs.sort_by_key(|&(label, prediction, count)| (std::cmp::Reverse(count), label, prediction));
        pairs.truncate(how_many);
        pairs
    }
}

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let classes = self.matrix.nrows();
        writeln!(f, "label  predicted as")?;
        writeln!(f, "     {}", (0..classes).map(|class| format!("{class:>6}")).collect::<String>())?;
        for (label, row) in self.matrix.outer_iter().enumerate() {
            writeln!(f, "{label:>5}{}", row.iter().map(|count| format!("{count:>6}")).collect::<String>())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn argmax_takes_the_first_largest_and_never_a_nan() {
        assert_eq!(argmax([1.0, 3.0, 3.0]), 1);
        assert_eq!(argmax([f64::NAN, -2.0, f64::NAN, -1.0]), 3);
        assert_eq!(argmax::<f64>([]), 0);
    }

    #[test]
    fn accuracy_counts_rows() {
        assert_eq!(accuracy(arr2(&[[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]]).view(), &[1, 0, 0]), 2.0 / 3.0);
    }
}
