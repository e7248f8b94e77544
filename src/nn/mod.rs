//! Networks: layers that own named parameters and no tape. A layer records itself on the tape of its input.

#[cfg(feature = "data")]
mod digits;
#[cfg(feature = "rand")]
mod init;
#[cfg(feature = "rand")]
mod linear;
mod metrics;
#[cfg(feature = "rand")]
mod mlp;
mod predict;

#[cfg(feature = "rand")]
pub use init::Init;
#[cfg(feature = "rand")]
pub use linear::Linear;
pub use metrics::{Confusion, accuracy, argmax};
#[cfg(feature = "rand")]
pub use mlp::{Activation, Mlp};
pub use predict::Samples;

use crate::{Param, Scalar, Var};
use ndarray::Array2;
use std::collections::HashSet;

/// Something with parameters, in an order that never changes.
pub trait Parameters<F: Scalar> {
    /// Calls `visit` for every parameter, always in the same order. (A list would have to be allocated anew for every step.)
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>));

    /// Handles to the parameters, in order; one that several layers share comes once.
    fn params(&self) -> Vec<Param<F>> {
        let (mut params, mut seen) = (Vec::new(), HashSet::new());
        self.each_param(&mut |param| {
            if seen.insert(param.address()) {
                params.push(param.clone());
            }
        });
        params
    }

    /// The number of trainable numbers; those that several layers share count once.
    fn parameter_count(&self) -> usize {
        self.params().iter().map(|param| param.shape().size()).sum()
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

/// A network: parameters, and a function of a batch.
pub trait Model<F: Scalar>: Parameters<F> {
    /// Records the outputs `[batch, outputs]` of a batch `[batch, inputs]`.
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F>;

    /// The outputs for any number of samples `[rows, n_in]`, without preparing for gradients: `net.predict(&images)`. The rows are computed in small
    /// groups, on tapes that are rewound, so that the intermediate results of all rows are never in memory at once. Each thread takes the next group
    /// when it has finished one. Rows of a shared array are read in place (`images.into_shared()` costs nothing).
    ///
    /// # Panics
    /// At the caller's line, if the shapes do not fit.
    #[track_caller]
    fn predict(&self, x: impl Samples<F>) -> Array2<F>
    where
        Self: Sync,
    {
        predict::predict(self, x)
    }
}
