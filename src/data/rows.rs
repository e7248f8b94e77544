//! Rows of a plain array, in any order: batches for data that is not MNIST.

use crate::kernel::parallel;
use crate::{Input, Scalar, Shape};
use ndarray::ArrayView2;
#[cfg(feature = "rand")]
use rand::{Rng, seq::SliceRandom};

/// Rows of an array, gathered straight into the buffer of a tape's leaf.
///
/// ```
/// use gradus::data::{Rows, shuffled};
/// use gradus::prelude::*;
/// let points = ndarray::array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]];
/// let mut tape = Tape::new();
/// for indices in shuffled(3, &mut seeded(7)).chunks(2) {
///     let x = tape.input(Rows { of: points.view(), indices });
///     assert_eq!(x.value()[[0, 0]], points[[indices[0], 0]]);
///     tape.rewind();
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, F> {
    /// The array.
    pub of: ArrayView2<'a, F>,
    /// The indices of the rows. A row may occur more than once.
    pub indices: &'a [usize],
}

impl<F: Scalar> Input<F> for Rows<'_, F> {
    fn shape(&self) -> Shape {
        Shape::new(&[self.indices.len(), self.of.ncols()])
    }
    fn write(&self, buffer: &mut [F]) {
        let rows = self.of.nrows();
        if let Some(index) = self.indices.iter().find(|&&index| index >= rows) {
            panic!("there is no row {index} in these {rows}, which are numbered from 0");
        }
        if self.of.ncols() == 0 {
            return;
        }
        parallel::rows(buffer, self.of.ncols(), |row, to| self.of.row(self.indices[row]).write(to));
    }
}

/// The numbers 0 to n - 1 in random order.
///
/// # Panics
/// If there is not enough memory.
#[track_caller]
#[cfg(feature = "rand")]
pub fn shuffled(n: usize, rng: &mut (impl Rng + ?Sized)) -> Vec<usize> {
    let mut indices = Vec::new();
    assert!(indices.try_reserve_exact(n).is_ok(), "there is no memory to shuffle {n} numbers");
    indices.extend(0..n);
    indices.shuffle(rng);
    indices
}
