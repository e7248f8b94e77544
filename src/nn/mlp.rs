//! The multilayer perceptron: linear layers with activations between them.

use super::{Activation, Init, Linear, Module, Parameters};
use crate::draw::Architecture;
use crate::{Param, Scalar, Var};
use rand::Rng;

impl Activation {
    /// The initial weights that keep the spread of signals from layer to layer: He for ReLU, 1/√n_in otherwise.
    pub fn usual_init(self) -> Init {
        if self == Activation::Relu { Init::He } else { Init::Scaled }
    }
}

/// A multilayer perceptron: linear layers, each followed by an activation.
///
/// ```
/// use gradus::nn::{Activation, Mlp, Parameters};
/// use gradus::prelude::*;
/// let net = Mlp::<f32>::new(&[784, 16, 16, 10], Activation::Sigmoid, &mut seeded(7));
/// assert_eq!(net.parameter_count(), 13_002);
/// assert_eq!(net.params()[0].name(), "layer1/W");
/// ```
#[derive(Debug)]
#[must_use = "a network does nothing before it is run"]
pub struct Mlp<F: Scalar = f32> {
    layers: Vec<(String, Linear<F>)>,
    activation: Activation,
    output: Activation,
}

impl<F: Scalar> Mlp<F> {
    /// A network with these layer sizes, inputs first. The activation follows **every** layer, the last one too (see
    /// [`logits`](Mlp::logits)); the weights are drawn from [`Activation::usual_init`] and the biases start at 0.
    ///
    /// # Panics
    /// If there are fewer than two sizes, one of them is 0, or a layer's weights are more than an array can hold.
    #[track_caller]
    pub fn new(sizes: &[usize], activation: Activation, rng: &mut impl Rng) -> Self {
        Mlp::with_init(sizes, activation, activation.usual_init(), Init::Zeros, rng)
    }

    /// A network with given distributions of the initial weights and biases.
    ///
    /// # Panics
    /// As [`new`](Mlp::new).
    #[track_caller]
    pub fn with_init(sizes: &[usize], activation: Activation, weights: Init, biases: Init, rng: &mut impl Rng) -> Self {
        assert!(sizes.len() > 1, "a network has at least two sizes, its inputs and its outputs, not {sizes:?}");
        let mut layers = Vec::new();
        for (i, pair) in sizes.windows(2).enumerate() {
            let name = format!("layer{}", i + 1);
            let linear = Linear::new(&name, pair[0], pair[1], weights, biases, rng);
            layers.push((name, linear));
        }
        Mlp { layers, activation, output: activation }
    }

    /// Leaves the last layer without an activation: its outputs are logits, for [`Var::softmax_cross_entropy`].
    pub fn logits(self) -> Self {
        self.with_output(Activation::Identity)
    }

    /// Replaces the activation of the last layer.
    pub fn with_output(self, output: Activation) -> Self {
        Mlp { output, ..self }
    }

    /// The linear layers, in order.
    pub fn layers(&self) -> impl Iterator<Item = &Linear<F>> {
        self.layers.iter().map(|(_, linear)| linear)
    }

    /// Records the outputs `[batch, outputs]` of a batch `[batch, inputs]`. Each layer is a scope; its weighted sum is
    /// named "z" and its activation "a", as Nielsen writes z^l and a^l.
    #[track_caller]
    pub fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        let mut a = x;
        for (i, (name, linear)) in self.layers.iter().enumerate() {
            let _scope = a.tape().scope(name);
            let activation = if i + 1 == self.layers.len() { self.output } else { self.activation };
            let z = linear.forward(a).named("z");
            a = activation.of(z);
            if activation != Activation::Identity {
                let _ = a.named("a");
            }
        }
        a
    }

    /// The figure of its layers.
    ///
    /// ```
    /// # use gradus::nn::{Activation, Mlp};
    /// # use gradus::prelude::*;
    /// let net = Mlp::<f32>::new(&[784, 100, 20, 10], Activation::Sigmoid, &mut seeded(7));
    /// let svg = net.architecture().title("Nielsen's network").to_svg();
    /// assert!(svg.contains("sigmoid"));
    /// ```
    pub fn architecture(&self) -> Architecture {
        let mut sizes = Vec::new();
        for layer in self.layers() {
            let [inputs, outputs] = [0, 1].map(|axis| layer.weights.shape()[axis]);
            sizes.resize(sizes.len().max(1), inputs);
            sizes.push(outputs);
        }
        let activation = |layer: usize| if layer + 1 == self.layers.len() { self.output } else { self.activation };
        let captions = (0..self.layers.len()).map(|layer| format!("layer {}: {}", layer + 1, activation(layer).name()));
        Architecture::new(&sizes).captions(std::iter::once("input".to_owned()).chain(captions))
    }

    /// The same network in another kind of number, with parameters of its own.
    pub fn cast<G: Scalar>(&self) -> Mlp<G> {
        let layers = self.layers.iter().map(|(name, linear)| (name.clone(), linear.cast())).collect();
        Mlp { layers, activation: self.activation, output: self.output }
    }
}

impl<F: Scalar> Parameters<F> for Mlp<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        self.layers().for_each(|linear| linear.each_param(visit));
    }
}

impl<F: Scalar> Module<F> for Mlp<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        Mlp::forward(self, x)
    }
}
