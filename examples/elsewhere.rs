//! Every op, trainings and predictions as StableHLO or ONNX, with the numbers that this engine computes: for `tools/run_stablehlo.py` and `tools/run_onnx.py`,
//! which have XLA and onnxruntime compute the same.
//!
//! `cargo run --release --example elsewhere --features stablehlo,onnx -- onnx CASES.json`
//! `python3 tools/run_onnx.py CASES.json`

use gradus::nn::{
    Activation, Conv2d, Embedding, Flatten, Init, LayerNorm, Linear, MaxPool2d, Mlp, Module, MultiHeadAttention,
    Sequential,
};
use gradus::optim::{AdamW, RecordUpdate, Sgd};
use gradus::prelude::*;
use gradus::step::{State, Step, StepError};
use gradus::table::{
    Hard,
    Operand::{Any, Labels},
    Row,
};
use gradus::{Conv, NotLowered, Windows};
use ndarray::{Array2, ArrayD, IxDyn};
use rand::RngExt;
use serde_json::{Value, json};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (language, path) = (arguments.next(), arguments.next().ok_or("stablehlo or onnx, and a file for the cases")?);
    let language = match language.as_deref() {
        Some("stablehlo") => Language::StableHlo,
        Some("onnx") => Language::Onnx,
        _ => return Err("the language is stablehlo or onnx".into()),
    };
    let mut cases = language.rows::<f32>()?;
    cases.extend(language.rows::<f64>()?);
    cases.extend(language.second_order::<f32>()?);
    cases.extend(language.second_order::<f64>()?);
    for steps in [1, 10] {
        cases.push(language.deep::<f32>("SGD with momentum", &Sgd::new(0.5).momentum(0.9), steps)?);
        cases.push(language.deep::<f64>("SGD with momentum", &Sgd::new(0.5).momentum(0.9), steps)?);
        cases.push(language.deep::<f32>("AdamW", &AdamW::new(0.001), steps)?);
        cases.push(language.deep::<f64>("AdamW", &AdamW::new(0.001), steps)?);
    }
    // As in chapter 15: a quadratic cost, and a learning rate of 3.
    cases.push(language.training::<f32>(&[784, 30, 10], "SGD, quadratic cost", &Sgd::new(3.0), 200, |y, labels| {
        let digits = y.tape().input(Array2::from_diag_elem(10, 1.0));
        y.sigmoid().quadratic_cost(digits.gather_rows(labels))
    })?);
    cases.push(language.cnn()?);
    cases.push(language.gpt()?);
    println!("{} modules in {path}", cases.len());
    std::fs::write(path, serde_json::to_string(&cases)?)?;
    Ok(())
}

/// What the cases are written in.
#[derive(Clone, Copy)]
enum Language {
    StableHlo,
    Onnx,
}

/// The arguments and the results of a function that was recorded.
type Function<'t, F> = (Vec<Var<'t, F>>, Vec<Var<'t, F>>);

/// A row differentiated twice: what flows back to the operands is multiplied by random numbers and summed. The results are the gradients of that sum with respect
/// to the operands and to what arrived at the row's result. The numbers are those of f32, whatever the kind. `None` if nothing flows.
fn twice<'t, F: Scalar>(row: &Row<F>, tape: &'t Tape<F>) -> Option<Function<'t, F>> {
    let mut rng = seeded(23);
    let kept = |x: f64| F::from_f64(f64::from(x as f32));
    let mut arguments = Vec::new();
    for operand in row.operands {
        let numbers = operand.sample(&mut rng).mapv(kept);
        arguments.push(if operand.is_differentiable() { tape.var(numbers) } else { tape.input(numbers) });
    }
    let mut random = |shape: &[usize]| ArrayD::from_shape_simple_fn(IxDyn(shape), || kept(rng.random_range(-1.0..1.0)));
    let y = (row.program)(&arguments);
    let arriving = tape.var(random(&y.shape()));
    let first = y.backward_with(arriving);
    let flows: Vec<Var<F>> = arguments.iter().filter_map(|&x| first.get(x)).collect();
    arguments.push(arriving);
    let factors: Vec<Var<F>> = flows.iter().map(|flow| tape.input(random(&flow.shape()))).collect();
    let sum = flows.iter().zip(&factors).map(|(&flow, &factor)| (flow * factor).sum()).reduce(|a, b| a + b)?;
    let second = sum.backward();
    let results = arguments.iter().filter_map(|&x| second.get(x)).collect();
    arguments.extend(factors);
    Some((arguments, results))
}

