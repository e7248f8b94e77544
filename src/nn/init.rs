//! Initial weights.

use crate::Scalar;
use ndarray::{Array, Dimension, ShapeBuilder};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// A distribution that a layer's numbers are drawn from. `n_in` and `n_out` are the layer's numbers of inputs and outputs.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// All 0.
    Zeros,
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
    /// Normal with standard deviation 1/√n_in: the weighted sums start with the spread of the inputs.
    Scaled,
    /// Normal with standard deviation √(2 / (n_in + n_out)). Glorot and Bengio 2010, for tanh and sigmoid.
    Xavier,
    /// Normal with standard deviation √(2 / n_in). He et al. 2015, for ReLU, which loses half of the variance.
    He,
}

impl Init {
    /// The standard deviation for a layer with `n_in` inputs and `n_out` outputs.
    pub fn standard_deviation(self, n_in: usize, n_out: usize) -> f64 {
        match self {
            Init::Zeros => 0.0,
            Init::Normal(deviation) => deviation,
            Init::Scaled => 1.0 / (n_in as f64).sqrt(),
            Init::Xavier => (2.0 / (n_in + n_out) as f64).sqrt(),
            Init::He => (2.0 / n_in as f64).sqrt(),
        }
    }

    /// An array of `shape`, drawn for a layer with `n_in` inputs and `n_out` outputs.
    ///
    /// ```
    /// use gradus::nn::Init;
    /// use gradus::prelude::*;
    /// let w = Init::Scaled.draw::<f64, _>((400, 300), 400, 300, &mut seeded(7));
    /// let spread = (w.mapv(|x| x * x).sum() / w.len() as f64).sqrt();
    /// assert!((spread - 0.05).abs() < 1e-3); // 1/√400
    /// ```
    ///
    /// # Panics
    /// If the standard deviation is not a finite number, 0 or above.
    #[track_caller]
    pub fn draw<F: Scalar, D: Dimension>(
        self,
        shape: impl ShapeBuilder<Dim = D>,
        n_in: usize,
        n_out: usize,
        rng: &mut impl Rng,
    ) -> Array<F, D> {
        let deviation = self.standard_deviation(n_in, n_out);
        let can_be = deviation >= 0.0 && deviation.is_finite();
        assert!(can_be, "a start is drawn with a finite standard deviation, 0 or above; {self:?} makes it {deviation}");
        Array::from_shape_simple_fn(shape, || match self {
            Init::Zeros => F::ZERO,
            _ => F::from_f64(deviation * rng.sample::<f64, _>(StandardNormal)),
        })
    }
}
