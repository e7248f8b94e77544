//! Networks: layers that own named parameters and know no tape. A layer records itself on whatever tape its input lives on.

mod init;
mod linear;
mod metrics;
mod mlp;

pub use init::Init;
pub use linear::Linear;
pub use metrics::{Confusion, accuracy, argmax};
pub use mlp::{Activation, Mlp};

use crate::kernel::parallel;
use crate::{Param, Scalar, Tape, Var};
use ndarray::{Array2, ArrayView2, Axis, Ix2, s};

/// Something with parameters, in an order that never changes.
pub trait Parameters<F: Scalar> {
    /// Calls `visit` for every parameter, always in the same order. (A list would have to be made anew for every step.)
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>));

    /// Handles to the parameters, in order.
    fn params(&self) -> Vec<Param<F>> {
        let mut params = Vec::new();
        self.each_param(&mut |param| params.push(param.clone()));
        params
    }

    /// The number of trainable numbers.
    fn parameter_count(&self) -> usize {
        let mut count = 0;
        self.each_param(&mut |param| count += param.shape().size());
        count
    }
}

impl<F: Scalar> Parameters<F> for [Param<F>] {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        self.iter().for_each(visit)
    }
}

impl<F: Scalar> Parameters<F> for Vec<Param<F>> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        self.iter().for_each(visit)
    }
}

/// How many rows [`Model::predict`] computes at a time: enough to keep the matrix product busy, few enough to stay in the cache.
const PREDICTION_ROWS: usize = 512;

/// A network: parameters, and a function of a batch.
pub trait Model<F: Scalar>: Parameters<F> {
    /// Records the outputs `[batch, outputs]` of a batch `[batch, inputs]`.
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F>;

    /// The outputs for any number of rows `[rows, inputs]`, without preparing for gradients. The rows pass through in small
    /// groups, on tapes that are rewound, so that the intermediate results of all of them are never held at once. Each thread takes the next
    /// group when it is done with one.
    fn predict(&self, x: ArrayView2<F>) -> Array2<F>
    where
        Self: Sync,
    {
        let (first, rest) = x.split_at(Axis(0), x.nrows().min(PREDICTION_ROWS));
        // The first group tells how many outputs there are. (And if the shapes do not fit, it says so once.)
        let mut outputs = predict_group(self, &mut Tape::new(), first, |group| {
            let mut outputs = Array2::from_elem((x.nrows(), group.ncols()), F::ZERO);
            outputs.slice_mut(s![..first.nrows(), ..]).assign(&group);
            outputs
        });
        let mut rest_of_outputs = outputs.slice_mut(s![first.nrows().., ..]);
        let rest = rest.axis_chunks_iter(Axis(0), PREDICTION_ROWS);
        let groups = rest.zip(rest_of_outputs.axis_chunks_iter_mut(Axis(0), PREDICTION_ROWS));
        parallel::each_with(groups, Tape::new, |tape, (x, mut outputs)| {
            predict_group(self, tape, x, |group| outputs.assign(&group));
        });
        outputs
    }
}

/// Shows `look` the outputs for a group of rows.
fn predict_group<F: Scalar, R>(
    model: &(impl Model<F> + ?Sized),
    tape: &mut Tape<F>,
    x: ArrayView2<F>,
    look: impl FnOnce(ArrayView2<F>) -> R,
) -> R {
    let result = tape.no_grad(|| {
        model.forward(tape.input(x)).with_value(|outputs| {
            look(outputs.into_dimensionality::<Ix2>().expect("a model's outputs are [batch, outputs]"))
        })
    });
    tape.rewind();
    result
}

/// The mean over the rows of a matrix of whether its largest element stands at the row's label.
fn row_hits<F: Scalar>(outputs: ArrayView2<F>, labels: impl Iterator<Item = usize>) -> usize {
    outputs.axis_iter(Axis(0)).zip(labels).filter(|(row, label)| argmax(row.iter().copied()) == *label).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::seeded;

    /// To the last bit, for no rows, for some that do not fill a group, and for several groups, which threads share.
    #[test]
    fn rows_are_predicted_as_if_they_came_in_one_batch() {
        let net = Mlp::<f32>::new(&[3, 70, 4], Activation::Tanh, &mut seeded(1));
        for rows in [0, 1, PREDICTION_ROWS, PREDICTION_ROWS + 1, 5 * PREDICTION_ROWS + 7] {
            let x =
                Array2::from_shape_fn((rows, 3), |(row, column)| ((row * 37 + column * 53) % 101) as f32 / 50.0 - 1.0);
            let tape = Tape::new();
            assert_eq!(net.predict(x.view()).into_dyn(), net.forward(tape.input(&x)).value(), "{rows} rows");
        }
    }
}
