//! What tapes and steps are in ONNX. (That onnxruntime computes the same with it is tried by `.ci/onnx`.)

use crate::programs::Cube;
use crate::stablehlo::Opaque;
use gradus::nn::Parameters;
use gradus::onnx::Model;
use gradus::optim::Sgd;
use gradus::prelude::*;
use gradus::step::Step;
use gradus::table::Row;
use ndarray::{ArrayD, arr2};
use rand::RngExt;

/// Whether a model has this text, the name of an operator or of a value.
fn has(model: &[u8], text: &str) -> bool {
    model.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn a_prediction_carries_its_parameters_under_their_names() {
    let w = Param::new("layer 1/w", arr2(&[[1.0_f32], [2.0]]));
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0]]).named("x");
    let y = x.matmul(tape.param(&w)).relu().named("y");
    let model = tape.to_onnx(&[x], &[y]).expect("a model");
    for name in ["layer 1/w", "x", "y", "MatMul", "n2 matmul, "] {
        assert!(has(&model, name), "no {name}");
    }
    // 1.0 and 2.0 in four bytes each, as an initializer.
    assert!(model.windows(8).any(|part| part == [0, 0, 128, 63, 0, 0, 0, 64]));
}

#[test]
fn a_step_hands_what_it_holds_to_the_next_by_name() {
    let w = vec![Param::new("w", arr2(&[[1.0_f64], [2.0]]))];
    let step =
        Step::record(&w, &Sgd::new(0.5), |tape| tape.input([[1.0, 2.0]]).named("x").matmul(tape.param(&w[0])).sum());
    let model = step.expect("a step").to_onnx().expect("a model");
    for name in ["w.next", "learning_rate.next", "loss", "ReduceSum"] {
        assert!(has(&model, name), "no {name}");
    }
}

#[test]
fn an_op_of_the_programs_own_has_nodes_if_it_is_given_by_a_formula_and_is_refused_with_its_line_if_not() {
    let tape = Tape::<f64>::new();
    let x = tape.var([1.0, 2.0]).named("x");
    let y = x.map(Cube);
    let model = tape.to_onnx(&[x], &[y, y.sum().backward().wrt(x)]).expect("a model");
    assert!(has(&model, "cube'"));
    let line = line!() + 1;
    let y = tape.record(Opaque, &[x]);
    let message = tape.to_onnx(&[x], &[y]).expect_err("no nodes").to_string();
    assert!(message.contains("opaque") && message.contains(&format!("onnx.rs:{line}")), "{message}");
}

/// The models beside this file (see `onnx/models.py`), each with what PyTorch computes: the input, then the output.
const EXPORTED: [&str; 8] = [
    "mlp_13_script",
    "mlp_20_script",
    "mlp_21_dynamo",
    "cnn_15_script",
    "cnn_18_dynamo",
    "transformer_14_script",
    "transformer_17_script",
    "transformer_19_dynamo",
];

fn exported(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/onnx/{name}.onnx", env!("CARGO_MANIFEST_DIR"))).expect("a model")
}

/// The largest difference, relative to the number, or to 1 if that is larger.
fn apart<F: Scalar>(got: &ArrayD<F>, wanted: &ArrayD<F>) -> f64 {
    assert_eq!(got.shape(), wanted.shape());
    let each = got.iter().zip(wanted).map(|(got, wanted)| (got.to_f64(), wanted.to_f64()));
    each.map(|(got, wanted)| (got - wanted).abs() / wanted.abs().max(1.0)).fold(0.0, f64::max)
}

#[cfg(feature = "io")]
#[test]
fn models_that_pytorch_exported_are_read_run_stepped_and_differentiated() {
    for name in EXPORTED {
        let model = Model::<f32>::read(&exported(name)).expect(name);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/onnx");
        let arrays = gradus::io::Arrays::load_npz(format!("{folder}/{name}.npz")).expect(name);
        let array = |of: &str| arrays.get::<f32>(of).expect(name);
        let tape = Tape::new();
        let x = tape.input(array("x")).named("x");
        let y = model.record(&tape, &[x]).unwrap_or_else(|error| panic!("{name}: {error}"))[0];
        assert!(apart(&y.value(), &array("y")) < 1e-5, "{name}: {}", apart(&y.value(), &array("y")));
        let gradients = y.sum().backward();
        assert!(model.params().iter().all(|param| gradients.param(param).is_some()), "{name}");
        // In our format, so that it can be stepped through and drawn elsewhere.
        let program = gradus::program::Program::from_json(&tape.program().expect(name).to_json()).expect(name);
        let mut elsewhere = gradus::program::Interpreter::<f32>::new(program).expect(name);
        elsewhere.run().expect(name);
        assert_eq!(elsewhere.tape().value(y.index()), y.value(), "{name}");
        assert_eq!(tape.trace().nodes.len(), tape.len());
    }
}

