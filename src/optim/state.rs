//! What an optimizer remembers, taken out and put back: for a training that is interrupted and goes on later.

use super::Optimizer;
use crate::{Param, Scalar};

/// An optimizer whose memory can be taken out and put back. Its settings, such as the learning rate, are no part of it: the program sets those.
///
/// One that is chosen at run time is a `Box<dyn Stateful<f32>>`: it steps as any other, and goes into a checkpoint and back.
///
/// ```
/// use gradus::optim::{Adam, Optimizer, Stateful};
/// use gradus::prelude::*;
/// let w = vec![Param::new("w", ndarray::arr0(1.0))];
/// let mut step = |adam: &mut Adam<f64>| {
///     let tape = Tape::new();
///     adam.step(&w, &tape.param(&w[0]).pow(2.0).backward())
/// };
/// let mut adam = Adam::new(0.1);
/// step(&mut adam)?;
/// let mut resumed = Adam::new(0.1);
/// resumed.set_state(adam.state());
/// step(&mut resumed)?; // its second step
/// assert_eq!(resumed.state()[0].steps, 2);
/// # Ok::<(), gradus::optim::OptimError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the memory of `{Self}` cannot be taken out, as for a checkpoint",
    note = "an optimizer that is chosen at run time is a `Box<dyn Stateful<F>>`, which a `Box<dyn Optimizer<F>>` is not"
)]
pub trait Stateful<F: Scalar>: Optimizer<F> {
    /// The names of the arrays that it keeps for each parameter, such as `["m", "v"]`. Optimizers of the same names can continue from each other's
    /// memory.
    fn array_names(&self) -> &'static [&'static str];

    /// A copy of what it remembers of each parameter that it has stepped.
    fn state(&self) -> Vec<ParamState<F>>;

    /// Forgets everything, and remembers this instead.
    ///
    /// # Panics
    /// If a parameter has another number of arrays than it keeps (but none is right, too), or arrays of another size than its own.
    fn set_state(&mut self, state: Vec<ParamState<F>>);
}

impl<F: Scalar, O: Stateful<F> + ?Sized> Stateful<F> for Box<O> {
    fn array_names(&self) -> &'static [&'static str] {
        (**self).array_names()
    }

    fn state(&self) -> Vec<ParamState<F>> {
        (**self).state()
    }

    #[track_caller]
    fn set_state(&mut self, state: Vec<ParamState<F>>) {
        (**self).set_state(state)
    }
}

/// What an optimizer remembers of a parameter.
#[derive(Clone, Debug)]
pub struct ParamState<F: Scalar> {
    /// The parameter.
    pub param: Param<F>,
    /// How often it was stepped.
    pub steps: i32,
    /// The arrays of [`Stateful::array_names`], in this order, each of the parameter's size. None if they were not needed so far.
    pub arrays: Vec<Vec<F>>,
}

/// An optimizer whose memory is this field, with these names.
macro_rules! stateful {
    ($optimizer:ident, $($memory:ident).+, $names:expr) => {
        impl<F: Scalar> super::Stateful<F> for $optimizer<F> {
            fn array_names(&self) -> &'static [&'static str] {
                &$names
            }
            fn state(&self) -> Vec<super::ParamState<F>> {
                self.$($memory).+.state()
            }
            #[track_caller]
            fn set_state(&mut self, state: Vec<super::ParamState<F>>) {
                self.$($memory).+.set_state(state)
            }
        }
    };
}
pub(super) use stateful;
