//! A classifier of your own images: `cargo run --release --example image_classifier --features image,io -- pets`, for a folder `pets` with a subfolder of
//! PNG and JPEG files for each class: `pets/cat/1.jpg`, `pets/dog/1.png`. It learns from four fifths of them, and is judged by the others.

use gradus::data::{Colours, Dataset, ImageFolder};
use gradus::io::{Arrays, Layout};
use gradus::nn::{
    Activation, Conv2d, Dropout, Flatten, Init, Linear, MaxPool2d, Module, Predict, Sequential, accuracy,
};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;
use std::error::Error;
use std::path::Path;

/// All images are brought to this height and width.
const SIDE: usize = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("say which folder has the images: image_classifier pets")?;
    train(Path::new(&folder), 20).map(|_| ())
}

/// Trains for so many epochs. The result is the share of the other images that are classified right.
pub fn train(folder: &Path, epochs: usize) -> Result<f64, Box<dyn Error>> {
    let pictures = ImageFolder::read(folder, Colours::Rgb, SIDE)?;
    println!("{} images of {}", pictures.files.len(), pictures.classes.join(", "));
    let mut rng = seeded(7);
    let (training, validation) = pictures.images.split(0.8, &mut rng);
    let net = Sequential::<f32>::new()
        .then(Conv2d::new("conv1", 3, 16, 5, Init::He, &mut rng)) // maps of 28 by 28
        .then(Activation::Relu)
        .then(MaxPool2d::new(2)) // 14 by 14
        .then(Conv2d::new("conv2", 16, 32, 5, Init::He, &mut rng)) // 10 by 10
        .then(Activation::Relu)
        .then(MaxPool2d::new(2)) // 5 by 5
        .then(Flatten)
        .then(Dropout::new(0.3, 7))
        .then(Linear::new("scores", 32 * 5 * 5, pictures.classes.len(), Init::Scaled, Init::Zeros, &mut rng));

    let (mut tape, mut adam) = (Tape::new(), Adam::new(0.001));
    for epoch in 1..=epochs {
        for batch in training.batches(16, &mut rng) {
            tape.rewind();
            let scores = net.forward(tape.input(&batch.features));
            adam.step(&net, &scores.softmax_cross_entropy(tape.input(&batch.targets)).backward())?;
        }
        let [learned, new] = [&training, &validation].map(|part| 100.0 * share_right(&net, part));
        println!("epoch {epoch:2}: {learned:5.1}% of the training images are right, {new:5.1}% of the others");
    }
    let path = std::env::temp_dir().join("images.safetensors");
    Arrays::of(&net, Layout::PyTorch)?.save_safetensors(&path)?;
    println!("kept in {}, as PyTorch reads it", path.display());
    Ok(share_right(&net, &validation))
}

fn share_right(net: &Sequential, part: &Dataset<f32>) -> f64 {
    accuracy(net.predict(&part.features()).view(), &part.labels().unwrap_or_default())
}