/// Bytes as text.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Language {
    fn tape<F: Scalar>(self, tape: &Tape<F>, arguments: &[Var<F>], results: &[Var<F>]) -> Result<String, NotLowered> {
        match self {
            Language::StableHlo => tape.to_stablehlo(arguments, results),
            Language::Onnx => tape.to_onnx(arguments, results).map(|model| hex(&model)),
        }
    }

    fn step(self, step: &Step) -> Result<String, StepError> {
        match self {
            Language::StableHlo => step.to_stablehlo(),
            Language::Onnx => step.to_onnx().map(|model| hex(&model)),
        }
    }

    /// Each row of the table of ops, and what the table does not try: its result, and what flows back to each operand; on random numbers, and at the op's hard
    /// places, kinks, ties, zeros, infinities.
    fn rows<F: Scalar>(self) -> Result<Vec<Value>, Box<dyn Error>> {
        let mut rng = seeded(17);
        let row = |row: &Row<F>, is_hard: bool| {
            let random: Vec<ArrayD<f64>> = row.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
            let places = if is_hard { Hard::of(row.op).places(row.operands, &mut rng) } else { Vec::new() };
            let mut text = None;
            let mut run = |operands: &Vec<ArrayD<f64>>| {
                let tape = Tape::<F>::new();
                let mut arguments: Vec<Var<F>> = Vec::new();
                for ((operand, numbers), name) in row.operands.iter().zip(operands).zip(["a", "b", "c", "d", "e", "f"])
                {
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
                text.get_or_insert(self.tape(&tape, &arguments, &results)?);
                let values = |vars: &[Var<F>]| vars.iter().map(|var| array(&var.value())).collect::<Vec<_>>();
                Ok::<_, NotLowered>(json!({"arguments": values(&arguments), "results": values(&results)}))
            };
            let random = run(&random)?;
            let hard = places.iter().map(run).collect::<Result<Vec<_>, _>>()?;
            Ok(json!({"name": row.op, "number": F::NAME, "text": text, "random": random, "hard": hard}))
        };
        let mut row = row;
        let table = self.table().map(|known| (known, true));
        table.chain(more().iter().map(|other| (other, false))).map(|(known, is_hard)| row(known, is_hard)).collect()
    }

    /// The rows that this language can say. A graph of ONNX runs on one device, and has no sums over several.
    fn table<F: Scalar>(self) -> impl Iterator<Item = &'static Row<F>> {
        Row::<F>::ALL.iter().filter(move |row| matches!(self, Language::StableHlo) || row.op != "all_reduce")
    }

    /// Each row of the table of ops, differentiated twice.
    fn second_order<F: Scalar>(self) -> Result<Vec<Value>, Box<dyn Error>> {
        let mut cases = Vec::new();
        for (row, exact) in self.table::<F>().zip(self.table::<f64>()) {
            let tapes = (Tape::<F>::new(), Tape::<f64>::new());
            let Some((arguments, results)) = twice(row, &tapes.0) else { continue };
            let Some((_, in_f64)) = twice(exact, &tapes.1) else { continue };
            // Where f32 loses digits, each engine loses others.
            let lost = results.iter().zip(&in_f64).flat_map(|(result, exact)| {
                let pairs = result.value().into_iter().zip(exact.value());
                pairs.map(|(x, exact)| (x.to_f64() - exact).abs() / exact.abs().max(1.0)).collect::<Vec<_>>()
            });
            let within = if F::NAME == "f32" { 1e-5 } else { 1e-12 };
            let within = lost.fold(within, |within: f64, lost| within.max(2.0 * lost));
            let values = |vars: &[Var<F>]| vars.iter().map(|var| array(&var.value())).collect::<Vec<_>>();
            cases.push(json!({
                "name": format!("{}, twice", row.op), "number": F::NAME, "text": self.tape(&tapes.0, &arguments, &results)?,
                "arguments": values(&arguments), "results": values(&results), "within": within,
            }));
        }
        Ok(cases)
    }

    fn deep<F: Scalar>(
        self,
        name: &str,
        optimizer: &impl RecordUpdate<F>,
        steps: usize,
    ) -> Result<Value, Box<dyn Error>> {
        self.training(&[784, 100, 20, 10], name, optimizer, steps, |y, labels| y.softmax_cross_entropy(labels))
    }

    /// A net for digits that learns from images made of random numbers.
    fn training<F: Scalar>(
        self,
        sizes: &[usize],
        name: &str,
        optimizer: &impl RecordUpdate<F>,
        steps: usize,
        loss: for<'t> fn(Var<'t, F>, Var<'t, F>) -> Var<'t, F>,
    ) -> Result<Value, Box<dyn Error>> {
        const BATCH: usize = 16;
        let mut rng = seeded(7);
        let net = Mlp::<F>::new(sizes, Activation::Sigmoid, &mut rng).logits();
        let mut batch = || {
            let pixels = ArrayD::from_shape_simple_fn(IxDyn(&[BATCH, 784]), || F::from_f64(rng.random_range(0.0..1.0)));
            let labels = ArrayD::from_shape_simple_fn(IxDyn(&[BATCH]), || F::from_f64(rng.random_range(0..10).into()));
            [pixels, labels]
        };
        let [pixels, labels] = batch();
        let step = Step::record(&net, optimizer, |tape| {
            loss(net.forward(tape.input(&pixels).named("pixels")), tape.input(&labels).named("labels"))
        })?;
        let (mut runner, mut state) = (step.runner::<F>()?, step.start::<F>()?);
        let held = |state: &State<F>| state.arrays().map(|(_, value)| array(value)).collect::<Vec<_>>();
        let start = held(&state);
        // Twenty batches, which come again and again.
        let batches: Vec<[ArrayD<F>; 2]> = (0..steps.min(20)).map(|_| batch()).collect();
        let steps = batches.iter().cycle().take(steps);
        let losses =
            steps.map(|batch| Ok(runner.run(&mut state, batch)?.to_f64())).collect::<Result<Vec<_>, StepError>>()?;
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        Ok(json!({
            "name": format!("{} steps of {}, {name}", losses.len(), sizes.join("-")),
            "number": F::NAME,
            "within": match (F::NAME, losses.len() > 10) {
                ("f64", _) => 1e-12,
                (_, false) => 1e-5,
                // Each step has rounding of its own.
                (_, true) => 1e-4,
            },
            "text": self.step(&step)?,
            "arguments": start,
            "batches": batches.iter().map(|batch| batch.each_ref().map(array)).collect::<Vec<_>>(),
            "losses": losses,
            "results": held(&state),
        }))
    }

    /// What a net makes of an input: its parameters are constants of the module.
    fn prediction(self, name: &str, x: ArrayD<f32>, net: impl Fn(Var) -> Var) -> Result<Value, Box<dyn Error>> {
        let tape = Tape::<f32>::new();
        let (x, y) = tape.eval(|| {
            let x = tape.input(&x).named("x");
            (x, net(x).named("y"))
        });
        let text = self.tape(&tape, &[x], &[y])?;
        let [arguments, results] = [x, y].map(|var| [array(&var.value())]);
        Ok(json!({"name": name, "number": "f32", "text": text, "arguments": arguments, "results": results}))
    }

    /// The convolutional net of chapter 22.
    fn cnn(self) -> Result<Value, Box<dyn Error>> {
        let mut rng = seeded(22);
        let net = Sequential::new()
            .then(Conv2d::new("conv1", 1, 12, 5, Init::He, &mut rng))
            .then(MaxPool2d::new(2))
            .then(Activation::Relu)
            .then(Conv2d::new("conv2", 12, 24, 5, Init::He, &mut rng))
            .then(MaxPool2d::new(2))
            .then(Activation::Relu)
            .then(Flatten)
            .then(Linear::new("scores", 384, 10, Init::Scaled, Init::Zeros, &mut rng));
        let images = ArrayD::from_shape_simple_fn(IxDyn(&[8, 1, 28, 28]), || rng.random_range(0.0..1.0));
        self.prediction("prediction of a CNN", images, |x| net.forward(x))
    }

    /// A GPT as small as that of chapter 23: embeddings of symbols and of places, two blocks of attention and a hidden layer, scores.
    fn gpt(self) -> Result<Value, Box<dyn Error>> {
        const SYMBOLS: usize = 27;
        const PLACES: usize = 16;
        const WIDTH: usize = 32;
        let rng = &mut seeded(23);
        let symbols = Embedding::new("wte", SYMBOLS, WIDTH, Init::Normal(0.1), rng);
        let places = Embedding::new("wpe", PLACES, WIDTH, Init::Normal(0.1), rng);
        let block = |number: usize, rng: &mut _| {
            let name = |part: &str| format!("h/{number}/{part}");
            let attention = MultiHeadAttention::new(&name("attn"), WIDTH, 4, Init::Scaled, rng).causal();
            let hidden = Sequential::new()
                .then(LayerNorm::new(&name("ln_2"), WIDTH))
                .then(Linear::new(&name("c_fc"), WIDTH, 4 * WIDTH, Init::Scaled, Init::Zeros, rng))
                .then(Activation::Gelu)
                .then(Linear::new(&name("c_proj"), 4 * WIDTH, WIDTH, Init::Scaled, Init::Zeros, rng));
            (Sequential::new().then(LayerNorm::new(&name("ln_1"), WIDTH)).then(attention), hidden)
        };
        let blocks = [block(0, rng), block(1, rng)];
        let scores = Sequential::new().then(LayerNorm::new("ln_f", WIDTH)).then(Linear::new(
            "lm_head",
            WIDTH,
            SYMBOLS,
            Init::Scaled,
            Init::Zeros,
            rng,
        ));
        let read = ArrayD::from_shape_simple_fn(IxDyn(&[4, PLACES]), || rng.random_range(0..SYMBOLS) as f32);
        self.prediction("prediction of a GPT", read, |x| {
            let all: Vec<usize> = (0..PLACES).collect();
            let mut x = symbols.forward(x) + places.forward(x.tape().labels(&all));
            for (attention, hidden) in &blocks {
                x = x + attention.forward(x);
                x = x + hidden.forward(x);
            }
            scores.forward(x)
        })
    }
}

