//! A training step as a value does what the optimizer does.

use crate::programs::{Cube, mutated};
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::optim::{Adam, AdamW, OptimError, RecordUpdate, RmsProp, Sgd};
use gradus::prelude::*;
use gradus::step::{Step, StepError};
use ndarray::{ArrayD, IxDyn, arr0, arr1};
use rand::RngExt;

fn batch<F: Scalar>(seed: u64) -> [ArrayD<F>; 2] {
    let mut rng = seeded(seed);
    [[5, 3], [5, 2]]
        .map(|shape| ArrayD::from_shape_simple_fn(IxDyn(&shape), || F::from_f64(rng.random_range(-1.0..1.0))))
}

fn net<F: Scalar>() -> Mlp<F> {
    Mlp::new(&[3, 4, 2], Activation::Tanh, &mut seeded(7))
}

fn loss<'t, F: Scalar>(tape: &'t Tape<F>, net: &Mlp<F>, [x, y]: &[ArrayD<F>; 2]) -> Var<'t, F> {
    net.forward(tape.input(x).named("x")).mean_squared_error(tape.input(y).named("y"))
}

/// Trains a net with the optimizer itself, and with its step: losses and parameters must agree to this difference, also where the step begins in the
/// middle of a training.
fn trains_alike<F: Scalar, O: RecordUpdate<F>>(make: impl Fn() -> O, within: f64) {
    for before in [0, 3] {
        let (trained, mut optimizer, mut tape) = (net::<F>(), make(), Tape::new());
        let mut train = |seed: u64, optimizer: &mut O| {
            let loss = loss(&tape, &trained, &batch(seed));
            let number = loss.item();
            optimizer.step(&trained, &loss.backward()).expect("a step");
            tape.rewind();
            number
        };
        for seed in 0..before {
            train(seed, &mut optimizer);
        }
        let step = Step::record(&trained, &optimizer, |tape| loss(tape, &trained, &batch(99))).expect("a step");
        let (mut runner, mut state) = (step.runner::<F>().unwrap(), step.start::<F>().unwrap());
        for seed in 10..20 {
            let expected = train(seed, &mut optimizer).to_f64();
            let got = runner.run(&mut state, &batch(seed)).expect("a run").to_f64();
            assert!((got - expected).abs() <= within, "{got} and {expected}, {before} steps before");
        }
        trained.each_param(&mut |param| {
            let (expected, got) = (param.value(), state.get(param.name()).expect("a parameter"));
            let differences = expected.iter().zip(got).map(|(a, b)| (a.to_f64() - b.to_f64()).abs());
            let worst = differences.fold(0.0, f64::max);
            assert!(worst <= within, "{}: {worst}, {before} steps before", param.name());
        });
    }
}

#[test]
fn the_recorded_update_of_sgd_is_the_update_in_place_to_the_bit() {
    trains_alike::<f32, _>(|| Sgd::new(0.1), 0.0);
    trains_alike::<f64, _>(|| Sgd::new(0.1), 0.0);
    trains_alike::<f32, _>(|| Sgd::new(0.1).momentum(0.9), 0.0);
    trains_alike::<f64, _>(|| Sgd::new(0.1).nesterov(0.8), 0.0);
}

#[test]
fn the_recorded_updates_of_others_are_those_in_place_but_for_rounding() {
    trains_alike::<f32, _>(|| RmsProp::new(0.01), 0.0);
    trains_alike::<f32, _>(|| Adam::new(0.01), 2e-6);
    trains_alike::<f64, _>(|| Adam::new(0.01), 1e-14);
    trains_alike::<f64, _>(|| Adam::new(0.01).betas(0.0, 0.5), 1e-14);
    trains_alike::<f32, _>(|| AdamW::new(0.01).weight_decay(0.1), 2e-6);
    trains_alike::<f64, _>(|| AdamW::new(0.01).weight_decay(0.1), 1e-14);
}

#[test]
fn a_step_holds_parameters_what_the_optimizer_keeps_and_its_numbers() {
    let net = net::<f32>();
    let step = Step::record(&net, &Adam::new(0.01), |tape| loss(tape, &net, &batch(1))).expect("a step");
    let names: Vec<&str> = step.held().iter().map(|held| &held.slot.name[..]).collect();
    let params: Vec<String> = net.params().iter().map(|param| param.name().to_owned()).collect();
    assert_eq!(names[..4], params);
    assert_eq!(names[4..6], [format!("{}/m", params[0]), format!("{}/v", params[0])]);
    assert_eq!(names[12..], ["learning_rate", "steps"]);
    let inputs: Vec<&str> = step.inputs().iter().map(|input| &input.name[..]).collect();
    assert_eq!(inputs, ["x", "y"]);
    let told = step.to_string();
    assert!(told.contains("input     x [5, 3]") && told.contains("stays     learning_rate []"), "{told}");
}

