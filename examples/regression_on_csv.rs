//! Regression on a table of your own: `cargo run --release --example regression_on_csv --features csv,io`.
//!
//! `houses.csv` is made up: price = 30 + 2.4 area + 0.004 area (year - 1900) + 6 rooms + normal noise. The noise has a standard deviation of 12, so no
//! model can be less off on new houses, but by chance.

use gradus::data::{Dataset, Standardizer, Table};
use gradus::io::{Arrays, Layout};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;

/// The network learns prices in hundreds, so that its outputs are about as large as its standardized inputs.
const UNIT: f64 = 100.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = Table::read(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/houses.csv"))?;
    let (x, price) = (table.features::<f32>(&["area", "rooms", "year"])?, table.features::<f32>(&["price"])?);
    let mut rng = seeded(7);
    let (training, validation) = Dataset::new(x, price).split(0.8, &mut rng);
    let standard = Standardizer::of(&training);
    let [training, validation] = [training, validation].map(|part| standard.apply(&part));

    let net = Mlp::<f32>::new(&[3, 16, 1], Activation::Tanh, &mut rng).logits();
    let (mut tape, mut adam) = (Tape::new(), Adam::new(0.03));
    for epoch in 1..=60 {
        for batch in training.batches(16, &mut rng) {
            tape.rewind();
            let price = tape.input(&batch.targets) / UNIT;
            let loss = net.forward(tape.input(&batch.features)).mean_squared_error(price);
            adam.step(&net, &loss.backward())?;
        }
        if epoch % 15 == 0 {
            let [learned, new] = [&training, &validation].map(|part| off_by(&net, part));
            println!("epoch {epoch:2}: off by {learned:4.1} in training, by {new:4.1} on new houses");
        }
    }

    // The network is of no use without the means and deviations that its inputs were standardized with, so they go into the same file.
    let mut arrays = Arrays::of(&net, Layout::Gradus)?;
    arrays.insert("mean", standard.mean())?;
    arrays.insert("std", standard.std())?;
    let path = std::env::temp_dir().join("houses.safetensors");
    arrays.save_safetensors(&path)?;
    println!("kept in {}", path.display());
    Ok(())
}

/// The root of the mean squared error, in units of the price.
fn off_by(net: &Mlp<f32>, part: &Dataset<f32>) -> f64 {
    let (tape, whole) = (Tape::new(), part.whole());
    let price = tape.input(&whole.targets) / UNIT;
    UNIT * f64::from(net.forward(tape.input(&whole.features)).mean_squared_error(price).item()).sqrt()
}
