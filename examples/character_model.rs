//! A model of the characters of a text: `cargo run --release --example character_model -- your_text.txt`; without a file it learns "Jabberwocky" (Lewis
//! Carroll, 1871). Its loss is in nats per character: at 2 it is as unsure as if it had to choose among e² = 7.4 equally likely characters.
//! (The poem is so short that it is soon known by heart, and what the net says of the last tenth, which it does not learn from, gets worse.)

use gradus::data::{Dataset, Vocabulary};
use gradus::nn::{Embedding, Init, Linear, Module, Rnn, Sequential};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;
use rand::distr::{Distribution, weighted::WeightedIndex};

/// The characters of a window of the text.
const PLACES: usize = 32;
/// The numbers that stand for a character, and those of the memory.
const WIDTH: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let poem = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/jabberwocky.txt").to_owned();
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap_or(poem))?;
    let vocabulary = Vocabulary::of(&text);
    let numbers = vocabulary.encode(&text)?;
    let (learned, new) = numbers.split_at(numbers.len() * 9 / 10);
    if new.len() <= PLACES {
        return Err(format!("{} characters are not enough to learn from and to be judged by", numbers.len()).into());
    }
    let [training, validation] = [learned, new].map(|part| Dataset::<f32>::of_text(part, PLACES));

    let (mut rng, symbols) = (seeded(7), vocabulary.len());
    let net = Sequential::new()
        .then(Embedding::new("characters", symbols, WIDTH, Init::Normal(0.5), &mut rng))
        .then(Rnn::gru("memory", WIDTH, WIDTH, &mut rng))
        .then(Linear::new("scores", WIDTH, symbols, Init::Scaled, Init::Zeros, &mut rng));
    let (mut tape, mut adam) = (Tape::new(), Adam::new(0.01));
    for round in 1..=5 {
        for batch in training.batches(32, &mut rng).take(10) {
            tape.rewind();
            let loss = nats(&net, tape.input(&batch.features), tape.input(&batch.targets));
            adam.step(&net, &loss.backward().clip_norm(&net, 1.0))?;
        }
        let whole = validation.whole();
        let nats = tape.no_grad(|| nats(&net, tape.input(&whole.features), tape.input(&whole.targets)).item());
        let mut written = learned[..PLACES].to_vec();
        for _ in 0..60 {
            let read = tape.labels(&written[written.len() - PLACES..]).reshape([1, PLACES]);
            let p = tape.eval(|| net.forward(read)).slice(s![0, -1, ..]).softmax(0).value();
            written.push(WeightedIndex::new(p)?.sample(&mut rng));
        }
        let written = vocabulary.decode(&written[PLACES..]).replace('\n', " / ");
        println!("after {:2} steps: {nats:.2} nats per new character; it writes: {written}", 10 * round);
    }
    Ok(())
}

/// The mean of -ln p over all characters, p being what the network gave to the one that follows.
fn nats<'t>(net: &Sequential, read: Var<'t>, next: Var<'t>) -> Var<'t> {
    let (scores, characters) = (net.forward(read), next.shape().size());
    let symbols = scores.shape()[2];
    scores.reshape([characters, symbols]).softmax_cross_entropy(next.reshape([characters]))
}