#[test]
fn a_batch_without_a_name_is_told_as_a_constant_with_its_line() {
    let net = net::<f32>();
    let [x, y] = batch(1);
    let line = line!() + 2;
    let step = Step::record(&net, &Sgd::new(0.1), |tape| {
        net.forward(tape.input(&x)).mean_squared_error(tape.input(&y).named("y"))
    });
    let step = step.expect("a step");
    assert_eq!(step.constants().len(), 1);
    assert!(step.constants()[0].source.ends_with(&format!("steps.rs:{line}")), "{}", step.constants()[0].source);
}

#[test]
fn two_threads_run_one_step_and_a_what_if_changes_nothing() {
    let net = net::<f64>();
    let step = Step::record(&net, &Sgd::new(0.1).momentum(0.9), |tape| loss(tape, &net, &batch(1))).expect("a step");
    let train = |rate: f64| {
        let (mut runner, mut state) = (step.runner::<f64>().unwrap(), step.start::<f64>().unwrap());
        state.set("learning_rate", &arr0(rate).into_dyn()).expect("a rate");
        for seed in 0..5 {
            runner.run(&mut state, &batch(seed)).expect("a run");
        }
        state
    };
    let alone = train(0.1);
    let [first, second] = std::thread::scope(|scope| {
        [0.1, 0.2].map(|rate| scope.spawn(move || train(rate))).map(|thread| thread.join().expect("a result"))
    });
    assert_eq!(first, alone);
    assert_ne!(first, second);
}

#[test]
fn gradients_are_those_of_the_tape_and_change_nothing() {
    let net = net::<f64>();
    let step = Step::record(&net, &Sgd::new(0.1), |tape| loss(tape, &net, &batch(1))).expect("a step");
    let (mut runner, state) = (step.runner::<f64>().unwrap(), step.start::<f64>().unwrap());
    let found = runner.gradients(&state, &batch(2)).expect("gradients");
    let tape = Tape::new();
    let gradients = loss(&tape, &net, &batch(2)).backward();
    for ((name, found), param) in found.iter().zip(net.params()) {
        assert_eq!((&name[..], found), (param.name(), &gradients.param(&param).unwrap().value()));
    }
    assert_eq!(state, step.start::<f64>().unwrap());
}

#[test]
fn a_frozen_parameter_stays_as_it_is() {
    let net = net::<f64>();
    net.params()[0].freeze();
    let step = Step::record(&net, &Sgd::new(0.1), |tape| loss(tape, &net, &batch(1))).expect("a step");
    let (mut runner, mut state) = (step.runner::<f64>().unwrap(), step.start::<f64>().unwrap());
    runner.run(&mut state, &batch(2)).expect("a run");
    assert_eq!(state.get(net.params()[0].name()).unwrap(), &net.params()[0].value());
    assert_ne!(state.get(net.params()[1].name()).unwrap(), &net.params()[1].value());
}

#[test]
fn an_op_of_the_programs_own_is_refused_with_its_name_and_its_line() {
    let w = vec![Param::new("w", arr1(&[1.0, 2.0]))];
    let line = line!() + 1;
    let step = Step::record(&w, &Sgd::new(0.1), |tape| tape.param(&w[0]).map(Cube).sum());
    let message = step.expect_err("an op whose code does not travel").to_string();
    assert!(message.contains("cube") && message.contains(&format!("steps.rs:{line}")), "{message}");
}