fn array<F: Scalar>(array: &ArrayD<F>) -> Value {
    // JSON knows no NaN and no infinity; Python reads them as text.
    let number = |x: &F| if x.is_finite() { json!(x.to_f64()) } else { json!(x.to_f64().to_string()) };
    json!({"shape": array.shape(), "numbers": array.iter().map(number).collect::<Vec<_>>()})
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
        // What StableHLO turns (channels last) stays turned between the convolutions: functions of the module, copies, sums, slices, parts side by side; and what leaves or enters is turned back.
        "between convolutions", [Any(&[2, 3, 6, 8]), Any(&[4, 3, 3, 3]), Any(&[4]), Any(&[4, 1, 1]), Any(&[2, 4]), Any(&[2, 8, 2, 2])], |x| {
            let maps = x[0].conv2d(x[1], x[2], 1, 1);
            let scaled = (maps - maps.mean_axes_keepdims([0, 2, 3])) * x[3];
            let parts = [scaled.gelu() + x[4].reshape([2, 4, 1, 1]), scaled.relu().slice(gradus::prelude::s![.., ..;-1, .., ..])];
            let pooled = Var::concat(&parts, 1).max_pool2d(2, 2);
            let deeper = (pooled + pooled.sum_axes(0) * 0.1).conv2d_with(x[5], None, Conv::new());
            deeper.permute(&[1, 0, 2, 3]).mean_axes([1, 2]) * deeper.max_axes([0, 2]).softplus() * 0.1
        };
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
