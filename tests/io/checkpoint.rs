//! A training that is interrupted and goes on later ends with the same bits as one that is not.

use super::{net, numbers};
use crate::made_up_digits::DIGITS;
use gradus::io::{Checkpoint, IoError, Progress, RngState, load_safetensors, save_safetensors};
use gradus::nn::{Activation, BatchNorm, Dropout, Init, Linear, Mlp, Module, Parameters, Sequential};
use gradus::optim::{Adam, AdamW, Optimizer, RmsProp, Schedule, Sgd, Stateful};
use gradus::prelude::*;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::fs;
use std::path::Path;

const EPOCHS: usize = 12;

/// A step on a batch that is drawn at random.
fn step(net: &impl Module<f32>, optimizer: &mut impl Optimizer<f32>, rng: &mut ChaCha8Rng) {
    let mut tape = Tape::new();
    let x = tape.input(ndarray::Array2::from_shape_simple_fn((6, 4), || rng.random_range(-1.0_f32..1.0)));
    let loss = net.forward(x).quadratic_cost(tape.input(ndarray::Array2::zeros((6, 3))));
    optimizer.step(net, &loss.backward()).expect("a step");
    tape.rewind();
}

/// Trains for some epochs, then starts again from the file with other weights, an optimizer without memory and other random numbers.
fn interrupted_at<O: Stateful<f32>>(stop: Option<usize>, make: fn() -> O) -> Vec<ndarray::ArrayD<f32>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("training.safetensors");
    let (mut model, mut optimizer, mut rng) = (net(1), make(), seeded(1));
    let mut epoch = 0;
    while epoch < EPOCHS {
        if Some(epoch) == stop {
            let progress = Progress { epoch, ..Progress::default() };
            let checkpoint = Checkpoint::new().params(&model).optimizer(&optimizer).rng(&rng).progress(progress);
            checkpoint.save(&path).expect("written");
            (model, optimizer, rng) = (net(2), make(), seeded(2));
            let saved = Checkpoint::load(&path).expect("read");
            assert_eq!(saved.restore(&model, &mut optimizer, [&mut rng]).expect("it fits"), progress);
        }
        step(&model, &mut optimizer, &mut rng);
        epoch += 1;
    }
    numbers(&model)
}

fn goes_on<O: Stateful<f32>>(name: &str, make: fn() -> O) {
    let undisturbed = interrupted_at(None, make);
    for stop in [0, 1, 7, EPOCHS - 1] {
        assert_eq!(interrupted_at(Some(stop), make), undisturbed, "{name}, interrupted at {stop}");
    }
}

/// A model with averages that run, and with random numbers of its own.
fn with_dropout(seed: u64) -> (Sequential, Dropout) {
    let (rng, dropout) = (&mut seeded(seed), Dropout::new(0.4, seed));
    let net = Sequential::new()
        .then(Linear::new("in", 4, 6, Init::He, Init::Zeros, rng))
        .then(BatchNorm::new("norm", 6))
        .then(dropout.clone())
        .then(Linear::new("out", 6, 3, Init::He, Init::Zeros, rng));
    (net, dropout)
}

#[test]
fn running_averages_and_dropout_go_on_to_the_same_bits() {
    let ends = [None, Some(0), Some(5)].map(|stop| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("training.safetensors");
        let ((mut net, mut dropout), mut adam, mut rng) = (with_dropout(1), Adam::new(0.01), seeded(1));
        for epoch in 0..EPOCHS {
            if Some(epoch) == stop {
                let checkpoint = Checkpoint::new().params(&net).optimizer(&adam);
                checkpoint.rng(&rng).rng(&*dropout.rng()).save(&path).expect("written");
                ((net, dropout), adam, rng) = (with_dropout(2), Adam::new(0.01), seeded(2));
                let saved = Checkpoint::load(&path).expect("read");
                saved.restore(&net, &mut adam, [&mut rng, &mut *dropout.rng()]).expect("it fits");
            }
            step(&net, &mut adam, &mut rng);
        }
        net.state().iter().map(Param::value).collect::<Vec<_>>()
    });
    assert_eq!(ends[0].len(), 8, "four parameters of layers, two of the norm, and its two averages");
    assert!(ends[1..].iter().all(|end| *end == ends[0]));
}

