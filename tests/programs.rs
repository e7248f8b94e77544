//! A tape written down, read, and recorded again by an engine elsewhere is the same tape.

use gradus::nn::{Activation, Mlp, Parameters};
use gradus::optim::{Optimizer, Sgd};
use gradus::petgraph::graph::NodeIndex;
use gradus::prelude::*;
use gradus::program::{Interpreter, Program, ProgramError};
use gradus::table::TABLE;
use gradus::{Real, Unary};
use ndarray::{ArrayD, array};
use rand::RngExt;

/// What this tape becomes elsewhere.
fn elsewhere<F: Scalar>(tape: &Tape<F>) -> Interpreter<F> {
    let json = tape.program().expect("a program").to_json();
    let program = Program::from_json(&json).expect("a program that can be read");
    assert_eq!(program.to_json(), json, "a program that was read is written as before");
    let mut interpreter = Interpreter::new(program).expect("a program of known ops");
    interpreter.run().expect("a program that runs");
    interpreter
}

/// The bits of every node's numbers.
fn bits<F: Scalar>(tape: &Tape<F>) -> Vec<Vec<u64>> {
    let node = |node: gradus::NodeInfo| tape.value(node.index).iter().map(|x| x.to_f64().to_bits()).collect();
    tape.nodes().into_iter().map(node).collect()
}

/// Holds a tape against what it becomes elsewhere: every node with its bits, every name, scope, line and event.
#[track_caller]
fn is_the_same_elsewhere<F: Scalar>(tape: &Tape<F>) {
    let again = elsewhere(tape);
    let [here, there] = [tape.trace(), again.trace()].map(|trace| serde_json::to_string_pretty(&trace).unwrap());
    assert!(here == there, "{}", first_difference(&here, &there));
    assert_eq!(bits(tape), bits(again.tape()));
}

fn first_difference(a: &str, b: &str) -> String {
    let place = a.lines().zip(b.lines()).position(|(a, b)| a != b).unwrap_or_default();
    let around = |text: &str| text.lines().skip(place.saturating_sub(12)).take(16).collect::<Vec<_>>().join("\n");
    format!("here:\n{}\nthere:\n{}", around(a), around(b))
}

/// Records a row of the table with its gradient, and the gradient of that where there is one.
fn record_row<F: Scalar>(
    tape: &Tape<F>,
    operands: &[ArrayD<f64>],
    differentiable: &[bool],
    program: gradus::table::Program<F>,
) {
    let x: Vec<Var<F>> = operands
        .iter()
        .zip(differentiable)
        .map(|(x, &gets_gradient)| {
            let x = x.mapv(F::from_f64);
            if gets_gradient { tape.var(&x) } else { tape.input(&x) }
        })
        .collect();
    let y = program(&x).named("y");
    if let Ok(gradients) = (y * y).sum().try_backward() {
        let found = x.iter().filter_map(|&x| gradients.get(x));
        let squares: Vec<Var<F>> = found.map(|gradient| (gradient * gradient).sum()).collect();
        if let Some(sum) = squares.into_iter().reduce(|a, b| a + b) {
            let _ = sum.try_backward();
        }
    }
}

#[test]
fn every_op_travels_to_second_order_in_both_kinds_of_number() {
    let mut rng = seeded(3);
    for example in TABLE {
        let operands: Vec<ArrayD<f64>> = example.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
        let differentiable: Vec<bool> = example.operands.iter().map(|operand| operand.is_differentiable()).collect();
        let (wide, narrow) = (Tape::<f64>::new(), Tape::<f32>::new());
        record_row(&wide, &operands, &differentiable, example.f64);
        record_row(&narrow, &operands, &differentiable, example.f32);
        for stays in [wide.program().unwrap().stays().next(), narrow.program().unwrap().stays().next()] {
            assert_eq!(stays, None, "{} should travel", example.op);
        }
        is_the_same_elsewhere(&wide);
        is_the_same_elsewhere(&narrow);
    }
}

#[test]
fn a_step_of_training_travels_with_its_names_scopes_and_constants() {
    let net = Mlp::<f32>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7));
    let tape = Tape::new();
    let x = tape.input(array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).named("x");
    let _scope = tape.scope("outer/with a slash");
    let scale = tape.no_grad(|| tape.constant(0.5) * tape.input(2.0)).named("no gradient flows here");
    let target = tape.input(array![[0.0], [1.0], [1.0], [f32::INFINITY]]).named("target");
    let loss = (net.forward(x) * scale - target).pow(2.0).mean().named("loss");
    loss.backward();
    is_the_same_elsewhere(&tape);
}

