//! Optimizers: what to do with a gradient. They change parameters in place and allocate only on their first step.

mod adam;
mod rmsprop;
mod sgd;

pub use adam::Adam;
pub use rmsprop::RmsProp;
pub use sgd::Sgd;

use crate::kernel::parallel::{self, WORTH_A_THREAD};
use crate::nn::Parameters;
use crate::{BackwardError, Gradients, Param, Scalar};

/// Why an optimizer refused a step. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    /// The gradient belongs to an earlier value.
    #[error(transparent)]
    Stale(#[from] BackwardError),
}

/// A rule that improves parameters given their gradients.
pub trait Optimizer<F: Scalar> {
    /// Changes every parameter of `model` once, but for those that are [frozen](Param::freeze).
    ///
    /// # Errors
    /// If a parameter has no gradient, or one that was computed for an earlier value (a step taken twice with the same gradients).
    /// All parameters are checked before the first is changed.
    fn step(&mut self, model: &impl Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError>;
}

/// The numbers that an optimizer remembers for each parameter: `N` arrays of its size, at first 0.
struct Memory<F: Scalar, const N: usize> {
    of: Vec<(Param<F>, [Vec<F>; N])>,
}

impl<F: Scalar, const N: usize> Memory<F, N> {
    fn new() -> Self {
        Memory { of: Vec::new() }
    }

    /// What is remembered for `param`, which is usually the `place`th.
    fn of(&mut self, place: usize, param: &Param<F>) -> &mut [Vec<F>; N] {
        let known = match self.of.get(place) {
            Some((other, _)) if other.is(param) => Some(place),
            _ => self.of.iter().position(|(other, _)| other.is(param)),
        };
        let place = known.unwrap_or_else(|| {
            self.of.push((param.clone(), std::array::from_fn(|_| vec![F::ZERO; param.shape().size()])));
            self.of.len() - 1
        });
        &mut self.of[place].1
    }
}

/// What an optimizer remembers of gradients that have become 0 shrinks step by step, until it is a denormal number: then every
/// operation with it takes a hundred times as long. A memory below this, which moves no parameter, is 0.
const FORGOTTEN: f64 = 1e-37;

/// `memory`, or 0 if it is so small that it does not matter.
#[inline(always)]
fn or_forgotten<F: Scalar>(memory: F, forgotten: F) -> F {
    if memory < forgotten && -memory < forgotten { F::ZERO } else { memory }
}

/// How many numbers of a parameter each thread changes.
fn share<F>(value: &[F]) -> usize {
    parallel::share(value.len(), value.len() / WORTH_A_THREAD)
}

/// Calls `change(place, param, value, gradient)` for each parameter, after checking that every one has a gradient for its present value.
fn step_each<F: Scalar>(
    model: &impl Parameters<F>,
    gradients: &Gradients<F>,
    mut change: impl FnMut(usize, &Param<F>, &mut [F], &[F]),
) -> Result<(), OptimError> {
    let mut refused = None;
    model.each_param(&mut |param| {
        let error = match gradients.current(param) {
            _ if param.is_frozen() => return,
            Ok(Some(_)) => return,
            Ok(None) => OptimError::NoGradient { name: param.name().to_owned() },
            Err(stale) => stale.into(),
        };
        refused.get_or_insert(error);
    });
    if let Some(error) = refused {
        return Err(error);
    }
    let mut place = 0;
    let mut outcome = Ok(());
    model.each_param(&mut |param| {
        let step = gradients.update(param, |value, gradient| change(place, param, value, gradient));
        if let Err(stale) = step {
            outcome = Err(stale.into());
        }
        place += 1;
    });
    outcome
}
