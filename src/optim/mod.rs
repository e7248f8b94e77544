//! Optimizers: what to do with a gradient. They change parameters in place and allocate only on their first step.

mod adam;
mod memory;
mod rmsprop;
mod settings;
mod sgd;

pub use adam::Adam;
pub use rmsprop::RmsProp;
pub use sgd::Sgd;

use crate::nn::Parameters;
use crate::{BackwardError, Gradients, Scalar};
use memory::{Kept, Memory};
use settings::Of;

/// Why an optimizer refused a step. Nothing was changed then.
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
    /// A setting with which the rule makes no sense.
    #[error("{optimizer}: the {setting} is {value:?}, but it must be {expected}")]
    Setting {
        /// Which optimizer.
        optimizer: &'static str,
        /// Which of its settings.
        setting: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// The gradient belongs to an earlier value.
    #[error(transparent)]
    Stale(#[from] BackwardError),
}

/// A rule that improves parameters given their gradients.
pub trait Optimizer<F: Scalar> {
    /// Changes every parameter of `model` once, but for those that are [frozen](crate::Param::freeze); once also if it is shared by several layers, or
    /// listed twice. Its gradient is then the sum of what flowed back from all its uses.
    ///
    /// What an optimizer remembers belongs to a parameter: one that joins late starts as any does, and one that sits out a few steps goes on
    /// from where it was.
    ///
    /// # Errors
    /// If a setting of the optimizer makes no sense, if there are no parameters, if one has no gradient, or if its gradient was computed for an
    /// earlier value (a step taken twice with the same gradients). All this is checked before the first parameter is changed.
    fn step(&mut self, model: &impl Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError>;
}

/// A divisor is never smaller than the root of this: where a memory of squares is 0, because the gradients were 0 or too small to be
/// squared, the step is then small or 0, and neither infinite nor 0 / 0.
#[inline(always)]
fn at_least_normal<F: Scalar>(square: F) -> F {
    if square < F::SMALLEST_NORMAL { F::SMALLEST_NORMAL } else { square }
}

/// Calls `change(memory, value, gradient)` once for each parameter, after checking that every one has a gradient for its present value.
fn step_each<F: Scalar, const N: usize>(
    memory: &mut Memory<F, N>,
    model: &impl Parameters<F>,
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
