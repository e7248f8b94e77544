//! A training on digits goes on from its checkpoint, and comes to the same end on any host. Plugins are tried where `GRADUS_PJRT_PLUGINS` names some.

use gradus::data::{Digits, Mnist};
use gradus::nn::{Activation, Mlp};
use gradus::optim::Adam;
use gradus::prelude::*;
use gradus::step::Step;
use gradus_pjrt::{Plugin, Training, TrainingError};
use ndarray::{ArrayD, IxDyn};
use std::path::Path;

fn digits() -> Digits {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    Mnist::open(folder).expect("MNIST").train().first(200)
}

fn step(images: &[usize]) -> Step {
    let net = Mlp::<f32>::new(&[784, 16, 10], Activation::Relu, &mut seeded(7)).logits();
    let (pixels, labels) = (ArrayD::<f32>::zeros(IxDyn(images)), ArrayD::<f32>::zeros(IxDyn(&images[..1])));
    let step = Step::record(&net, &Adam::new(0.01), |tape| {
        let pixels = tape.input(&pixels).named("images").reshape([images[0], 784]);
        let logits = net.forward(pixels).named("logits");
        logits.softmax_cross_entropy(tape.input(&labels).named("labels"))
    });
    step.expect("a step")
}

/// No plugin, which is our own engine, then each plugin with one device and with four.
fn hosts() -> Vec<Option<Plugin>> {
    let paths = std::env::var("GRADUS_PJRT_PLUGINS").unwrap_or_default();
    let paths = paths.split(':').filter(|path| !path.is_empty());
    let plugins = paths.flat_map(|path| [1, 4].map(|devices| Some(Plugin::with_devices(path, devices).unwrap())));
    std::iter::once(None).chain(plugins).collect()
}

#[test]
fn a_training_goes_on_from_its_checkpoint_and_has_the_same_losses_everywhere() {
    let (step, digits, folder) = (step(&[16, 1, 28, 28]), digits(), tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("training.safetensors");
    let mut expected: Vec<f32> = Vec::new();
    for host in hosts() {
        let begin =
            |checkpoint| Training::<f32>::new(&step, host.as_ref(), &digits, 7, checkpoint).expect("a training");
        let mut training = begin(None);
        assert_eq!(training.epoch(), 12);
        let losses: Vec<f32> = (0..30).map(|_| training.advance().expect("a step")).collect();
        let mut stopped = begin(None);
        for _ in 0..17 {
            stopped.advance().expect("a step");
        }
        stopped.save(&file).expect("a checkpoint");
        let mut resumed = begin(Some(&file));
        assert_eq!(resumed.taken(), 17);
        let rest: Vec<f32> = (17..30).map(|_| resumed.advance().expect("a step")).collect();
        assert_eq!(rest, losses[17..]);
        let accuracy = training.accuracy("logits", &digits).expect("an accuracy");
        assert!(losses[29] < losses[0] / 2.0 && accuracy > 0.8, "{losses:?}, {accuracy}");
        if expected.is_empty() {
            expected = losses.clone();
        }
        assert!(losses.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4), "{losses:?} and {expected:?}");
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let (digits, folder) = (digits(), tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("training.safetensors");
    let step16 = step(&[16, 784]);
    let begin = |step: &Step, seed, checkpoint| Training::<f32>::new(step, None, &digits, seed, checkpoint);
    begin(&step16, 7, None).expect("a training").save(&file).expect("a checkpoint");
    let told = |outcome: Result<Training<f32>, TrainingError>| outcome.expect_err("a mistake").to_string();
    let other = told(begin(&step16, 8, Some(&file)));
    assert_eq!(
        other,
        "the checkpoint is of a training with seed 7 and batches of 16 of 200 digits, and this one has seed 8 and batches of 16 of 200 digits"
    );
    assert!(told(begin(&step(&[300, 784]), 7, None)).contains("300 digits, and there are 200"));
    let message = begin(&step16, 7, None).expect("a training").accuracy("images", &digits).expect_err("an input");
    assert!(message.to_string().contains(r#"the step holds no "images""#), "{message}");
    let points = ArrayD::<f32>::zeros(IxDyn(&[4, 2]));
    let w = vec![Param::new("w", ndarray::arr2(&[[1.0_f32], [2.0]]))];
    let of_points =
        Step::record(&w, &Adam::new(0.1), |tape| tape.input(&points).named("points").matmul(tape.param(&w[0])).sum());
    assert!(told(begin(&of_points.expect("a step"), 7, None)).contains(r#""points" of the shape [4, 2]"#));
}