#[test]
fn every_optimizer_goes_on_to_the_same_bits() {
    goes_on("SGD", || Sgd::new(0.1));
    goes_on("momentum", || Sgd::new(0.1).momentum(0.9));
    goes_on("Nesterov", || Sgd::new(0.1).nesterov(0.9));
    goes_on("RMSProp", || RmsProp::new(0.01));
    goes_on("Adam", || Adam::new(0.01));
    goes_on("AdamW", || AdamW::new(0.01));
}

#[test]
fn an_optimizer_that_is_chosen_at_run_time_goes_on_to_the_same_bits() {
    goes_on("Adam", || -> Box<dyn Stateful<f32>> { Box::new(Adam::new(0.01)) });
    assert_eq!(
        interrupted_at(Some(7), || -> Box<dyn Stateful<f32>> { Box::new(Adam::new(0.01)) }),
        interrupted_at(None, || Adam::new(0.01))
    );
}

#[test]
fn an_optimizer_behind_a_reference_needs_no_box() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("training.safetensors");
    let (model, optimizer): (_, &mut dyn Stateful<f32>) = (net(1), &mut RmsProp::new(0.01));
    Checkpoint::new().params(&model).optimizer(optimizer).save(&path).expect("written");
    Checkpoint::load(&path).expect("read").restore(&model, optimizer, []).expect("it fits");
}

#[test]
fn a_note_comes_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("training.safetensors");
    for note in [None, Some(""), Some("{\"rate\": 0.1}\n\u{1F600} \\")] {
        let checkpoint = Checkpoint::new().params(&net(1));
        let checkpoint = note.into_iter().fold(checkpoint, |checkpoint, note| checkpoint.note(note));
        checkpoint.save(&path).expect("written");
        assert_eq!(Checkpoint::load(&path).expect("read").note(), note);
    }
}

/// Two epochs of 6 batches of digits. After `stop` steps it is interrupted in the middle of an epoch.
fn digits(stop: Option<usize>) -> Vec<ndarray::ArrayD<f32>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("training.safetensors");
    let train = DIGITS.train().first(60);
    let schedule = Schedule::cosine(0.01, 12);
    let start = |seed| {
        let mut rng = seeded(seed);
        (Mlp::<f32>::new(&[784, 12, 10], Activation::Sigmoid, &mut rng), Adam::new(0.0), rng)
    };
    let (mut net, mut adam, mut rng) = start(1);
    let mut at = Progress::default();
    'training: loop {
        for epoch in at.epoch..2 {
            let order = RngState::of(&rng);
            for (index, batch) in train.batches(10, &mut rng).enumerate().skip(at.batch) {
                if stop == Some(at.step) && !path.exists() {
                    let checkpoint = Checkpoint::new().params(&net).optimizer(&adam).rng(&order);
                    checkpoint.progress(Progress { epoch, batch: index, step: at.step }).save(&path).expect("written");
                    (net, adam, rng) = start(2);
                    let saved = Checkpoint::find(&path).expect("read").expect("it is there");
                    at = saved.restore(&net, &mut adam, [&mut rng]).expect("it fits");
                    continue 'training;
                }
                let tape = Tape::new();
                let logits = net.forward(tape.input(&batch.images));
                let loss = logits.softmax_cross_entropy(tape.input(&batch.labels));
                adam.learning_rate = schedule.at(at.step);
                adam.step(&net, &loss.backward()).expect("a step");
                at.step += 1;
            }
            at.batch = 0;
        }
        return numbers(&net);
    }
}

#[test]
fn a_training_on_digits_goes_on_in_the_middle_of_an_epoch() {
    let undisturbed = digits(None);
    for stop in [0, 4, 6, 11] {
        assert_eq!(digits(Some(stop)), undisturbed, "after {stop} steps");
    }
}