#[test]
fn gradients_are_used_as_operands_and_as_cotangents() {
    let tape = Tape::<f64>::new();
    let x = tape.var(array![0.5, -1.0]).named("x");
    let y = (x.sin() * x).named("y");
    let slope = y.backward_with(tape.input(array![1.0, 2.0])).wrt(x).named("slope");
    let steepness = (slope * slope.detach()).sum();
    let again = steepness.backward();
    y.backward_with(again.wrt(x));
    is_the_same_elsewhere(&tape);
}

#[test]
fn a_parameter_has_the_numbers_that_the_pass_saw_if_updates_are_kept() {
    let net = Mlp::<f64>::new(&[2, 1], Activation::Tanh, &mut seeded(7));
    let step = |tape: &Tape<f64>| {
        let loss = net.forward(tape.input([[1.0, 2.0]])).sum();
        Sgd::new(0.5).step(&net, &loss.backward()).unwrap();
        loss.item()
    };
    let tape = Tape::new();
    step(&tape);
    let error = tape.program().unwrap_err().to_string();
    assert!(error.starts_with("parameter \"layer1/W\" was changed") && error.contains("keep_updates"), "{error}");
    let tape = Tape::new();
    tape.keep_updates(true);
    let loss = step(&tape);
    let again = elsewhere(&tape);
    let last = again.tape().loss_of(1).unwrap();
    assert_eq!(again.tape().value(last).sum(), loss);
}

#[test]
fn clipped_gradients_travel_as_the_ops_that_clip_them() {
    let net = Mlp::<f64>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7));
    let tape = Tape::new();
    let gradients = net.forward(tape.input([[1.0, 2.0]])).sum().backward().clip_norm(&net, 0.1);
    for param in &net.params() {
        let _ = (gradients.param(param).expect("a gradient of each parameter") * 2.0).sum();
    }
    assert_eq!(bits(elsewhere(&tape).tape()), bits(&tape));
}

/// y = x³
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cube;

impl Unary for Cube {
    const NAME: &'static str = "cube";
    fn value<T: Real>(self, x: T) -> T {
        x * x * x
    }
    fn flow<T: Real>(self, g: T, x: T, _: T) -> T {
        g * T::number(3.0) * x * x
    }
}

#[test]
fn an_op_of_the_learners_own_stays_and_so_does_what_depends_on_it() {
    let tape = Tape::<f64>::new();
    let x = tape.var(2.0).named("x");
    let cube = x.map(Cube);
    let square = x * x;
    (cube + square).backward();
    square.backward();
    let program = tape.program().unwrap();
    let stays: Vec<(usize, String)> = program.stays().map(|(node, why)| (node, why.to_owned())).collect();
    let told: Vec<&str> = stays.iter().map(|(_, why)| &why[..]).collect();
    assert_eq!(
        told,
        [
            "cube is an op of the program's own, whose code does not travel",
            "it depends on node 1, which stays",
            "it begins at a node that stays"
        ]
    );
    let again = elsewhere(&tape);
    let nodes: Vec<usize> = program.nodes().collect();
    assert_eq!(nodes.len(), again.tape().len());
    for (there, &here) in nodes.iter().enumerate() {
        let [there, here] =
            [(again.tape(), there), (&tape, here)].map(|(tape, node)| tape.value(NodeIndex::new(node)).sum());
        assert_eq!(there, here);
    }
}

#[test]
fn the_first_number_that_went_wrong_is_reported_with_the_learners_line() {
    let tape = Tape::<f64>::new();
    tape.var([1.0, -1.0]).ln().sum().backward();
    assert!(tape.trace().nodes[1].fault.as_ref().is_some_and(|fault| fault.contains("programs.rs")));
    is_the_same_elsewhere(&tape);
}

