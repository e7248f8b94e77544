//! A step that keeps a value only while somebody reads it computes what a tape computes, to the last bit.

use gradus::nn::{Activation, Init, Mlp, Module, MultiHeadAttention};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use gradus::step::{Step, StepError};
use gradus::table::{Operand, Row};
use ndarray::{ArrayD, IxDyn, arr1, arr2};
use serde_json::json;

/// A loss of parameters and inputs, which also gives its first value the name `y`.
type Loss<'a, F> = dyn for<'t> Fn(&[Var<'t, F>], &[Var<'t, F>]) -> Var<'t, F> + 'a;

fn bits<F: Scalar>(array: &ArrayD<F>) -> (Vec<usize>, Vec<u64>) {
    (array.shape().to_vec(), array.iter().map(|x| x.to_f64().to_bits()).collect())
}

/// Trains for a few steps on a tape, and by a step, on the same inputs: losses, gradients, parameters and the value `y` must have the same bits. (The update of
/// SGD is the same in both.) The step is recorded with other inputs than it runs on.
pub fn expect_the_bits_of_the_tape<F: Scalar>(
    start: &[ArrayD<F>],
    inputs: &[ArrayD<F>],
    loss: &Loss<F>,
) -> Result<(), StepError> {
    let params: Vec<Param<F>> =
        start.iter().enumerate().map(|(i, value)| Param::new(format!("p{i}"), value.clone())).collect();
    let mut sgd = Sgd::new(0.01).momentum(0.5);
    let step = Step::record(&params, &sgd, |tape| {
        let leaves: Vec<Var<F>> = params.iter().map(|param| tape.param(param)).collect();
        let zeros = inputs.iter().map(|input| ArrayD::from_elem(input.raw_dim(), F::ZERO)).enumerate();
        let inputs: Vec<Var<F>> = zeros.map(|(i, zeros)| tape.input(&zeros).named(format!("x{i}"))).collect();
        loss(&leaves, &inputs)
    })?;
    let (mut runner, mut state, mut tape) = (step.runner::<F>()?, step.start::<F>()?, Tape::new());
    for _ in 0..3 {
        let found = runner.gradients(&state, inputs)?;
        let y = runner.compute("y", &state, inputs)?;
        let got = runner.run(&mut state, inputs)?;
        {
            let leaves: Vec<Var<F>> = params.iter().map(|param| tape.param(param)).collect();
            let inputs: Vec<Var<F>> = inputs.iter().map(|input| tape.input(input)).collect();
            let expected = loss(&leaves, &inputs);
            assert_eq!(got.to_f64().to_bits(), expected.item().to_f64().to_bits(), "the loss");
            let named = tape.nodes().into_iter().find(|node| node.name == "y").expect("y");
            assert_eq!(bits(&y), bits(&tape.value(named.index)), "y");
            let gradients = expected.backward();
            assert_eq!(found.len(), params.len());
            for ((name, found), param) in found.iter().zip(&params) {
                assert_eq!(name, param.name());
                assert_eq!(
                    bits(found),
                    bits(&gradients.param(param).expect("a gradient").value()),
                    "{name}'s gradient"
                );
            }
            sgd.step(&params, &gradients)?;
        }
        tape.rewind();
        for param in &params {
            assert_eq!(bits(state.get(param.name())?), bits(&param.value()), "{}", param.name());
        }
    }
    Ok(())
}

/// Each row of the table: all operands that can have gradients are parameters.
fn on_the_table<F: Scalar>() {
    let mut rng = seeded(5);
    for row in Row::<F>::ALL {
        let numbers: Vec<ArrayD<F>> =
            row.operands.iter().map(|operand| operand.sample(&mut rng).mapv(F::from_f64)).collect();
        let is_param = |place: &usize| Operand::is_differentiable(&row.operands[*place]);
        let (of, given): (Vec<usize>, Vec<usize>) = (0..numbers.len()).partition(is_param);
        let pick = |places: &[usize]| places.iter().map(|&place| numbers[place].clone()).collect::<Vec<_>>();
        let (params, inputs) = (pick(&of), pick(&given));
        let outcome = expect_the_bits_of_the_tape(&params, &inputs, &|params, inputs| {
            let operand = |place: usize| match of.iter().position(|&own| own == place) {
                Some(own) => params[own],
                None => inputs[given.iter().position(|&own| own == place).expect("an input")],
            };
            let operands: Vec<Var<F>> = (0..row.operands.len()).map(operand).collect();
            let y = (row.program)(&operands).named("y");
            params.iter().fold((y * y).sum(), |loss, &param| loss + (param * param).sum())
        });
        outcome.unwrap_or_else(|error| panic!("{}: {error}", row.op));
    }
}

