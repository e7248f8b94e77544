//! Dropout: in training, some numbers are set to 0 at random.

use super::{Module, Parameters};
use crate::data::seeded;
use crate::{Input, Param, Scalar, Shape, Var};
use rand::{RngExt, rngs::ChaCha8Rng};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// In training, each number becomes 0 with a certain probability p, and the others are divided by 1 - p, so that their mean stays what it is
/// (Srivastava et al. 2014, in the form that PyTorch uses). In [evaluation](crate::Tape::eval) it hands on what it gets.
///
/// Every pass draws anew. A gradient check nudges the same function many times, so check the model under `tape.eval`.
///
/// A clone shares the source of random numbers, so one handle can go into a model, and another one can put that source into a checkpoint:
/// `.rng(&*dropout.rng())`.
#[derive(Clone, Debug)]
pub struct Dropout {
    probability: f64,
    rng: Arc<Mutex<ChaCha8Rng>>,
}

impl Dropout {
    /// Each number becomes 0 with this probability. The seed makes the choice repeatable.
    ///
    /// # Panics
    /// If the probability is not from 0 to below 1.
    #[track_caller]
    pub fn new(probability: f64, seed: u64) -> Self {
        let can_be = (0.0..1.0).contains(&probability);
        assert!(can_be, "Dropout: the probability of a 0 is from 0 to below 1, got {probability}");
        Dropout { probability, rng: Arc::new(Mutex::new(seeded(seed))) }
    }
}

impl Dropout {
    /// Its source of random numbers, which a training that goes on later must find as it was. No pass can draw while the result is held.
    pub fn rng(&self) -> MutexGuard<'_, ChaCha8Rng> {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The factors of one pass: 0, or 1 / (1 - p).
struct Mask<'a> {
    shape: Shape,
    dropout: &'a Dropout,
}

impl<F: Scalar> Input<F> for Mask<'_> {
    fn shape(&self) -> Shape {
        self.shape
    }
    fn write(&self, buffer: &mut [F]) {
        let kept = F::from_f64(1.0 / (1.0 - self.dropout.probability));
        let mut rng = self.dropout.rng();
        buffer.fill_with(|| if rng.random::<f64>() < self.dropout.probability { F::ZERO } else { kept });
    }
}

impl<F: Scalar> Parameters<F> for Dropout {
    fn each_param(&self, _: &mut dyn FnMut(&Param<F>)) {}
}

impl<F: Scalar> Module<F> for Dropout {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        match x.tape().is_training() && self.probability > 0.0 {
            true => x * x.tape().input(Mask { shape: x.shape(), dropout: self }),
            false => x,
        }
    }
}
