//! What goes up through the layers of a net, and what comes back down.

use gradus::data::Digits;
use gradus::nn::{Activation, Init, Linear, Mlp};
use gradus::prelude::*;
use rand::Rng;

/// Number of starts for a median: through a hundred layers one start differs from another by a factor of ten or more.
pub const STARTS: usize = 101;

/// A net before its first step, looked at with one batch.
pub struct Signals {
    /// For each layer the root of the mean square of its outputs.
    pub sizes: Vec<f64>,
    /// For each layer the norm of the gradient of its weights.
    pub gradients: Vec<f64>,
    /// The share of hidden outputs a with a (1 - a) < 0.01: sigmoids that are flat there.
    pub flat: f64,
}

/// The layers of a net one by one, in any kind of number.
pub fn signals<F: Scalar>(
    rng: &mut impl Rng,
    batch: &Digits,
    sizes: &[usize],
    activation: Activation,
    start: Init,
) -> Signals {
    let net = Mlp::<F>::with_init(sizes, activation, start, Init::Zeros, rng);
    let layers: Vec<&Linear<F>> = net.layers().collect();
    let (tape, labels) = (Tape::new(), batch.labels().iter().copied().map(usize::from).collect::<Vec<_>>());
    let mut a = tape.input(batch.images::<F>());
    let (mut outputs, mut hidden, mut flat) = (Vec::new(), 0, 0);
    for (number, layer) in (1..).zip(&layers) {
        let z = layer.forward(a);
        a = if number < layers.len() { activation.of(z) } else { z };
        outputs.push(root_mean_square(a));
        if number < layers.len() {
            let slopes = a.value().mapv(|a| a.to_f64() * (1.0 - a.to_f64()));
            flat += slopes.iter().filter(|&&slope| slope < 0.01).count();
            hidden += slopes.len();
        }
    }
    let gradients = a.softmax_cross_entropy(tape.labels(&labels)).backward();
    let norm = |layer: &&Linear<F>| {
        let gradient = gradients.param(&layer.weights).expect("the loss depends on every layer");
        root_mean_square(gradient) * (gradient.shape().size() as f64).sqrt()
    };
    let gradients = layers.iter().map(norm).collect();
    Signals { sizes: outputs, gradients, flat: flat as f64 / hidden as f64 }
}

/// The norm of the gradient of the first layer's weights, in a net of ReLUs.
pub fn median_first_gradient<F: Scalar>(mut rng: impl Rng, batch: &Digits, sizes: &[usize], start: Init) -> f64 {
    let mut norms: Vec<f64> =
        (0..STARTS).map(|_| signals::<F>(&mut rng, batch, sizes, Activation::Relu, start).gradients[0]).collect();
    norms.sort_by(f64::total_cmp);
    norms[STARTS / 2]
}

fn root_mean_square<F: Scalar>(x: Var<F>) -> f64 {
    (x.value().iter().map(|x| x.to_f64().powi(2)).sum::<f64>() / x.shape().size() as f64).sqrt()
}
