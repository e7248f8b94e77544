//! `gradus run`: a step from a file trains on digits, goes on from its checkpoint, and what cannot be done is said. Plugins are tried where `GRADUS_PJRT_PLUGINS` names some
//! (`.ci/stablehlo`).

#![cfg(feature = "xla")]

use crate::support::run;
use gradus::nn::{Activation, Mlp};
use gradus::optim::Adam;
use gradus::prelude::*;
use gradus::step::Step;
use ndarray::{ArrayD, IxDyn};
use serde_json::Value;
use std::fs;
use std::path::Path;

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");
const BATCH: usize = 16;

/// A step that trains a small net on digits, as a file of this folder.
fn write_step(folder: &Path) {
    let net = Mlp::<f32>::new(&[784, 16, 10], Activation::Relu, &mut seeded(7)).logits();
    let [pixels, labels] = [&[BATCH, 784][..], &[BATCH]].map(|shape| ArrayD::<f32>::zeros(IxDyn(shape)));
    let step = Step::record(&net, &Adam::new(0.01), |tape| {
        let scores = net.forward(tape.input(&pixels).named("images")).named("scores");
        scores.softmax_cross_entropy(tape.input(&labels).named("labels"))
    });
    fs::write(folder.join("step.json"), step.expect("a step").to_json()).expect("it is written");
}

/// The losses and the accuracy of a training.
fn trained(folder: &Path, arguments: &[&str]) -> (Vec<f64>, f64) {
    let arguments = [&["run", "step.json", "--predict", "scores", "--json", "losses.json"], arguments].concat();
    let output = run(GRADUS, &arguments, folder);
    assert!(output.status.success(), "{output:?}");
    let text = fs::read_to_string(folder.join("losses.json")).expect("the losses were written");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let losses = document["losses"].as_array().expect("losses").iter().map(|loss| loss.as_f64().expect("a number"));
    (losses.collect(), document["accuracy"].as_f64().expect("an accuracy"))
}

#[test]
fn a_step_trains_and_goes_on_from_its_checkpoint_on_every_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write_step(folder);
    let (expected, accuracy) = trained(folder, &["--steps", "200"]);
    assert!(expected.len() == 200 && expected[199] < expected[0] / 2.0, "{expected:?}");
    assert!(accuracy > 0.75, "{accuracy}");
    let plugins = std::env::var("GRADUS_PJRT_PLUGINS").unwrap_or_default();
    let plugins = plugins.split(':').filter(|path| !path.is_empty());
    let on = |path, devices| vec!["--plugin", path, "--devices", devices];
    let hosts = plugins.flat_map(|path| [on(path, "1"), on(path, "4")]);
    for host in std::iter::once(Vec::new()).chain(hosts) {
        let _ = fs::remove_file(folder.join("kept.safetensors"));
        let part = |steps, more: &[&str]| {
            trained(folder, &[&host[..], &["--steps", steps, "--checkpoint", "kept.safetensors"], more].concat())
        };
        let first = part("120", &[]).0;
        let (rest, share) = part("200", &["--resume"]);
        let losses = [first, rest].concat();
        assert_eq!(losses.len(), 200, "{host:?}");
        let apart = losses.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart <= if host.is_empty() { 0.0 } else { 1e-4 }, "{host:?}: losses differ by {apart:e}");
        assert!((share - accuracy).abs() < 0.002, "{host:?}: {share} and {accuracy}");
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write_step(folder);
    fs::write(folder.join("broken.json"), "{").expect("it is written");
    fs::write(folder.join("text.so"), "no library").expect("it is written");
    for (arguments, told) in [
        (&["missing.json"][..], "missing.json"),
        (&["broken.json"], "broken.json: "),
        (&["step.json", "--plugin", "text.so"], "text.so could not be loaded as a shared library"),
        (&["step.json", "--devices", "2"], "--plugin"),
        (&["step.json", "--resume"], "--checkpoint"),
        (&["step.json", "--checkpoint", "none.safetensors", "--resume"], "none.safetensors"),
        (&["step.json", "--steps", "1", "--predict", "nothing"], r#"the step holds no "nothing""#),
        (&["step.json", "--steps", "1", "--predict", "images"], r#""images""#),
        (&["step.json", "--data", "."], "train-images"),
    ] {
        let output = run(GRADUS, &[&["run"], arguments].concat(), folder);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(said.contains(told) && !said.contains("panicked"), "{arguments:?}: {said}");
    }
}