#[test]
fn other_numbers_give_what_the_learners_code_gives_for_them() {
    fn neuron(tape: &Tape<f64>, [w, b]: [f64; 2]) -> [f64; 3] {
        let (w, x, b) = (tape.var(w), tape.input([2.0, -1.0]), tape.var(b));
        let y = (w * x + b).sigmoid().sum();
        let gradients = y.backward();
        [y.item(), gradients.wrt(w).item(), gradients.wrt(b).item()]
    }
    let tape = Tape::new();
    neuron(&tape, [0.5, 0.25]);
    let mut again = elsewhere(&tape);
    let mut rng = seeded(5);
    for _ in 0..20 {
        let leaves: [f64; 2] = [rng.random_range(-2.0..2.0), rng.random_range(-2.0..2.0)];
        again.set(0, &leaves[..1]).unwrap();
        again.set(2, &leaves[1..]).unwrap();
        again.run().unwrap();
        let expected = neuron(&Tape::new(), leaves);
        let loss = again.tape().loss_of(1).unwrap();
        let gradient = |node: usize| again.tape().gradient_of(NodeIndex::new(node), 1).unwrap();
        let found = [loss, gradient(0), gradient(2)].map(|node| again.tape().value(node).sum());
        assert_eq!(found, expected);
    }
}

