//! What has parameters: a model, a layer, a list of either.

use crate::{Param, Scalar};
use std::collections::HashSet;

/// Something with parameters, in an order that never changes. A [`Param`] is one, and so are lists and boxes of such things: `Vec<Linear>`,
/// `&[Param]`, `Box<dyn Module>`.
pub trait Parameters<F: Scalar> {
    /// Calls `visit` for every parameter and every [buffer](Param::buffer), always in the same order. (A list would have to be allocated anew for
    /// every step.)
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>));

    /// Handles to all that must be kept to get the same model again: the parameters and the buffers, in order; one that several layers share comes
    /// once. PyTorch's `state_dict`.
    fn state(&self) -> Vec<Param<F>> {
        let (mut state, mut seen) = (Vec::new(), HashSet::new());
        self.each_param(&mut |param| {
            if seen.insert(param.address()) {
                state.push(param.clone());
            }
        });
        state
    }

    /// Handles to the parameters, in order, without the buffers; one that several layers share comes once.
    fn params(&self) -> Vec<Param<F>> {
        self.state().into_iter().filter(|param| !param.is_buffer()).collect()
    }

    /// The number of trainable numbers; those that several layers share count once.
    fn parameter_count(&self) -> usize {
        self.params().iter().map(|param| param.shape().size()).sum()
    }
}

impl<F: Scalar> Parameters<F> for Param<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        visit(self)
    }
}

/// Several things with parameters, one after the other.
macro_rules! list {
    ($([$($generics:tt)*] $list:ty),*) => {$(
        impl<F: Scalar, P: Parameters<F>, $($generics)*> Parameters<F> for $list {
            fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
                self.iter().for_each(|part| part.each_param(visit))
            }
        }
    )*};
}
list!([] [P], [] Vec<P>, [] Option<P>, [const N: usize] [P; N]);

impl<F: Scalar, P: Parameters<F> + ?Sized> Parameters<F> for &P {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        (**self).each_param(visit)
    }
}

impl<F: Scalar, P: Parameters<F> + ?Sized> Parameters<F> for Box<P> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        (**self).each_param(visit)
    }
}