#[test]
fn every_op_of_the_table_and_its_gradient_have_the_bits_of_the_tape() {
    on_the_table::<f32>();
    on_the_table::<f64>();
}

#[test]
fn inputs_that_do_not_stand_row_by_row_are_read_all_the_same() {
    let w = vec![Param::new("w", arr2(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))];
    let step = Step::record(&w, &Sgd::new(0.1), |tape| {
        tape.input([[0.0; 3]; 2]).named("x").matmul(tape.param(&w[0])).named("y").sum()
    });
    let step = step.expect("a step");
    let (mut runner, state) = (step.runner::<f64>().unwrap(), step.start::<f64>().unwrap());
    let x = arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).into_dyn();
    let lies_column_by_column = x.t().as_standard_layout().into_owned().reversed_axes();
    assert!(!lies_column_by_column.is_standard_layout() && lies_column_by_column == x);
    let [expected, got] = [x, lies_column_by_column].map(|x| runner.compute("y", &state, &[x]).expect("a run"));
    assert_eq!(got, expected);
    assert_eq!(expected, arr2(&[[22.0, 28.0], [49.0, 64.0]]).into_dyn());
}

#[test]
fn a_label_that_is_no_class_is_refused_and_changes_nothing() {
    let net = Mlp::<f32>::new(&[3, 4, 2], Activation::Tanh, &mut seeded(7)).logits();
    let step = Step::record(&net, &Adam::new(0.1), |tape| {
        let x = tape.input([[0.5, 1.0, -1.0], [1.0, 0.0, 2.0]]).named("x");
        net.forward(x).named("scores").softmax_cross_entropy(tape.input([0.0, 1.0]).named("labels"))
    });
    let step = step.expect("a step");
    let (mut runner, mut state) = (step.runner::<f32>().unwrap(), step.start::<f32>().unwrap());
    let inputs = |label: f32| [ArrayD::from_elem(IxDyn(&[2, 3]), 0.5), arr1(&[0.0, label]).into_dyn()];
    runner.run(&mut state, &inputs(1.0)).expect("a run");
    let before = state.clone();
    let told = |outcome: Result<f32, StepError>| outcome.expect_err("a mistake").to_string();
    let message = told(runner.run(&mut state, &inputs(7.0)));
    let expected = "softmax_cross_entropy: softmax_cross_entropy: the label of row 1 is 7, but there are 2 classes, numbered from 0";
    assert!(message.ends_with(expected), "{message}");
    let message = told(runner.run(&mut state, &inputs(0.5)));
    assert!(message.ends_with("is 0.5, which is not a whole number"), "{message}");
    assert_eq!(state, before);
    // The scores do not depend on the labels.
    assert!(runner.compute("scores", &state, &inputs(7.0)).is_ok());
    runner.run(&mut state, &inputs(0.0)).expect("a run after a mistake");
    assert_ne!(state, before);
}

#[test]
fn arrays_that_change_places_have_each_the_others_numbers() {
    let params = [1.0, 2.0].map(|x| Param::new(format!("p{x}"), arr1(&[x, -x]))).to_vec();
    let step = Step::record(&params, &Sgd::new(0.1), |tape| (tape.param(&params[0]) * tape.param(&params[1])).sum());
    let mut file: serde_json::Value = serde_json::from_str(&step.expect("a step").to_json()).expect("JSON");
    // Nodes 0 and 1 read the parameters.
    (file["held"][0]["next"], file["held"][1]["next"]) = (json!(1), json!(0));
    let step = Step::from_json(&file.to_string()).expect("a step");
    let (mut runner, mut state) = (step.runner::<f64>().unwrap(), step.start::<f64>().unwrap());
    let before = state.clone();
    for round in 1..4 {
        runner.run(&mut state, &[]).expect("a run");
        for (here, there) in [("p1", "p2"), ("p2", "p1")] {
            let was = if round % 2 == 1 { there } else { here };
            assert_eq!(state.get(here).unwrap(), before.get(was).unwrap(), "round {round}");
        }
    }
}

