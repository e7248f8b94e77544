//! Judges a δ: on networks of one to three layers, as narrow as one unit, with one sample and with several.

use super::by_hand::{self, backpropagate};
use frame::{Judge, Judgement};
use gradus::nn::{Activation, Init, Mlp};
use gradus::prelude::*;
use ndarray::Array2;

/// What the tape holds of a layer, one row for each sample.
pub struct Recorded<'t> {
    pub z: Var<'t, f64>,
    pub a: Var<'t, f64>,
}

type Delta = fn(&Gradients<f64>, &[Recorded], usize) -> Array2<f64>;

/// The value of a Var with two axes.
pub fn as_matrix(var: Var<f64>) -> Array2<f64> {
    by_hand::matrix(var.value())
}

pub fn judge(delta: Delta) -> Judgement {
    Judge::examine("14_four_equations", |judge| {
        let networks: [&[usize]; 5] = [&[3, 4, 2], &[1, 1], &[5, 1, 3], &[1, 4, 1], &[2, 3, 4, 2]];
        for (sizes, samples) in networks.into_iter().flat_map(|sizes| [2, 1, 7].map(|samples| (sizes, samples))) {
            for size in [1.0, 8.0] {
                one_network(judge, delta, sizes, samples, size);
            }
        }
    })
}

fn one_network(judge: &mut Judge, delta: Delta, sizes: &[usize], samples: usize, size: f64) {
    let start = Init::Normal(size);
    let net = Mlp::<f64>::with_init(sizes, Activation::Sigmoid, start, Init::Normal(1.0), judge.rng());
    let x: Array2<f64> = judge.draw((samples, sizes[0]), 2.0);
    let y: Array2<f64> = judge.draw((samples, sizes[sizes.len() - 1]), 1.0);

    let tape = Tape::new();
    let mut layers: Vec<Recorded> = Vec::new();
    for linear in net.layers() {
        let z = linear.forward(layers.last().map_or(tape.input(&x), |below| below.a));
        layers.push(Recorded { z, a: z.sigmoid() });
    }
    let gradients = layers[layers.len() - 1].a.quadratic_cost(tape.input(&y)).backward();

    let by_hand = backpropagate(&net, &x.t().to_owned(), &y.t().to_owned());
    for (l, layer) in (1..).zip(&by_hand) {
        let right = &layer.delta;
        let mean = right / samples as f64;
        judge.given(format!("layer {l} of a network {sizes:?} with weights of size {size}, for {samples} sample(s)"));
        judge
            .equal("δ, a column for each sample", right, delta(&gradients, &layers, l))
            .slip("this is the slope with respect to a, not z: it has not gone through the sigmoid yet; and it has a row for each sample, not a column", || {
                (&layer.slope_of_a / samples as f64).reversed_axes()
            })
            .slip("this is the slope with respect to a, not z: it has not gone through the sigmoid yet", || &layer.slope_of_a)
            .slip("these are slopes of the mean cost over the batch, not of each sample's own; and a sample is a row here", || mean.t().to_owned())
            .slip("these are slopes of the mean cost over the batch, not of each sample's own", || &mean)
            .slip("a sample is a row here, and the book's samples are columns", || right.t().to_owned());
    }
}