/// A checkpoint after three steps with Adam.
fn saved_at(path: &Path) {
    let (model, mut adam, mut rng) = (net(1), Adam::new(0.01), seeded(1));
    (0..3).for_each(|_| step(&model, &mut adam, &mut rng));
    let progress = Progress { epoch: 1, batch: 2, step: 3 };
    Checkpoint::new().params(&model).optimizer(&adam).rng(&rng).progress(progress).save(path).expect("written");
}

#[test]
fn what_does_not_belong_to_the_training_is_refused_and_nothing_is_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("training.safetensors");
    saved_at(&path);
    let saved = Checkpoint::load(&path).expect("read");
    let (model, mut adam, mut rng) = (net(2), Adam::<f32>::new(0.01), seeded(2));
    let mut told = Vec::new();
    told.push(saved.restore(&model, &mut Sgd::new(0.1), [&mut rng]).unwrap_err());
    told.push(saved.restore(&model, &mut adam, []).unwrap_err());
    let small = Mlp::<f32>::new(&[4, 2, 3], Activation::Tanh, &mut seeded(1));
    told.push(saved.restore(&small, &mut adam, [&mut rng]).unwrap_err());
    assert!(small.layers().all(|layer| layer.weights.version() == 0));
    assert_eq!(numbers(&model), numbers(&net(2)));
    assert!(adam.state().is_empty() && rng == seeded(2));

    save_safetensors(&path, &model).expect("written");
    told.push(Checkpoint::load(&path).unwrap_err());
    let without = Checkpoint::new().params(&model).rng(&rng);
    without.save(&path).expect("written");
    let saved = Checkpoint::load(&path).expect("read");
    told.push(saved.restore(&model, &mut adam, [&mut rng]).unwrap_err());
    let told: Vec<String> = told.iter().map(IoError::to_string).collect();
    insta::assert_snapshot!(told.join("\n").replace(&folder.path().display().to_string(), "models"));
}

#[test]
fn the_parameters_alone_can_be_taken_from_a_checkpoint_and_not_by_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("training.safetensors");
    saved_at(&path);
    let model = net(2);
    Checkpoint::load(&path).expect("read").restore_params(&model).expect("it fits");
    assert_ne!(numbers(&model), numbers(&net(2)));
    assert!(matches!(load_safetensors(&path, &model), Err(IoError::Differences { .. })));
    assert!(Checkpoint::find(folder.path().join("none")).expect("nothing is wrong").is_none());
    assert!(matches!(Checkpoint::load(folder.path().join("none")), Err(IoError::Unreadable { .. })));
}

#[test]
fn a_checkpoint_that_could_not_be_restored_is_not_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("training.safetensors");
    let (model, mut adam) = (net(1), Adam::new(0.01));
    step(&model, &mut adam, &mut seeded(1));
    let alone = vec![model.layers().next().expect("a layer").weights.clone()];
    let forgotten = Checkpoint::new().params(&alone).optimizer(&adam).save(&path);
    assert!(matches!(forgotten, Err(IoError::Name { name, .. }) if name == "layer1/b"));
    let twins = Checkpoint::new().params(&model).params(&net(2)).save(&path);
    assert!(matches!(twins, Err(IoError::Name { .. })));
    assert!(!path.exists());
}

#[test]
fn no_flipped_bit_of_a_checkpoint_goes_unnoticed_where_it_matters() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("training.safetensors");
    saved_at(&path);
    let bytes = fs::read(&path).expect("read");
    let whole = format!("{:?}", Checkpoint::load(&path).expect("read"));
    for bit in (0..bytes.len()).map(|byte| 8 * byte + byte % 8) {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &damaged).expect("written");
        let noticed = Checkpoint::load(&path).map_or(true, |saved| format!("{saved:?}") != whole);
        assert!(noticed || bytes[bit / 8] == b' ', "bit {bit}, of {:?}", bytes[bit / 8] as char);
    }
}
