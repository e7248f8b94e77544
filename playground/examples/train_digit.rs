//! Trains the network that reads a digit, and writes `playground/digit/`: its weights, and a digit of each kind to try it with, both gzipped. Run it in the
//! folder of the repository: `cargo run -p gradus-playground --example train_digit`. It prints the accuracy on the 10,000 digits of the test.

use flate2::{Compression, GzBuilder};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use gradus_playground::digit::{Reader, net, to_bytes};
use std::error::Error;
use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::Path;

const EPOCHS: usize = 12;
const RATE: f64 = 0.1;

fn main() -> Result<(), Box<dyn Error>> {
    let digits = Mnist::open("data/mnist")?;
    let mut rng = seeded(7);
    let net = net::<f32>(&mut rng);
    let mut sgd = Sgd::new(RATE).momentum(0.9);
    let mut tape = Tape::new();
    for epoch in 0..EPOCHS {
        // Smaller steps towards the end: they find a lower place.
        *sgd.learning_rate() = RATE * (1.0 - epoch as f64 / EPOCHS as f64);
        for batch in digits.train().batches(50, &mut rng) {
            let (x, y) = (tape.input(&batch.images), tape.input(&batch.labels));
            sgd.step(&net, &net.forward(x).softmax_cross_entropy(y).backward())?;
            tape.rewind();
        }
        println!("epoch {}: {:.2}%", epoch + 1, 100.0 * digits.test().accuracy(&net));
    }
    let folder = Path::new("playground/digit");
    create_dir_all(folder)?;
    let weights = to_bytes(&net);
    // As they are read again, in 2 bytes each.
    println!("as written: {:.2}%", 100.0 * digits.test().accuracy(Reader::new(&weights)?.net()));
    write(&folder.join("weights.gz"), &weights)?;
    let test = digits.test();
    let first = |digit| (0..test.len()).find(|&index| usize::from(test.label(index)) == digit);
    let examples: Vec<u8> = (0..10).filter_map(first).flat_map(|index| test.pixels(index).to_vec()).collect();
    write(&folder.join("examples.gz"), &examples)
}

/// Without a time, so that the same bytes make the same file.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut file = GzBuilder::new().write(File::create(path)?, Compression::best());
    file.write_all(bytes)?;
    file.finish()?;
    Ok(())
}
