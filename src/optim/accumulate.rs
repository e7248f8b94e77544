//! Gradients of several small batches, added up for one step: as if the batches had been one, without its memory.

use crate::nn::Parameters;
use crate::{BackwardError, Gradients, Param, Scalar, Tape};
use ndarray::ArrayD;

/// The sum of the gradients of several batches.
///
/// ```
/// use gradus::optim::{Accumulator, Optimizer, Sgd};
/// use gradus::prelude::*;
/// let w = vec![Param::new("w", ndarray::arr0(1.0))];
/// let (mut tape, mut sum, mut sgd) = (Tape::new(), Accumulator::new(), Sgd::new(0.1));
/// for x in [1.0, 2.0, 3.0] {
///     let loss = tape.param(&w[0]) * x / 3.0; // a third each: together the mean
///     sum.add(&w, &loss.backward())?;
///     tape.rewind();
/// }
/// sgd.step(&w, &sum.take(&tape))?;
/// assert!((w[0].value().sum() - 0.8_f64).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "an accumulator does nothing before gradients are added"]
pub struct Accumulator<F: Scalar = f32> {
    sums: Vec<Sum<F>>,
}

#[derive(Debug)]
struct Sum<F: Scalar> {
    param: Param<F>,
    /// The version of the parameter that the gradients belong to.
    version: u64,
    gradient: ArrayD<F>,
}

impl<F: Scalar> Accumulator<F> {
    /// Nothing added yet.
    pub fn new() -> Self {
        Accumulator { sums: Vec::new() }
    }

    /// Adds the gradients of one batch. A parameter that the loss does not depend on gets nothing.
    ///
    /// # Errors
    /// [`BackwardError::ParameterChanged`], if a parameter has changed since its gradient was computed, or since the first batch. Nothing is added then.
    pub fn add(&mut self, model: &dyn Parameters<F>, gradients: &Gradients<F>) -> Result<(), BackwardError> {
        let mut new = Vec::new();
        for param in model.params() {
            let Some(gradient) = gradients.current(&param)? else { continue };
            let place = self.sums.iter().position(|sum| sum.param.is(&param));
            if let Some(place) = place {
                self.sums[place].expect_unchanged()?;
            }
            new.push((place, param, gradient));
        }
        for (place, param, gradient) in new {
            match place {
                Some(place) => gradient.with_value(|gradient| self.sums[place].gradient += &gradient),
                None => self.sums.push(Sum { version: param.version(), gradient: gradient.value(), param }),
            }
        }
        Ok(())
    }

    /// The sums, as gradients on a tape, for [`Optimizer::step`](super::Optimizer::step). The accumulator is empty afterwards.
    #[track_caller]
    pub fn take<'t>(&mut self, tape: &'t Tape<F>) -> Gradients<'t, F> {
        let mut gradients = Vec::new();
        for Sum { param, gradient, .. } in self.sums.drain(..) {
            gradients.push((tape.param(&param).index, tape.input(&gradient).index));
        }
        let pass = tape.passes.borrow_mut().note(0, tape.len(), gradients.into_iter());
        Gradients { tape, pass }
    }
}

impl<F: Scalar> Default for Accumulator<F> {
    fn default() -> Self {
        Accumulator::new()
    }
}

impl<F: Scalar> Sum<F> {
    fn expect_unchanged(&self) -> Result<(), BackwardError> {
        match self.param.version() {
            now if now == self.version => Ok(()),
            now => Err(crate::storage::changed(&self.param, self.version, now)),
        }
    }
}
