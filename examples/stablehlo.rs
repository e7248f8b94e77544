//! Every op, and a training, as StableHLO with the numbers that this engine computes: for `tools/run_stablehlo.py`, which has XLA compute the same.
//!
//! `cargo run --release --example stablehlo --features stablehlo -- CASES.json`
//! `python3 tools/run_stablehlo.py CASES.json`

use gradus::nn::{Activation, Mlp};
use gradus::optim::{AdamW, RecordUpdate, Sgd};
use gradus::prelude::*;
use gradus::step::{State, Step};
use gradus::table::{
    Hard,
    Operand::{Any, Labels},
    Row,
};
use gradus::{Conv, NoStableHlo, Windows};
use ndarray::{ArrayD, IxDyn};
use rand::RngExt;
use serde_json::{Value, json};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("where to? give the name of a file, such as target/cases.json")?;
    let mut cases = rows::<f32>()?;
    cases.extend(rows::<f64>()?);
    for steps in [1, 10] {
        cases.push(training::<f32>("SGD with momentum", &Sgd::new(0.5).momentum(0.9), steps)?);
        cases.push(training::<f64>("SGD with momentum", &Sgd::new(0.5).momentum(0.9), steps)?);
        cases.push(training::<f32>("AdamW", &AdamW::new(0.001), steps)?);
        cases.push(training::<f64>("AdamW", &AdamW::new(0.001), steps)?);
    }
    println!("{} modules in {path}", cases.len());
    std::fs::write(path, serde_json::to_string(&cases)?)?;
    Ok(())
}

fn array<F: Scalar>(array: &ArrayD<F>) -> Value {
    // JSON knows no NaN and no infinity; Python reads them as text.
    let number = |x: &F| if x.is_finite() { json!(x.to_f64()) } else { json!(x.to_f64().to_string()) };
    json!({"shape": array.shape(), "numbers": array.iter().map(number).collect::<Vec<_>>()})
}

/// Each row of the table of ops, and what the table does not try: its result, and what flows back to each operand; on random numbers, and at the op's hard
/// places, kinks, ties, zeros, infinities.
fn rows<F: Scalar>() -> Result<Vec<Value>, Box<dyn Error>> {
    let mut rng = seeded(17);
    let row = |row: &Row<F>, is_hard: bool| {
        let random: Vec<ArrayD<f64>> = row.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
        let places = if is_hard { Hard::of(row.op).places(row.operands, &mut rng) } else { Vec::new() };
        let mut text = None;
        let mut run = |operands: &Vec<ArrayD<f64>>| {
            let tape = Tape::<F>::new();
            let mut arguments: Vec<Var<F>> = Vec::new();
            for ((operand, numbers), name) in row.operands.iter().zip(operands).zip(["a", "b", "c", "d", "e"]) {
                let numbers = numbers.mapv(F::from_f64);
                let leaf = if operand.is_differentiable() { tape.var(&numbers) } else { tape.input(&numbers) };
                arguments.push(leaf.named(name));
            }
            let y = (row.program)(&arguments).named("y");
            let g = ArrayD::from_shape_simple_fn(IxDyn(&y.shape()), || F::from_f64(rng.random_range(-1.0..1.0)));
            let g = tape.input(&g).named("g");
            let gradients = y.backward_with(g);
            let flows = arguments.iter().filter_map(|&x| gradients.get(x));
            let results: Vec<Var<F>> = std::iter::once(y).chain(flows).collect();
            arguments.push(g);
            text.get_or_insert(tape.to_stablehlo(&arguments, &results)?);
            let values = |vars: &[Var<F>]| vars.iter().map(|var| array(&var.value())).collect::<Vec<_>>();
            Ok::<_, NoStableHlo>(json!({"arguments": values(&arguments), "results": values(&results)}))
        };
        let random = run(&random)?;
        let hard = places.iter().map(run).collect::<Result<Vec<_>, _>>()?;
        Ok(json!({"name": row.op, "number": F::NAME, "text": text, "random": random, "hard": hard}))
    };
    let mut row = row;
    let table = Row::<F>::ALL.iter().map(|known| (known, true));
    table.chain(more().iter().map(|other| (other, false))).map(|(known, is_hard)| row(known, is_hard)).collect()
}

