//! Optimizers: rules that change parameters by their gradients. They work in place and allocate only on their first step. And what a training needs beside
//! them: schedules of the learning rate, clipped and accumulated gradients, averaged weights, an end in time.
//!
//! Groups of parameters that are trained differently (another rate, no weight decay) are lists of their own, each with an optimizer of its own:
//!
//! ```
//! use gradus::nn::{Activation, Mlp, Parameters};
//! use gradus::optim::{AdamW, Optimizer};
//! use gradus::prelude::*;
//! let net = Mlp::<f32>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(1));
//! let (weights, biases): (Vec<_>, Vec<_>) = net.params().into_iter().partition(|param| param.name().ends_with("/W"));
//! let (mut decaying, mut plain) = (AdamW::new(0.01), AdamW::new(0.01).weight_decay(0.0));
//! let tape = Tape::new();
//! let gradients = net.forward(tape.input([[1.0, 2.0]])).sum().backward();
//! decaying.step(&weights, &gradients)?;
//! plain.step(&biases, &gradients)?;
//! # Ok::<(), gradus::optim::OptimError>(())
//! ```

mod accumulate;
mod adam;
mod average;
mod clip;
mod memory;
mod record;
mod rmsprop;
mod schedule;
mod settings;
mod sgd;
mod state;
mod update;

pub use accumulate::Accumulator;
pub use adam::{Adam, AdamW};
pub use average::{EarlyStopping, WeightAverage};
pub use record::{RecordUpdate, Update, Updated};
pub use rmsprop::RmsProp;
pub use schedule::Schedule;
pub use sgd::Sgd;
pub use state::{ParamState, Stateful};

use crate::nn::Parameters;
use crate::{BackwardError, Gradients, Real, Scalar};
use memory::{Kept, Memory};
use settings::Of;
use state::stateful;

/// Why an optimizer refused a step. In that case it has changed nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptimError {
    /// The loss does not depend on a parameter that should be stepped.
    #[error(
        "the loss does not depend on parameter {name:?}, or it was read without gradients (under no_grad, or while it was frozen), so \
         there is no gradient to step it by; is a layer not connected? To train only some parameters, freeze the others, or pass a list \
         of those"
    )]
    NoGradient {
        /// The parameter's name.
        name: String,
    },
    /// There is nothing to step.
    #[error(
        "there are no parameters to step: the model, or the list of parameters, is empty, or all of them are frozen"
    )]
    NoParameters,
    /// A setting that is out of range.
    #[error("{optimizer}: the {setting} is {value:?}, but it must be {expected}")]
    Setting {
        /// The optimizer.
        optimizer: &'static str,
        /// The name of the setting.
        setting: &'static str,
        /// The value of the setting.
        value: f64,
        /// The values that it may have.
        expected: &'static str,
    },
    /// The gradient belongs to an earlier value.
    #[error(transparent)]
    Stale(#[from] BackwardError),
}

/// A rule that changes parameters by their gradients.
///
/// `model` is anything with parameters: `&net`, `&vec_of_params`, `&vec_of_layers`, `&boxed_module`; a slice is passed as `&slice`.
pub trait Optimizer<F: Scalar> {
    /// Changes every parameter of `model` once, except those that are [frozen](crate::Param::freeze). A parameter that several layers share, or that
    /// is listed twice, is changed once, too: its gradient is the sum over all its uses.
    ///
    /// An optimizer keeps its memory (such as a momentum) per parameter: a parameter that joins late starts with an empty one, and a parameter that
    /// is left out of a few steps continues with its own.
    ///
    /// # Errors
    /// If a setting of the optimizer is out of range, if there are no parameters, if a parameter has no gradient, or if its gradient was
    /// computed for an earlier value (as when a step is taken twice with the same gradients). All this is checked before the first parameter is
    /// changed.
    fn step(&mut self, model: &dyn Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError>;

    /// The learning rate, to read or to change it whatever the optimizer is: `*optimizer.learning_rate() = schedule.at(step)`.
    fn learning_rate(&mut self) -> &mut f64;
}

impl<F: Scalar, O: Optimizer<F> + ?Sized> Optimizer<F> for Box<O> {
    fn step(&mut self, model: &dyn Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError> {
        (**self).step(model, gradients)
    }

    fn learning_rate(&mut self) -> &mut f64 {
        (**self).learning_rate()
    }
}

/// The square, but at least the smallest normal number, `least`. A mean of squares is 0 if all gradients were 0 or too small to be squared. With this as
/// the divisor, the step is then small or 0, and not infinite or 0 / 0.
#[inline(always)]
fn at_least<T: Real>(square: T, least: T) -> T {
    square.maximum(least)
}

/// Calls `change(memory, value, gradient)` once for each parameter, after checking that every one has a gradient for its present value.
fn step_each<F: Scalar, const N: usize>(
    memory: &mut Memory<F, N>,
    model: &dyn Parameters<F>,
    gradients: &Gradients<F>,
    mut change: impl FnMut(&mut Kept<F, N>, &mut [F], &[F]),
) -> Result<(), OptimError> {
    memory.begin();
    let mut outcome = Ok(());
    model.each_param(&mut |param| {
        if param.is_frozen() || outcome.is_err() {
            return;
        }
        match gradients.current_gradient(param) {
            Ok(Some(gradient)) => memory.expect(param, gradient),
            Ok(None) => outcome = Err(OptimError::NoGradient { name: param.name().to_owned() }),
            Err(stale) => outcome = Err(stale.into()),
        }
    });
    outcome?;
    if memory.is_idle() {
        return Err(OptimError::NoParameters);
    }
    let mut outcome = Ok(());
    memory.step_all(|param, &gradient, kept| {
        let step = gradients.update_by(param, gradient, |value, gradient| change(kept, value, gradient));
        if let Err(stale) = step {
            outcome = Err(stale.into());
        }
    });
    outcome
}
