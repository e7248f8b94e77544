//! The trait of layers and models.

use super::Parameters;
use crate::{Scalar, Var};

/// A layer or a model: parameters, and a function of a batch. A model of layers is a module, too; `Box<dyn Module<F>>` is one.
///
/// ```
/// use gradus::nn::{Init, Linear, Module, Parameters};
/// use gradus::prelude::*;
///
/// /// A layer whose input is added to its output.
/// struct Residual(Linear);
///
/// impl Parameters<f32> for Residual {
///     fn each_param(&self, visit: &mut dyn FnMut(&Param<f32>)) {
///         self.0.each_param(visit);
///     }
/// }
///
/// impl Module<f32> for Residual {
///     fn forward<'t>(&self, x: Var<'t>) -> Var<'t> {
///         x + self.0.forward(x).relu()
///     }
/// }
///
/// let mut rng = seeded(7);
/// let mut layer = |name| Residual(Linear::new(name, 4, 4, Init::He, Init::Zeros, &mut rng));
/// let layers: Vec<Box<dyn Module<f32>>> = vec![Box::new(layer("first")), Box::new(layer("second"))];
/// let tape = Tape::new();
/// let y = layers.iter().fold(tape.input([[1.0, 2.0, 3.0, 4.0]]), |x, layer| layer.forward(x));
/// assert_eq!((layers.parameter_count(), y.shape()), (40, [1, 4].into()));
/// ```
///
/// Some layers behave differently while they are trained, such as [`Dropout`](super::Dropout). Which way is up to the tape: see
/// [`Tape::eval`](crate::Tape::eval). What evaluates a model ([`predict`](super::Predict::predict), `accuracy`) does so by itself.
pub trait Module<F: Scalar>: Parameters<F> + Send + Sync {
    /// Records the outputs of a batch of samples, which lie along the first axis.
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F>;
}

impl<F: Scalar, M: Module<F> + ?Sized> Module<F> for &M {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        (**self).forward(x)
    }
}

impl<F: Scalar, M: Module<F> + ?Sized> Module<F> for Box<M> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        (**self).forward(x)
    }
}
