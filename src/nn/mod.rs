//! Networks: layers that own named parameters and know no tape. A layer records itself on whatever tape its input lives on.

mod init;
mod linear;
mod metrics;
mod mlp;

pub use init::Init;
pub use linear::Linear;
pub use metrics::{Confusion, accuracy, argmax};
pub use mlp::{Activation, Mlp};

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
    /// groups on one tape that is rewound, so that the intermediate results of all of them are never held at once.
    fn predict(&self, x: ArrayView2<F>) -> Array2<F> {
        let mut outputs: Option<Array2<F>> = None;
        let mut tape = Tape::new();
        let rows = x.nrows();
        for start in (0..rows.max(1)).step_by(PREDICTION_ROWS) {
            let end = rows.min(start + PREDICTION_ROWS);
            tape.no_grad(|| {
                let group = self.forward(tape.input(x.slice(s![start..end, ..])));
                group.with_value(|group| {
                    let group = group.into_dimensionality::<Ix2>().expect("a model's outputs are [batch, outputs]");
                    let all = outputs.get_or_insert_with(|| Array2::from_elem((rows, group.ncols()), F::ZERO));
                    all.slice_mut(s![start..end, ..]).assign(&group);
                });
            });
            tape.rewind();
        }
        outputs.unwrap_or_else(|| Array2::from_elem((0, 0), F::ZERO))
    }
}

/// The mean over the rows of a matrix of whether its largest element stands at the row's label.
fn row_hits<F: Scalar>(outputs: ArrayView2<F>, labels: impl Iterator<Item = usize>) -> usize {
    outputs.axis_iter(Axis(0)).zip(labels).filter(|(row, label)| argmax(row.iter().copied()) == *label).count()
}