/// Each op with its gradients, written down and read again.
fn there_and_back<F: Scalar>() {
    let mut rng = seeded(5);
    // A graph runs on one device, and has no sums over several.
    for row in Row::<F>::ALL.iter().filter(|row| row.op != "all_reduce") {
        let tape = Tape::<F>::new();
        let mut operands = Vec::new();
        for (operand, name) in row.operands.iter().zip(["a", "b", "c", "d", "e"]) {
            let numbers = operand.sample(&mut rng).mapv(F::from_f64);
            let leaf = if operand.is_differentiable() { tape.var(&numbers) } else { tape.input(&numbers) };
            operands.push(leaf.named(name));
        }
        let y = (row.program)(&operands).named("y");
        let gradients = (y * y).sum().backward();
        let flows = operands.iter().filter_map(|&x| gradients.get(x));
        let results: Vec<Var<F>> = std::iter::once(y).chain(flows).collect();
        let model = Model::<F>::read(&tape.to_onnx(&operands, &results).expect(row.op)).expect(row.op);
        let again = Tape::<F>::new();
        let inputs: Vec<Var<F>> = operands.iter().map(|x| again.input(x.value())).collect();
        let read = model.record(&again, &inputs).unwrap_or_else(|error| panic!("{}: {error}", row.op));
        let within = if F::NAME == "f32" { 1e-5 } else { 1e-12 };
        for (got, wanted) in read.iter().zip(&results) {
            assert!(
                apart(&got.value(), &wanted.value()) < within,
                "{}: {:?} for {:?}",
                row.op,
                got.value(),
                wanted.value()
            );
        }
    }
}

#[test]
fn what_is_written_is_read_again_and_computes_the_same_for_every_op_and_its_gradients() {
    there_and_back::<f32>();
    there_and_back::<f64>();
}

#[test]
fn a_file_that_is_changed_by_chance_is_answered_by_a_sentence() {
    let mut rng = seeded(9);
    let files = EXPORTED.map(exported);
    let mut refused = 0;
    for _ in 0..10_000 {
        let mut bytes = files[rng.random_range(0..files.len())].clone();
        for _ in 0..rng.random_range(1..4) {
            let place = rng.random_range(0..bytes.len());
            match rng.random_range(0..4) {
                0 => bytes[place] = rng.random_range(0..=255),
                1 => bytes[place] ^= 1 << rng.random_range(0..8),
                2 => bytes.truncate(place.max(1)),
                _ => drop(bytes.remove(place)),
            }
            if bytes.len() < 2 {
                break;
            }
        }
        let outcome = Model::<f32>::read(&bytes).and_then(|model| {
            let tape = Tape::new();
            let lengths = |port: &gradus::onnx::Port| {
                let lengths = port.lengths.iter().flatten().map(|length| length.unwrap_or(1));
                Some(lengths.collect::<Vec<_>>())
                    .filter(|all| all.iter().try_fold(1_usize, |n, &x| n.checked_mul(x)) < Some(1 << 16))
            };
            let inputs = model.inputs().iter().map(|port| tape.full(&lengths(port).unwrap_or_default()[..], 1.0));
            model.record(&tape, &inputs.collect::<Vec<_>>()).map(drop)
        });
        if let Err(error) = outcome {
            refused += 1;
            assert!(!error.to_string().contains("panicked"), "{error}");
        }
    }
    assert!(refused > 1_000, "{refused} of 10,000 files were refused");
}

#[test]
fn an_operator_that_is_not_known_is_told_with_its_node_and_what_there_is() {
    let bytes = exported("mlp_21_dynamo");
    let place = bytes.windows(4).position(|part| part == b"Tanh").expect("a Tanh");
    let mut changed = bytes.clone();
    changed[place..place + 4].copy_from_slice(b"Tarn");
    let model = Model::<f32>::read(&changed).expect("a model");
    let tape = Tape::new();
    let message = model.record(&tape, &[tape.input([[1.0; 4]; 2])]).expect_err("no Tarn").to_string();
    assert!(message.contains("no operator Tarn") && message.contains("Sigmoid, Sign"), "{message}");
    let message = model.record(&tape, &[tape.input([1.0; 3])]).expect_err("another shape").to_string();
    assert!(message.contains("expected x (2, 4), found [3]"), "{message}");
    let old = Model::<f32>::read(b"\x08\x07\x3a\x00\x42\x02\x10\x0b").expect_err("opset 11").to_string();
    assert!(old.contains("version 11"), "{old}");
}
