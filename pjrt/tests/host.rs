//! A plugin trains as the engine does. It is tried where `GRADUS_PJRT_PLUGINS` names plugins, as `.ci/stablehlo` does; what is no plugin is refused anywhere.

use gradus::nn::{Activation, Mlp};
use gradus::optim::{AdamW, RecordUpdate, Sgd};
use gradus::prelude::*;
use gradus::step::Step;
use gradus_pjrt::{Number, PjrtError, Plugin, Session};
use ndarray::{ArrayD, IxDyn};
use rand::RngExt;
use std::path::Path;

fn plugins() -> Vec<String> {
    std::env::var("GRADUS_PJRT_PLUGINS").map(|paths| paths.split(':').map(str::to_owned).collect()).unwrap_or_default()
}

fn batch<F: Scalar>(seed: u64) -> [ArrayD<F>; 2] {
    let mut rng = seeded(seed);
    let pixels = ArrayD::from_shape_simple_fn(IxDyn(&[10, 784]), || F::from_f64(rng.random_range(0.0..1.0)));
    let labels = ArrayD::from_shape_simple_fn(IxDyn(&[10]), || F::from_f64(rng.random_range(0..10).into()));
    [pixels, labels]
}

fn step<F: Scalar>(optimizer: &impl RecordUpdate<F>) -> Step {
    let net = Mlp::<F>::new(&[784, 100, 20, 10], Activation::Sigmoid, &mut seeded(7));
    let [pixels, labels] = batch::<F>(0);
    let step = Step::record(&net, optimizer, |tape| {
        net.forward(tape.input(&pixels).named("pixels")).softmax_cross_entropy(tape.input(&labels).named("labels"))
    });
    step.expect("a step")
}

fn trains_alike<F: Number>(plugin: &Plugin, step: &Step, within: f64) {
    let (mut runner, mut state) = (step.runner::<F>().unwrap(), step.start::<F>().unwrap());
    let mut session = Session::<F>::new(plugin, step, &state).expect("a session");
    for seed in 0..100 {
        if seed == 50 {
            let rate = ArrayD::from_elem(IxDyn(&[]), F::from_f64(0.001));
            session.set("learning_rate", &rate).expect("a rate");
            state.set("learning_rate", &rate).expect("a rate");
        }
        let here = runner.run(&mut state, &batch(seed)).expect("a run here").to_f64();
        let there = session.run(&batch(seed)).expect("a run there").to_f64();
        assert!((here - there).abs() <= within, "step {seed}: {here} here, {there} there");
    }
    let back = session.state().expect("a state");
    for ((name, here), (_, there)) in state.arrays().zip(back.arrays()) {
        let worst = here.iter().zip(there).map(|(a, b)| (a.to_f64() - b.to_f64()).abs()).fold(0.0, f64::max);
        assert!(worst <= within, "{name}: {worst}");
    }
}

#[test]
fn a_plugin_trains_as_the_engine_does() {
    for path in plugins() {
        let plugin = Plugin::load(&path).expect("a plugin");
        trains_alike::<f32>(&plugin, &step(&Sgd::<f32>::new(0.5).momentum(0.9)), 1e-4);
        trains_alike::<f64>(&plugin, &step(&Sgd::<f64>::new(0.5).momentum(0.9)), 1e-11);
        trains_alike::<f64>(&plugin, &step(&AdamW::<f64>::new(0.01)), 1e-11);
    }
}

#[test]
fn several_devices_train_as_one_does() {
    for path in plugins() {
        let plugin = Plugin::with_devices(&path, 5).expect("a plugin with five devices");
        trains_alike::<f32>(&plugin, &step(&Sgd::<f32>::new(0.5).momentum(0.9)), 1e-4);
        trains_alike::<f64>(&plugin, &step(&AdamW::<f64>::new(0.01)), 1e-11);
        let plugin = Plugin::with_devices(&path, 3).expect("a plugin with three devices");
        let step = step(&Sgd::<f32>::new(0.5));
        let message = Session::<f32>::new(&plugin, &step, &step.start().unwrap()).expect_err("ten rows for three");
        assert!(message.to_string().contains("among 3 devices") && message.to_string().contains("pixels [10, 784]"));
    }
}

#[test]
fn a_value_is_computed_without_a_step() {
    let net = Mlp::<f32>::new(&[784, 30, 10], Activation::Tanh, &mut seeded(7));
    let [pixels, labels] = batch::<f32>(0);
    let step = Step::record(&net, &Sgd::<f32>::new(0.5), |tape| {
        let logits = net.forward(tape.input(&pixels).named("pixels")).named("logits");
        logits.softmax_cross_entropy(tape.input(&labels).named("labels"))
    });
    let step = step.expect("a step");
    let state = step.start::<f32>().expect("a state");
    let inputs = batch::<f32>(1);
    let here = step.runner().unwrap().compute("logits", &state, &inputs).expect("a value here");
    for (path, devices) in plugins().iter().flat_map(|path| [(path, 1), (path, 2)]) {
        let plugin = Plugin::with_devices(path, devices).expect("a plugin");
        let mut session = Session::new(&plugin, &step, &state).expect("a session");
        let logits = session.value(&step, "logits").expect("a value");
        let there = session.compute(&logits, &inputs).expect("a value there");
        assert!(here.iter().zip(&there).all(|(here, there)| (here - there).abs() < 1e-4), "{here} here, {there} there");
        // What was computed took nothing from the session.
        session.run(&inputs).expect("a run");
        let message = session.value(&step, "logit").expect_err("no value of this name").to_string();
        assert!(message.contains(r#""logit""#) && message.contains(r#""logits""#), "{message}");
        let other = self::step(&Sgd::<f32>::new(0.5));
        let other = Session::new(&plugin, &other, &other.start::<f32>().unwrap()).expect("another session");
        assert!(matches!(other.compute(&logits, &inputs), Err(PjrtError::OtherStep { .. })));
    }
}

#[test]
fn what_does_not_fit_is_refused_and_the_session_goes_on() {
    for path in plugins() {
        let plugin = Plugin::load(&path).expect("a plugin");
        let step = step(&Sgd::<f32>::new(0.5));
        let mut session = Session::<f32>::new(&plugin, &step, &step.start().unwrap()).expect("a session");
        let [pixels, labels] = batch::<f32>(1);
        let message = session.run(&[labels.clone(), pixels.clone()]).expect_err("another shape").to_string();
        assert_eq!(message, r#""pixels" has the shape [10, 784], found [10]"#);
        session.run(&[pixels, labels]).expect("a run");
        assert!(Session::<f64>::new(&plugin, &step, &step.start::<f64>().unwrap_or_else(|_| other())).is_err());
    }
}

/// A state of another kind of number.
fn other() -> gradus::step::State<f64> {
    step(&Sgd::<f64>::new(0.5)).start().expect("a state")
}

#[test]
fn what_is_no_plugin_is_refused_with_a_sentence() {
    let missing = Plugin::load("no/such/plugin.so").expect_err("no file");
    assert!(matches!(missing, PjrtError::Library { .. }) && missing.to_string().contains("no/such/plugin.so"));
    let text = Plugin::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect_err("a text");
    assert!(text.to_string().contains("could not be loaded as a shared library"), "{text}");
    // The C library is one, but no plugin.
    if let Err(other) = Plugin::load("libc.so.6") {
        let is_told = matches!(other, PjrtError::NoPlugin { .. } | PjrtError::Library { .. });
        assert!(is_told && !other.to_string().is_empty(), "{other}");
    }
}
