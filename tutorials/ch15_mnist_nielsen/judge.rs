//! Judges a start: how wide the weighted sums spread, then two epochs on real digits with it.

use frame::{Judge, Judgement};
use gradus::data::{Mnist, seeded};
use gradus::nn::{Activation, Init, Linear, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use rand::RngExt;

pub fn judge(spread: fn(usize) -> f64) -> Judgement {
    Judge::examine("15_mnist_nielsen", |judge| {
        let some = judge.rng().random_range(30..700);
        for n_in in [784, 100, 20, 1, 10_000, some] {
            judge.given(format!("a layer of {n_in} inputs that spread by 1"));
            let z = weighted_sums(judge, n_in, spread(n_in));
            let expected = "0.3 to 3, where a sigmoid is not flat";
            judge.holds("the spread of its weighted sums", expected, format!("{z:.2}"), (0.3..=3.0).contains(&z));
        }
        match frame::mnist(None) {
            Ok(mnist) => {
                judge.given("784-100-20-10 sigmoids, two epochs at rate 3 from your start");
                let accuracy = train(&mnist, spread);
                let percent = format!("{:.1}% (from N(0, 1) it is 92%)", 100.0 * accuracy);
                judge.holds("test digits read right", "at least 95%", percent, accuracy >= 0.95);
            }
            Err(error) => judge.unable(error),
        }
    })
}

/// The standard deviation of weighted sums of `n_in` inputs of spread 1.
fn weighted_sums(judge: &mut Judge, n_in: usize, spread: f64) -> f64 {
    let inputs = Init::Normal(1.0).draw::<f64, _>((50, n_in), n_in, 50, judge.rng());
    let weights = Init::Normal(spread).draw::<f64, _>((n_in, 50), n_in, 50, judge.rng());
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
    let (mut sgd, mut tape) = (Sgd::new(3.0), Tape::new());
    for _ in 0..2 {
        for batch in train.batches(10, &mut rng) {
            let loss = net.forward(tape.input(&batch.images)).quadratic_cost(tape.input(&batch.one_hot));
            sgd.step(&net, &loss.backward()).expect("every parameter has a gradient");
            tape.rewind();
        }
    }
    mnist.test().accuracy(&net)
}
