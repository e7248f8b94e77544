//! Judges a start: the spread of the first weighted sums, then the source's whole run with it.

use frame::Judge;
use gradus::data::{Mnist, seeded};
use gradus::nn::{Activation, Init, Linear, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use std::process::ExitCode;

pub fn judge(spread: fn(usize) -> f64) -> ExitCode {
    let mut judge = Judge::new("Exercise 15: the start");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/mnist");
    let mnist = match Mnist::open(folder) {
        Ok(mnist) => mnist,
        Err(error) => {
            judge.say(&format!("error: {error}"));
            return ExitCode::from(2);
        }
    };
    for n_in in [1, 20, 100, 784, 10_000] {
        let z = weighted_sums(n_in, spread(n_in));
        let expected = "between 0.3 and 3, where a sigmoid is not flat";
        let input = format!("the spread of a sum of {n_in} inputs that spread by 1");
        judge.case(input, expected, format!("{z:.2}"), (0.3..=3.0).contains(&z));
    }
    judge.say("training as the source does, with your start ...");
    let accuracy = train(&mnist, spread);
    judge.case("accuracy after 30 epochs", "at least 0.96", accuracy, accuracy >= 0.96);
    judge.verdict(
        "add up n independent numbers that each spread by s: how wide does the sum spread? Which s makes that 1?",
    )
}

/// The standard deviation of weighted sums of `n_in` inputs of spread 1.
fn weighted_sums(n_in: usize, spread: f64) -> f64 {
    let mut rng = seeded(15);
    let inputs = Init::Normal(1.0).draw::<f64, _>((20, n_in), n_in, 50, &mut rng);
    let weights = Init::Normal(spread).draw::<f64, _>((n_in, 50), n_in, 50, &mut rng);
    inputs.dot(&weights).std(0.0)
}

fn train(mnist: &Mnist, spread: fn(usize) -> f64) -> f64 {
    let mut rng = seeded(7);
    let net = Mlp::<f32>::with_init(&[784, 100, 20, 10], Activation::Sigmoid, Init::Zeros, Init::Normal(1.0), &mut rng);
    for Linear { weights, .. } in net.layers() {
        let (n_in, n_out) = (weights.shape()[0], weights.shape()[1]);
        weights.set(&Init::Normal(spread(n_in)).draw::<f32, _>((n_in, n_out), n_in, n_out, &mut rng));
    }
    let train = mnist.train().first(50_000);
    let (mut sgd, mut tape) = (Sgd::new(0.1), Tape::new());
    for _ in 0..30 {
        for batch in train.batches(10, &mut rng) {
            let loss = net.forward(tape.input(&batch.images)).quadratic_cost(tape.input(&batch.one_hot));
            sgd.step(&net, &loss.backward()).expect("every parameter has a gradient");
            tape.rewind();
        }
    }
    mnist.test().accuracy(&net)
}
