//! Layers one after the other.

use super::{Module, Parameters};
use crate::{Param, Scalar, Var};
use std::fmt;

/// Layers one after the other: each gets what the one before has made.
///
/// ```
/// use gradus::nn::{Activation, Conv2d, Flatten, Init, Linear, MaxPool2d, Module, Parameters, Sequential};
/// use gradus::prelude::*;
/// let rng = &mut seeded(7);
/// let net = Sequential::<f32>::new()
///     .then(Conv2d::new("conv", 1, 4, 3, Init::He, rng).padding(1))
///     .then(Activation::Relu)
///     .then(MaxPool2d::new(2))
///     .then(Flatten)
///     .then(Linear::new("out", 4 * 4 * 4, 10, Init::He, Init::Zeros, rng));
/// let tape = Tape::new();
/// let logits = net.forward(tape.full([2, 1, 8, 8], 0.5));
/// assert_eq!((logits.shape(), net.parameter_count()), ([2, 10].into(), 4 * 9 + 4 + 640 + 10));
/// ```
///
/// What a layer records belongs to a scope with the layer's name, if its parameters have one: `conv/W` is recorded in the scope `conv`, and so are the
/// layers without parameters that follow it.
#[must_use = "a network does nothing before it is run"]
pub struct Sequential<F: Scalar = f32> {
    layers: Vec<Layer<F>>,
}

struct Layer<F: Scalar> {
    /// The scope in which it records, if it has one.
    scope: Option<String>,
    module: Box<dyn Module<F>>,
}

impl<F: Scalar> Sequential<F> {
    /// No layers yet. Its output is its input.
    pub fn new() -> Self {
        Sequential { layers: Vec::new() }
    }

    /// With one more layer, at the end.
    ///
    /// # Panics
    /// If one of its parameters has the name of another one: a file of parameters could not tell them apart. (Layers may share a parameter.)
    #[track_caller]
    pub fn then(mut self, layer: impl Module<F> + 'static) -> Self {
        let earlier = self.state();
        for param in layer.state() {
            let namesake = earlier.iter().find(|other| other.name() == param.name() && !other.is(&param));
            assert!(
                namesake.is_none(),
                "Sequential: two parameters are called {:?}; give the layers different names",
                param.name()
            );
        }
        let scope = common_scope(&layer.state()).or_else(|| self.layers.last()?.scope.clone());
        self.layers.push(Layer { scope, module: Box::new(layer) });
        self
    }

    /// The layers, in order.
    pub fn layers(&self) -> impl Iterator<Item = &dyn Module<F>> {
        self.layers.iter().map(|layer| &*layer.module)
    }
}

/// What all names begin with, in whole parts: `attention` for `attention/in_proj/W` and `attention/out_proj/W`.
fn common_scope<F: Scalar>(params: &[Param<F>]) -> Option<String> {
    let scopes = params.iter().map(|param| param.name().rsplit_once('/').map_or("", |(scope, _)| scope));
    let common = scopes.map(|scope| scope.split('/').collect::<Vec<_>>()).reduce(|common, scope| {
        common.into_iter().zip(scope).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
    })?;
    Some(common.join("/")).filter(|scope| !scope.is_empty())
}

impl<F: Scalar> Default for Sequential<F> {
    fn default() -> Self {
        Sequential::new()
    }
}

impl<F: Scalar> fmt::Debug for Sequential<F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Sequential({} layers, {} parameters)", self.layers.len(), self.parameter_count())
    }
}

impl<F: Scalar> Parameters<F> for Sequential<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        self.layers.iter().for_each(|layer| layer.module.each_param(visit));
    }
}

impl<F: Scalar> Module<F> for Sequential<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        let mut x = x;
        for Layer { scope, module } in &self.layers {
            let _scope = scope.as_ref().map(|name| x.tape().scope(name));
            x = module.forward(x);
        }
        x
    }
}
