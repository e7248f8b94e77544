//! The fully connected layer.

use super::{Init, Module, Parameters};
use crate::blame::OrBlame;
use crate::{Param, Scalar, Shape, Var};
use rand::Rng;

/// y = x W + b, with rows as samples: x `[batch, n_in]`, W `[n_in, n_out]`, b `[n_out]`, y `[batch, n_out]`. Any further axes of x, such as places in a
/// sequence, come before the last one.
///
/// Books that write samples as columns have y = W x + b, with this W transposed.
#[derive(Debug)]
pub struct Linear<F: Scalar = f32> {
    /// The weights, `[n_in, n_out]`.
    pub weights: Param<F>,
    /// The biases, `[n_out]`.
    pub biases: Param<F>,
}

impl<F: Scalar> Linear<F> {
    /// A layer whose parameters are called `name/W` and `name/b`.
    ///
    /// # Panics
    /// If it has no inputs or no outputs, or its weights are more than an array can hold.
    #[track_caller]
    pub fn new(name: &str, n_in: usize, n_out: usize, weights: Init, biases: Init, rng: &mut impl Rng) -> Self {
        let can_be = n_in > 0 && n_out > 0;
        assert!(can_be, "{name}: a layer has at least one input and one output, not {n_in} and {n_out}");
        Shape::new(&[n_in, n_out]).room::<F>(F::NAME).or_blame();
        Linear {
            weights: Param::new(format!("{name}/W"), weights.draw::<F, _>((n_in, n_out), n_in, n_out, rng)),
            biases: Param::new(format!("{name}/b"), biases.draw::<F, _>(n_out, n_in, n_out, rng)),
        }
    }

    /// Records x W + b.
    ///
    /// # Panics
    /// If x is not at least a matrix, does not have as many columns as W has rows, or b as many numbers as W has columns.
    #[track_caller]
    pub fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        assert!(
            x.shape().rank() >= 2,
            "Linear::forward: samples are rows, [batch, n_in], found {}; a single one is [1, n_in]",
            x.describe_shape()
        );
        let tape = x.tape();
        let weights = tape.param(&self.weights);
        let sums = x.matmul(weights);
        let biases = tape.param(&self.biases);
        biases.expect_shape(
            "Linear::forward",
            "the biases, one for each column of the weights,",
            [weights.shape()[1]],
            weights,
        );
        sums + biases
    }

    /// The same layer in another kind of number, with parameters of its own.
    pub fn cast<G: Scalar>(&self) -> Linear<G> {
        Linear { weights: self.weights.cast(), biases: self.biases.cast() }
    }
}

impl<F: Scalar> Parameters<F> for Linear<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        visit(&self.weights);
        visit(&self.biases);
    }
}

impl<F: Scalar> Module<F> for Linear<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        Linear::forward(self, x)
    }
}
