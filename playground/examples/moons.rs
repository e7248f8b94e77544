//! A network of the playground, as a program of one's own: the same points, weights and batches, so the same losses.

use gradus::data::{Dataset, moons};
use gradus::ndarray::{Array2, array};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Optimizer, RmsProp};
use gradus::prelude::*;

/// What the network sees of a point.
fn features(x1: f64, x2: f64) -> [f64; 2] {
    [x2, x1 * x1]
}

/// The cross-entropy between the classes y and the sigmoid of z.
fn loss<'t>(z: Var<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {
    z.binary_cross_entropy_with_logits(y)
}

/// Prints the loss, and the share of points on the right side.
fn report(name: &str, net: &Mlp<f64>, data: &Dataset<f64>) {
    let (tape, all) = (Tape::new(), data.whole());
    tape.no_grad(|| {
        let (z, y) = (net.forward(tape.input(&all.features)), tape.input(&all.targets));
        let right = z.value().iter().zip(&y.value()).filter(|&(&z, &y)| (z > 0.0) == (y > 0.5)).count();
        println!("{name}: loss {:.9}, {:.1}% right", loss(z, y).item(), 100.0 * right as f64 / data.len() as f64);
    });
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Where all random numbers come from: of the points, the split, the weights and the batches, in this order.
    let mut rng = seeded(5);
    let (points, labels) = moons::<f64>(100, 0.05, &mut rng);
    let points = points - array![0.5, 0.25]; // to the middle of the plane
    let seen = |row: usize| features(points[[row, 0]], points[[row, 1]]);
    let x = Array2::from_shape_fn((labels.len(), 2), |(row, column)| seen(row)[column]);
    let y = Array2::from_shape_fn((labels.len(), 1), |(row, _)| labels[row] as f64);
    let (training, validation) = Dataset::new(x, y).split(1.0 - 0.5, &mut rng);

    let net = Mlp::<f64>::new(&[2, 3, 3, 1], Activation::Sigmoid, &mut rng).logits();
    let mut optimizer = RmsProp::new(0.01);
    let (mut tape, mut step) = (Tape::new(), 0);
    while step < 250 {
        for batch in training.batches(10, &mut rng).take(250 - step) {
            let (x, y) = (tape.input(&batch.features), tape.input(&batch.targets));
            let mut objective = loss(net.forward(x), y);
            for layer in net.layers() {
                objective += tape.param(&layer.weights).square().sum() * (0.001 / 2.0);
            }
            optimizer.step(&net, &objective.backward())?;
            tape.rewind();
            step += 1;
        }
    }
    report("training", &net, &training);
    report("validation", &net, &validation);
    Ok(())
}
