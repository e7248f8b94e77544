//! Sums over devices, as one device sees them and as they are written for several. (That XLA computes them is tried by `.ci/stablehlo`.)

use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Sgd};
use gradus::prelude::*;
use gradus::step::{Step, StepError};
use ndarray::{ArrayD, IxDyn, arr1};

fn batch(rows: usize) -> [ArrayD<f32>; 2] {
    let number = |i: usize| ((i * 37 % 23) as f32 - 11.0) / 10.0;
    let array = |shape: [usize; 2]| {
        let numbers = (0..shape[0] * shape[1]).map(number).collect();
        ArrayD::from_shape_vec(IxDyn(&shape), numbers).expect("as many numbers")
    };
    [array([rows, 3]), array([rows, 2])]
}

fn net() -> Mlp<f32> {
    Mlp::new(&[3, 4, 2], Activation::Tanh, &mut seeded(7))
}

fn loss<'t>(tape: &'t Tape, net: &Mlp<f32>) -> Var<'t> {
    let [x, y] = batch(6);
    net.forward(tape.input(&x).named("x")).mean_squared_error(tape.input(&y).named("y"))
}

fn parallel() -> Step {
    let net = net();
    Step::record_parallel(&net, &Adam::new(0.01), |tape| loss(tape, &net)).expect("a step")
}

#[test]
fn its_gradient_is_the_sum_of_the_gradients() {
    let tape = Tape::new();
    let x = tape.var([1.0, 2.0]);
    let y = (x.all_reduce() * tape.input([3.0, 4.0])).sum();
    let gradient = y.backward().wrt(x);
    assert_eq!(gradient.value(), arr1(&[3.0, 4.0]).into_dyn());
    let listing = tape.listing();
    assert_eq!(listing.matches("= all_reduce").count(), 2, "{listing}");
}

#[test]
fn on_one_device_a_parallel_step_has_the_bits_of_an_ordinary_one() {
    let net = net();
    let ordinary = Step::record(&net, &Adam::new(0.01), |tape| loss(tape, &net)).expect("a step");
    let parallel = parallel();
    assert!(parallel.all_reduces() && !ordinary.all_reduces());
    let train = |step: &Step| {
        let (mut runner, mut state) = (step.runner::<f32>().unwrap(), step.start::<f32>().unwrap());
        let losses: Vec<f32> = (0..5).map(|_| runner.run(&mut state, &batch(6)).expect("a run")).collect();
        (losses, state)
    };
    assert_eq!(train(&parallel), train(&ordinary));
}

#[test]
fn each_device_runs_it_on_a_batch_of_its_own() {
    let text = parallel().to_stablehlo_on(4).expect("lines");
    assert!(
        text.contains("mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 4 : i32") && !text.contains("sdy"),
        "{text}"
    );
    // The count of devices, the loss, and a gradient for each of the four parameters.
    assert_eq!(text.matches("replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>").count(), 6, "{text}");
    assert!(text.contains("%x: tensor<6x3xf32>"), "{text}");
    let together: Vec<Vec<usize>> = parallel().inputs_on(4).iter().map(|input| input.shape.to_vec()).collect();
    assert_eq!(together, [[24, 3], [24, 2]]);
    assert!(parallel().to_stablehlo().expect("lines").contains("dense<[[0]]> : tensor<1x1xi64>"));
}

#[test]
#[cfg(feature = "onnx")]
fn onnx_refuses_it_with_its_name_and_its_line() {
    let tape = Tape::new();
    let line = line!() + 1;
    let y = tape.var([1.0, 2.0]).named("x").all_reduce();
    let message = tape.to_onnx(&[], &[y]).expect_err("no sums over devices").to_string();
    let place = format!("the op all_reduce, recorded at tests/all_reduce.rs:{line},");
    assert!(message.contains(&place) && message.contains("an ONNX graph runs on one"), "{message}");
    let message = parallel().to_onnx().expect_err("no sums over devices").to_string();
    assert!(message.starts_with("all_reduce, recorded at tests/all_reduce.rs:"), "{message}");
}

#[test]
fn a_mean_over_devices_is_part_of_the_file() {
    let step = parallel();
    let read = Step::from_json(&step.to_json()).expect("a step that was read");
    assert_eq!(read, step);
    let w = vec![Param::new("w", arr1(&[1.0, 2.0]))];
    let none = Step::record_parallel(&w, &Sgd::new(0.1), |tape| tape.input([1.0]).sum());
    assert!(matches!(none, Err(StepError::Backward(_))));
}
