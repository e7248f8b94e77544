//! The outputs of a model for many samples.

use super::Module;
use crate::kernel::parallel;
use crate::{Scalar, Tape, Var};
use ndarray::{ArcArray, Array, Array2, ArrayView, ArrayView2, Axis, Ix2, RemoveAxis, Slice};
use std::ops::Range;

/// The outputs of a model for any number of samples. Every [`Module`] has this.
pub trait Predict<F: Scalar>: Module<F> {
    /// The outputs `[samples, outputs]` for any number of samples, which lie along the first axis, as in [evaluation](Tape::eval) and without preparing
    /// for gradients: `net.predict(&images)`. The samples are computed in small groups, on tapes that are rewound, so that the intermediate results of
    /// all of them are never in memory at once. Each thread takes the next group when it has finished one. A shared array is read in place
    /// (`images.into_shared()` costs nothing).
    ///
    /// # Panics
    /// At the caller's line, if the shapes do not fit.
    #[track_caller]
    fn predict(&self, x: impl Samples<F>) -> Array2<F> {
        predict(self, x)
    }
}

impl<F: Scalar, M: Module<F> + ?Sized> Predict<F> for M {}

/// Samples, along the first axis, that can be put onto a tape in groups. A shared array ([`ArcArray`]) is read in place, all others are copied.
pub trait Samples<F: Scalar>: Sync {
    /// The number of samples.
    fn count(&self) -> usize;
    /// Records an input with some of them: `[rows, ...]`.
    fn record<'t>(&self, tape: &'t Tape<F>, rows: Range<usize>) -> Var<'t, F>;
}

impl<F: Scalar, D: RemoveAxis> Samples<F> for ArrayView<'_, F, D> {
    fn count(&self) -> usize {
        self.len_of(Axis(0))
    }
    fn record<'t>(&self, tape: &'t Tape<F>, rows: Range<usize>) -> Var<'t, F> {
        tape.input(self.slice_axis(Axis(0), Slice::from(rows)))
    }
}

impl<F: Scalar, D: RemoveAxis> Samples<F> for &Array<F, D> {
    fn count(&self) -> usize {
        self.len_of(Axis(0))
    }
    fn record<'t>(&self, tape: &'t Tape<F>, rows: Range<usize>) -> Var<'t, F> {
        self.view().record(tape, rows)
    }
}

impl<F: Scalar, D: RemoveAxis> Samples<F> for &ArcArray<F, D> {
    fn count(&self) -> usize {
        self.len_of(Axis(0))
    }
    fn record<'t>(&self, tape: &'t Tape<F>, rows: Range<usize>) -> Var<'t, F> {
        let mut some = ArcArray::clone(self);
        some.slice_axis_inplace(Axis(0), Slice::from(rows));
        tape.input_shared(&some)
    }
}

/// Number of samples that are computed at a time: enough to keep the matrix product busy, few enough to stay in the cache.
const GROUP: usize = 512;

/// See [`Predict::predict`].
#[track_caller]
pub(super) fn predict<F: Scalar>(model: &(impl Module<F> + ?Sized), x: impl Samples<F>) -> Array2<F> {
    // Two samples show the number of outputs, and whether there is a row of outputs for each sample. (If shapes do not fit, the panic comes here,
    // once.)
    let some = x.count().min(2);
    let n_out = predict_some(model, &mut Tape::new(), some, |tape| x.record(tape, 0..some), |some| some.ncols());
    let mut outputs = Array2::from_elem((x.count(), n_out), F::ZERO);
    let groups = outputs.axis_chunks_iter_mut(Axis(0), GROUP).enumerate();
    parallel::each_with(groups, Tape::new, |tape, (group, mut outputs)| {
        let start = group * GROUP;
        let rows = start..start + outputs.nrows();
        predict_some(model, tape, rows.len(), |tape| x.record(tape, rows), |some| outputs.assign(&some));
    });
    outputs
}

/// Calls `look` with the outputs for the samples, `rows` of them, that `record` puts onto the tape.
#[track_caller]
pub(super) fn predict_some<F: Scalar, R>(
    model: &(impl Module<F> + ?Sized),
    tape: &mut Tape<F>,
    rows: usize,
    record: impl for<'t> FnOnce(&'t Tape<F>) -> Var<'t, F>,
    look: impl FnOnce(ArrayView2<F>) -> R,
) -> R {
    let result = {
        let _off = tape.gradients_off();
        let outputs = model.forward(record(tape));
        outputs.expect_on(tape, "predict");
        let shape = outputs.shape();
        assert!(
            shape.rank() == 2 && shape[0] == rows,
            "the outputs of a model must be [batch, outputs], one row for each of {rows} samples; found {}",
            outputs.describe_shape()
        );
        outputs.with_value(|outputs| look(outputs.into_dimensionality::<Ix2>().expect("it has two axes")))
    };
    tape.rewind();
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, Mlp};
    use crate::prelude::seeded;

    /// To the last bit, for no rows, for some that do not fill a group, and for several groups, which threads share; whether the rows are
    /// copied or shared, and also where they stand column by column.
    #[test]
    fn rows_are_predicted_as_if_they_came_in_one_batch() {
        let net = Mlp::<f32>::new(&[3, 70, 4], Activation::Tanh, &mut seeded(1));
        for rows in [0, 1, GROUP, GROUP + 1, 5 * GROUP + 7] {
            let x =
                Array2::from_shape_fn((rows, 3), |(row, column)| ((row * 37 + column * 53) % 101) as f32 / 50.0 - 1.0);
            let by_columns = x.t().as_standard_layout().reversed_axes().into_shared();
            let tape = Tape::new();
            let expected = net.forward(tape.input(&x)).value();
            assert_eq!(net.predict(&x).into_dyn(), expected, "{rows} rows");
            assert_eq!(net.predict(x.view()).into_dyn(), expected, "{rows} rows of a view");
            assert_eq!(net.predict(&by_columns).into_dyn(), expected, "{rows} rows that stand column by column");
            assert_eq!(net.predict(&x.into_shared()).into_dyn(), expected, "{rows} shared rows");
        }
    }
}