#[test]
fn the_memory_says_what_is_kept_at_the_peak_and_why() {
    let net = Mlp::<f32>::new(&[30, 50, 50, 10], Activation::Tanh, &mut seeded(7)).logits();
    let step = Step::record(&net, &Sgd::new(0.1), |tape| {
        let x = tape.input(ArrayD::zeros(IxDyn(&[100, 30]))).named("x");
        net.forward(x).softmax_cross_entropy(tape.input(ArrayD::zeros(IxDyn(&[100]))).named("labels"))
    });
    let memory = step.expect("a step").memory().expect("its memory");
    let kept: usize = memory.kept.iter().map(|kept| kept.bytes).sum();
    // More than what is kept at the peak only where the gaps between values do not fit others.
    assert!(kept <= memory.runner && 5 * memory.runner <= 3 * memory.tape, "{memory}");
    let told = memory.to_string();
    for line in [
        "% of the 279.7 kB of a tape",
        "it keeps the most while it computes layer2/tanh', node 22:",
        "   20.0 kB  layer1/a, node 5, until layer1/tanh', node 26",
        "    2.0 kB  the gradient of layer3/W, node 21, until update/mul, node 39",
        "       4 B  softmax_cross_entropy, node 16, to the end: a result",
    ] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}

/// The share of the tape's memory that a step needs.
fn share(step: Result<Step, StepError>) -> f64 {
    let memory = step.expect("a step").memory().expect("its memory");
    memory.runner as f64 / memory.tape as f64
}

#[test]
fn large_nets_need_at_most_60_percent_of_the_tapes_memory() {
    let zeros = |shape: &[usize]| ArrayD::<f32>::zeros(IxDyn(shape));
    let mut rng = seeded(7);
    let mlp = Mlp::<f32>::new(&[784, 1024, 1024, 10], Activation::Relu, &mut rng).logits();
    let wide = Step::record(&mlp, &Sgd::new(0.1), |tape| {
        let labels = tape.input(zeros(&[256])).named("labels");
        mlp.forward(tape.input(zeros(&[256, 784])).named("x")).softmax_cross_entropy(labels)
    });
    let shapes: [&[usize]; 6] = [&[16, 1, 3, 3], &[16], &[32, 16, 3, 3], &[32], &[1568, 10], &[10]];
    let params: Vec<Param<f32>> =
        shapes.iter().enumerate().map(|(i, shape)| Param::new(format!("p{i}"), zeros(shape))).collect();
    let convolutional = Step::record(&params, &Adam::new(1e-3), |tape| {
        let [w1, b1, w2, b2, w3, b3] = [0, 1, 2, 3, 4, 5].map(|i| tape.param(&params[i]));
        let images = tape.input(zeros(&[16, 1, 28, 28])).named("images");
        let maps = images.conv2d(w1, b1, 1, 1).relu().max_pool2d(2, 2).conv2d(w2, b2, 1, 1).relu().max_pool2d(2, 2);
        let labels = tape.input(zeros(&[16])).named("labels");
        (maps.reshape([16, 1568]).matmul(w3) + b3).softmax_cross_entropy(labels)
    });
    let attention = MultiHeadAttention::<f32>::new("attention", 64, 4, Init::Normal(0.02), &mut rng).causal();
    let attending = Step::record(&attention, &Adam::new(1e-3), |tape| {
        let x = tape.input(zeros(&[8, 32, 64])).named("x");
        (x + attention.forward(x)).mean_squared_error(tape.input(zeros(&[8, 32, 64])).named("y"))
    });
    for (name, step) in [("wide layers", wide), ("convolutions", convolutional), ("attention", attending)] {
        let share = share(step);
        assert!(share <= 0.6, "{name}: {share:.2}");
    }
}