/// Uses of ops that the table does not try: their lines are different ones.
#[rustfmt::skip]
fn more<F: Scalar>() -> Vec<Row<F>> {
    macro_rules! rows {
        ($($op:literal, [$($operand:expr),*], |$x:ident| $program:expr;)*) => {
            vec![$(Row { op: $op, operands: &[$($operand),*], program: { fn program<'t, F: Scalar>($x: &[Var<'t, F>]) -> Var<'t, F> { $program } program } }),*]
        };
    }
    rows! {
        "matmul of vectors", [Any(&[3]), Any(&[3])], |x| x[0].matmul(x[1]);
        "matmul of a vector and a matrix", [Any(&[3]), Any(&[3, 4])], |x| x[0].matmul(x[1]);
        "matmul of a matrix and a vector", [Any(&[2, 3]), Any(&[3])], |x| x[0].matmul(x[1]);
        "matmul, batched", [Any(&[2, 1, 2, 3]), Any(&[4, 3, 2])], |x| x[0].matmul(x[1]);
        "matmul, one B for all", [Any(&[4, 2, 3]), Any(&[3, 2])], |x| x[0].matmul(x[1]);
        "matmul_nt, batched", [Any(&[4, 2, 3]), Any(&[4, 5, 3])], |x| x[0].matmul_nt(x[1]);
        "matmul_tn, batched", [Any(&[4, 3, 2]), Any(&[3, 5])], |x| x[0].matmul_tn(x[1]);
        "slice, every second", [Any(&[3, 7])], |x| x[0].slice(gradus::prelude::s![..;2, 1..6;3]);
        "slice, backwards", [Any(&[3, 7])], |x| x[0].slice(gradus::prelude::s![..;-1, 0..6;-2]);
        "slice, empty", [Any(&[3, 7])], |x| x[0].slice(gradus::prelude::s![.., 2..2]);
        "cumsum of the first axis", [Any(&[4, 3])], |x| x[0].cumsum(0);
        "conv2d, groups and dilation", [Any(&[2, 4, 7, 6]), Any(&[6, 2, 2, 3]), Any(&[6])], |x| x[0].conv2d_with(x[1], x[2], Conv::new().stride([2, 1]).padding([1, 2]).dilation([2, 1]).groups(2));
        "conv2d, depthwise", [Any(&[2, 3, 6, 5]), Any(&[3, 1, 3, 3])], |x| x[0].conv2d_with(x[1], None, Conv::new().stride(2).padding(1).groups(3));
        "conv2d, much padding", [Any(&[1, 2, 3, 3]), Any(&[2, 2, 2, 2])], |x| x[0].conv2d_with(x[1], None, Conv::new().stride(3).padding(3));
        "conv_transpose2d, groups", [Any(&[1, 4, 2, 3]), Any(&[4, 1, 2, 2])], |x| x[0].conv_transpose2d([1, 2, 7, 6], x[1], Conv::new().stride([3, 2]).groups(2));
        "conv2d_weight, groups", [Any(&[2, 4, 7, 6]), Any(&[2, 2, 3, 5])], |x| x[0].conv2d_weight(x[1], [2, 2, 3, 2], Conv::new().stride([2, 1]).groups(2));
        "max_pool2d, overlapping", [Any(&[2, 2, 7, 6])], |x| x[0].max_pool2d_with(Windows::new([3, 2]).stride([2, 1]).padding(1).dilation([1, 2]));
        "avg_pool2d, overlapping", [Any(&[2, 2, 7, 6])], |x| x[0].avg_pool2d_with(Windows::new([3, 2]).stride([2, 1]).padding(1));
        "im2col, padded", [Any(&[2, 2, 4, 5])], |x| x[0].im2col([2, 3], [2, 1], [0, 1]);
        "gather along the second axis", [Any(&[5, 4]), Labels(5, 4)], |x| x[0].gather(1, x[1].reshape([5, 1]));
        "gather_rows of a vector", [Any(&[4]), Labels(5, 4)], |x| x[0].gather_rows(x[1]);
        "softmax of the first axis", [Any(&[4, 3])], |x| x[0].softmax(0);
        "log_softmax of the middle axis", [Any(&[2, 4, 3])], |x| x[0].log_softmax(1);
        "sum of all", [Any(&[2, 4, 3])], |x| x[0].sum();
        "max, keepdims", [Any(&[2, 4, 3])], |x| x[0].max_axes_keepdims([0, 2]);
        "erf far out", [Any(&[2, 3])], |x| (x[0] * 4.0).erf();
        "gelu far out", [Any(&[2, 3])], |x| (x[0] * 6.0).gelu();
        "pow with exponent 2", [Any(&[2, 3])], |x| x[0].pow(2.0);
        "pow with exponent 0", [Any(&[2, 3])], |x| x[0].pow(0.0);
        "add of single numbers", [Any(&[]), Any(&[])], |x| x[0] + x[1];
        "detach", [Any(&[2, 3])], |x| x[0].detach() * x[0];
        "a gradient of a gradient", [Any(&[2, 3])], |x| { let y = (x[0].tanh() * x[0].gelu()).sum(); y.backward().wrt(x[0]) };
    }
}

/// A net of 784-100-20-10 for digits, on images made of random numbers.
fn training<F: Scalar>(name: &str, optimizer: &impl RecordUpdate<F>, steps: usize) -> Result<Value, Box<dyn Error>> {
    const BATCH: usize = 16;
    let mut rng = seeded(7);
    let net = Mlp::<F>::new(&[784, 100, 20, 10], Activation::Sigmoid, &mut rng);
    let mut batch = || {
        let pixels = ArrayD::from_shape_simple_fn(IxDyn(&[BATCH, 784]), || F::from_f64(rng.random_range(0.0..1.0)));
        let labels = ArrayD::from_shape_simple_fn(IxDyn(&[BATCH]), || F::from_f64(rng.random_range(0..10).into()));
        [pixels, labels]
    };
    let [pixels, labels] = batch();
    let step = Step::record(&net, optimizer, |tape| {
        net.forward(tape.input(&pixels).named("pixels")).softmax_cross_entropy(tape.input(&labels).named("labels"))
    })?;
    let (mut runner, mut state) = (step.runner::<F>()?, step.start::<F>()?);
    let held = |state: &State<F>| state.arrays().map(|(_, value)| array(value)).collect::<Vec<_>>();
    let start = held(&state);
    let (mut batches, mut losses) = (Vec::new(), Vec::new());
    for _ in 0..steps {
        let inputs = batch();
        losses.push(runner.run(&mut state, &inputs)?.to_f64());
        batches.push(inputs.each_ref().map(array));
    }
    Ok(json!({
        "name": format!("{steps} steps of 784-100-20-10, {name}"),
        "number": F::NAME,
        "text": step.to_stablehlo()?,
        "arguments": start,
        "batches": batches,
        "losses": losses,
        "results": held(&state),
    }))
}
