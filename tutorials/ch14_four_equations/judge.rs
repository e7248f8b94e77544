//! Judges a δ: on networks of one to three layers, as narrow as one unit, with one sample and with several.

#[allow(dead_code)] // the chapter uses all of it
#[path = "by_hand.rs"]
mod by_hand;

use by_hand::backpropagate;
use frame::Judge;
use gradus::nn::{Activation, Init, Mlp};
use gradus::prelude::*;
use ndarray::Array2;
use std::process::ExitCode;

/// What the tape holds of a layer, one row for each sample.
#[allow(dead_code)] // the exercise starts with one of the two
pub struct Recorded<'t> {
    pub z: Var<'t, f64>,
    pub a: Var<'t, f64>,
}

type Delta = fn(&Gradients<f64>, &[Recorded], usize) -> Array2<f64>;

/// The value of a Var with two axes.
pub fn as_matrix(var: Var<f64>) -> Array2<f64> {
    by_hand::matrix(var.value())
}

pub fn judge(delta: Delta) -> ExitCode {
    let mut judge = Judge::new("Exercise 14: which node is δ?");
    let mut rng = seeded(14);
    let networks: [&[usize]; 5] = [&[3, 4, 2], &[1, 1], &[5, 1, 3], &[1, 4, 1], &[2, 3, 4, 2]];
    for (sizes, samples) in networks.into_iter().flat_map(|sizes| [1, 2, 7].map(|samples| (sizes, samples))) {
        let net = Mlp::<f64>::with_init(sizes, Activation::Sigmoid, Init::Normal(1.0), Init::Normal(1.0), &mut rng);
        let mut draw = |width: usize| Init::Normal(1.0).draw::<f64, _>((samples, width), 1, 1, &mut rng);
        let (x, y) = (draw(sizes[0]), draw(sizes[sizes.len() - 1]));

        let tape = Tape::new();
        let mut layers: Vec<Recorded> = Vec::new();
        for linear in net.layers() {
            let z = linear.forward(layers.last().map_or(tape.input(&x), |below| below.a));
            layers.push(Recorded { z, a: z.sigmoid() });
        }
        let gradients = layers[layers.len() - 1].a.quadratic_cost(tape.input(&y)).backward();

        let by_hand = backpropagate(&net, &x.t().to_owned(), &y.t().to_owned());
        for (l, expected) in (1..).zip(by_hand.iter().map(|layer| &layer.delta)) {
            let got = delta(&gradients, &layers, l);
            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12;
            let good = got.shape() == expected.shape() && got.iter().zip(expected).all(near);
            let input = format!("δ of layer {l} of a network {sizes:?}, for {samples} sample(s)");
            judge.case(input, shown(expected), shown(&got), good);
        }
    }
    judge.verdict(
        "δ is the slope with respect to what: a or z? Of one sample's cost, or of the mean over how many? And is a sample a row or a column?",
    )
}

fn shown(matrix: &Array2<f64>) -> String {
    let rows: Vec<String> = matrix.outer_iter().map(|row| format!("{:.4?}", row.to_vec())).collect();
    format!("{:?}: {}", matrix.shape(), rows.join(" "))
}