#[test]
fn what_does_not_fit_is_refused_with_a_sentence() {
    let net = net::<f32>();
    let step = Step::record(&net, &Sgd::new(0.1), |tape| loss(tape, &net, &batch(1))).expect("a step");
    let (mut runner, mut state) = (step.runner::<f32>().unwrap(), step.start::<f32>().unwrap());
    let before = state.clone();
    let [x, y] = batch(1);
    let mut told = |inputs: &[ArrayD<f32>]| runner.run(&mut state, inputs).expect_err("a mistake").to_string();
    assert_eq!(told(std::slice::from_ref(&x)), r#"the step has the inputs "x", "y", found 1 arrays"#);
    assert_eq!(told(&[y, x]), r#""x" has the shape [5, 3], found [5, 2]"#);
    assert_eq!(state, before);
    assert!(step.runner::<f64>().is_err_and(|error| error.to_string().contains("on f32")));
    assert!(state.get("W").is_err_and(|error| error.to_string().contains("learning_rate")));

    let twins = vec![Param::new("w", arr0(1.0)), Param::new("w", arr0(2.0))];
    let twice = Step::record(&twins, &Sgd::new(0.1), |tape| tape.param(&twins[0]) * tape.param(&twins[1]));
    assert!(matches!(twice, Err(StepError::Twice { name }) if name == "w"));
    let alone = Step::record(&twins, &Sgd::new(0.1), |tape| tape.param(&twins[0]) * 2.0);
    assert!(matches!(alone, Err(StepError::Optimizer(OptimError::NoGradient { .. }))));
    let negative = Step::record(&net, &Sgd::new(-0.1), |tape| loss(tape, &net, &batch(1)));
    assert!(matches!(negative, Err(StepError::Optimizer(OptimError::Setting { .. }))));
}

#[test]
fn a_step_is_a_file_and_comes_back_as_it_was() {
    let net = net::<f32>();
    net.params()[0].freeze();
    let step = Step::record(&net, &Adam::new(0.01), |tape| loss(tape, &net, &batch(1))).expect("a step");
    let read = Step::from_json(&step.to_json()).expect("a step that was read");
    assert_eq!(read, step);
    let train = |step: &Step| {
        let (mut runner, mut state) = (step.runner::<f32>().unwrap(), step.start::<f32>().unwrap());
        let losses: Vec<f32> = (0..5).map(|seed| runner.run(&mut state, &batch(seed)).expect("a run")).collect();
        (losses, state)
    };
    assert_eq!(train(&read), train(&step));
}

/// A step of three numbers, small enough to read.
fn small() -> Step {
    let w = vec![Param::new("w", arr1(&[1.0, 2.0]))];
    let x = arr1(&[3.0, 4.0]);
    Step::record(&w, &Sgd::new(0.1), |tape| (tape.param(&w[0]) * tape.input(&x).named("x")).sum()).expect("a step")
}

#[test]
fn the_format_of_a_step_reads_well() {
    insta::with_settings!({filters => vec![(r#""line":\d+"#, r#""line":LINE"#)]}, {
        insta::assert_snapshot!(small().to_json());
    });
}

#[test]
fn a_step_from_a_file_is_told_where_it_is_wrong() {
    let json = small().to_json();
    let mut told = String::new();
    let mut tell = |from: &str, to: &str| {
        assert!(json.contains(from), "{from} is not in {json}");
        let read = Step::from_json(&json.replacen(from, to, 1)).and_then(|step| {
            let mut state = step.start::<f64>()?;
            step.runner::<f64>()?.run(&mut state, &[arr1(&[1.0, 1.0]).into_dyn()])
        });
        told += &format!("{from} -> {to}\n  {}\n", read.expect_err(to));
    };
    tell("{\"gradus_step\": 1", "{\"gradus_step\": 2");
    tell("\"gradus_step\": 1", "\"gradus_step\": 1, \"lr\": 0.1");
    tell("\"gradus_step\"", "\"gradus_program\"");
    tell("\"loss\": 3", "\"loss\": 300");
    tell("\"loss\": 3", "\"loss\": 2");
    tell("\"name\":\"w\"", "\"name\":\"v\"");
    tell("\"name\":\"learning_rate\"", "\"name\":\"w\"");
    tell("\"name\":\"learning_rate\"", "\"name\":\"learning_rate\",\"next\":0");
    tell("\"next\":", "\"next\":3,\"was\":");
    tell("\"next\":", "\"next\":-");
    tell("\"gradient\":7", "\"gradient\":3");
    tell("\"gradient\":", "\"gradient\":0,\"gradient\":");
    tell("\"node\":2", "\"node\":1");
    tell("\"op\":\"mul\"", "\"op\":\"mull\"");
    tell("\"name\":\"x\"", "\"name\":\"w\"");
    tell("\"nodes\":", "\"nodes\":1844674407370955161");
    tell("}", "");
    insta::with_settings!({filters => vec![(r#""line":\d+"#, r#""line":LINE"#)]}, {
        insta::assert_snapshot!(told);
    });
}

/// Files of steps, changed: each is refused with a sentence, or runs.
fn on_mutated_files(count: usize) {
    let net = net::<f64>();
    let files = [
        small().to_json(),
        Step::record(&net, &Adam::new(0.01), |tape| loss(tape, &net, &batch(1))).expect("a step").to_json(),
    ];
    let mut rng = seeded(13);
    let (mut read, mut ran) = (0, 0);
    for round in 0..count {
        let json = mutated(&files[round % 2], &mut rng);
        let Ok(step) = Step::from_json(&json) else { continue };
        read += 1;
        let outcome = step.start::<f64>().and_then(|mut state| {
            let inputs: Vec<ArrayD<f64>> = step.inputs().iter().map(|input| ArrayD::zeros(&input.shape[..])).collect();
            step.runner::<f64>()?.run(&mut state, &inputs)
        });
        match outcome {
            Ok(_) => ran += 1,
            Err(error) => assert!(!error.to_string().contains("panicked"), "{error}\n{json}"),
        }
    }
    assert!(read > count / 10 && ran > count / 100, "{read} read, {ran} ran, of {count}");
}

#[test]
fn five_hundred_mutated_steps_are_refused_or_run_and_none_panics() {
    on_mutated_files(500);
}

#[test]
#[ignore = "a minute"]
fn ten_thousand_mutated_steps_are_refused_or_run_and_none_panics() {
    on_mutated_files(10_000);
}