#[test]
fn a_program_is_told_where_it_is_wrong() {
    let tape = Tape::<f64>::new();
    (tape.var([1.0, 2.0]).softmax(0) * 2.0).sum().backward();
    let json = tape.program().unwrap().to_json();
    let error = |from: &str, to: &str| {
        let changed = json.replacen(from, to, 1);
        assert_ne!(changed, json, "{from}");
        let outcome =
            Program::from_json(&changed).and_then(Interpreter::<f64>::new).and_then(|mut program| program.run());
        outcome.unwrap_err().to_string()
    };
    let told = [
        error("\"gradus_program\": 1", "\"gradus_program\": 2"),
        error("[1.0,2.0]", "[1.0]"),
        error("[1.0,2.0]", "[1.0,true]"),
        error("\"axis\":0", "\"axis\":-1"),
        error("\"axis\":0", "\"axes\":0"),
        error("\"axis\":0", "\"axis\":7"),
        error("\"softmax\"", "\"softmaxx\""),
        error("\"of\":[0]", "\"of\":[0,0]"),
        error("\"of\":[0]", "\"of\":[3]"),
        error("\"of\":[0]", "\"of\":[{\"gradient\":0,\"of\":0}]"),
        error("\"leaf\":\"var\"", "\"leaf\":\"seed\""),
        error("\"nodes\":", "\"nodes\":1"),
        error("\"shape\":[2]", "\"shape\":[1,2]"),
        error("\"node\":0", "\"node\":0,\"node\":0"),
        error("\"params\": []", "\"params\": [{\"name\":\"w\",\"shape\":[0,4294967296,4294967296],\"numbers\":[]}]"),
        error("\"f64\"", "\"f32\""),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn more_numbers_or_more_work_than_a_run_may_take_are_refused_before_memory_and_time() {
    let program = |steps: &str| {
        let leaf = r#"{"leaf":"input","numbers":[1.0],"shape":[1,1],"node":0}"#;
        let json = format!(r#"{{"gradus_program":1,"number":"f64","params":[],"steps":[{leaf},{steps}]}}"#);
        Interpreter::<f64>::new(Program::from_json(&json).unwrap()).unwrap().run().unwrap_err()
    };
    let large = r#"{"op":"broadcast_to","with":{"shape":[9000,9000]},"of":[0],"shape":[9000,9000],"node":1}"#;
    let error = program(large).to_string();
    assert!(error.contains("648000000 bytes"), "{error}");
    let product = r#"{"op":"broadcast_to","with":{"shape":[4000,4000]},"of":[0],"shape":[4000,4000],"node":1},
        {"op":"matmul","of":[1,1],"shape":[4000,4000],"node":2}"#;
    let error = program(product).to_string();
    assert!(error.contains("128032000000 additions, multiplications and reads"), "{error}");
    // A sum of the same numbers two thousand times takes no more room than once.
    let terms = vec!["1"; 2000].join(",");
    let sum = format!(
        r#"{{"op":"broadcast_to","with":{{"shape":[4000,4000]}},"of":[0],"shape":[4000,4000],"node":1}},
        {{"op":"add_n","of":[{terms}],"shape":[4000,4000],"node":2}}"#
    );
    let error = program(&sum).to_string();
    assert!(error.contains("63984000000 additions"), "{error}");
    // All but one pixel of this window lie in the padding.
    let window = |kernel: [u64; 2], padding: [u64; 2]| {
        let windows = format!(r#"{{"kernel":{kernel:?},"stride":[1,1],"padding":{padding:?},"dilation":[1,1]}}"#);
        let image = r#"{"op":"reshape","with":{"shape":[1,1,1,1]},"of":[0],"shape":[1,1,1,1],"node":1}"#;
        let pool =
            format!(r#"{{"op":"max_pool2d","with":{{"windows":{windows}}},"of":[1],"shape":[1,1,1,1],"node":2}}"#);
        program(&format!("{image},{pool}")).to_string()
    };
    let error = window([(1 << 18) + 1; 2], [1 << 17; 2]);
    assert!(error.contains("68720001026 additions"), "{error}");
    let error = window([(1 << 33) + 1; 2], [1 << 32; 2]);
    assert!(error.contains("more pixels, or reaches further, than can be counted"), "{error}");
    let error = window([1, 1], [u64::MAX / 2 + 1; 2]);
    assert!(error.contains("more pixels, or reaches further, than can be counted"), "{error}");
}

/// A document with some of its numbers and words replaced, and sometimes one of its signs.
pub fn mutated(json: &str, rng: &mut rand::rngs::ChaCha8Rng) -> String {
    let belongs = |sign: char| sign.is_alphanumeric() || "_.-'".contains(sign);
    let mut parts: Vec<String> = Vec::new();
    for sign in json.chars() {
        match parts.last_mut() {
            Some(last) if belongs(sign) && last.chars().all(belongs) => last.push(sign),
            _ => parts.push(sign.to_string()),
        }
    }
    let is_number = |part: &str| part.parse::<f64>().is_ok();
    for _ in 0..rng.random_range(1..4) {
        let place = rng.random_range(0..parts.len());
        if !parts[place].chars().all(belongs) {
            if rng.random_range(0..20) == 0 {
                parts[place].clear();
            }
            continue;
        }
        let alike: Vec<&String> = parts
            .iter()
            .filter(|part| part.chars().all(belongs) && is_number(part) == is_number(&parts[place]))
            .collect();
        let drawn = alike[rng.random_range(0..alike.len())].clone();
        let hard = ["0", "1", "2", "3", "7", "-1", "4294967296", "1e308", "null", "[]"];
        parts[place] = match is_number(&parts[place]) && rng.random() {
            true => hard[rng.random_range(0..hard.len())].to_owned(),
            false => drawn,
        };
    }
    parts.concat()
}

/// Programs of every op, changed: each is refused with a sentence, or runs; none panics inside of an op.
fn on_mutations(count: usize) {
    let mut rng = seeded(11);
    let (mut read, mut ran, mut panicked) = (0, 0, Vec::new());
    for round in 0..count {
        let example = &TABLE[round % TABLE.len()];
        let operands: Vec<ArrayD<f64>> = example.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
        let tape = Tape::<f64>::new();
        let x: Vec<Var<f64>> = operands.iter().map(|x| tape.var(x)).collect();
        let _ = (example.f64)(&x).sum().try_backward();
        let json = mutated(&tape.program().unwrap().to_json(), &mut rng);
        let Ok(program) = Program::from_json(&json) else { continue };
        read += 1;
        let outcome = Interpreter::<f64>::new(program).and_then(|mut program| program.run());
        match outcome {
            Ok(()) => ran += 1,
            Err(ProgramError::Refused { what, reason, .. }) if reason.contains("panicked") => {
                panicked.push(format!("{what}: {reason}\n{json}"));
            }
            Err(_) => {}
        }
    }
    assert!(panicked.is_empty(), "{} of {count}:\n{}", panicked.len(), panicked[..panicked.len().min(5)].join("\n"));
    assert!(read > count / 10 && ran > count / 100, "{read} read, {ran} ran, of {count}");
}

#[test]
fn five_hundred_mutated_programs_are_refused_or_run_and_none_panics() {
    on_mutations(500);
}

#[test]
#[ignore = "a minute"]
fn ten_thousand_mutated_programs_are_refused_or_run_and_none_panics() {
    on_mutations(10_000);
}

#[test]
fn the_format_reads_well() {
    let tape = Tape::<f32>::new();
    let w = Param::new("w", array![[0.1_f32, -2.5]]);
    let x = tape.input([[3.0], [f32::NAN]]).named("x");
    let scope = tape.scope("layer");
    let y = tape.param(&w).matmul(x).sum_axes(1).named("y");
    drop(scope);
    let slope = y.sum().backward().param(&w).unwrap().named("slope");
    let _ = slope * 2.0;
    insta::with_settings!({filters => vec![(r#""line":\d+"#, r#""line":LINE"#)]}, {
        insta::assert_snapshot!(tape.program().unwrap().to_json());
    });
}
