//! What the live figures of the site are made of: `figures NET FOLDER` writes a script for each, with programs that the page's engine runs, and numbers from
//! the chapters; NET is the file in which chapter 22 keeps its net. The one idea to know: a figure's programs are recorded by **the chapter's own functions**.
//! Whatever its page shows, the engine computes from them.

use chapters::ch10::{STARTS, record, start, train_all};
use chapters::ch13::{self, task::Task};
use chapters::ch22::{by_hand, net::cnn};
use chapters::{ch07, ch10};
use frame::{Error, Result};
use gradus::Scalar;
use gradus::data::{Digits, SIDE, TruthTable};
use gradus::io::{Arrays, Layout};
use gradus::nn::{Mlp, Parameters};
use gradus::prelude::*;
use ndarray::{Array1, Array2};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The chapters' seed, unless a reader chooses another.
const SEED: u64 = 7;
/// The side of the field of places at which the film asks its net: as many as fit into the 1024 numbers that an engine hands out of an array.
const FIELD: usize = 31;

fn main() -> ExitCode {
    match write_all() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            frame::complain(&error.to_string());
            ExitCode::from(2)
        }
    }
}

fn write_all() -> Result {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let paths = paths.next().zip(paths.next());
    let (net, folder) =
        paths.ok_or_else(|| Error::new("say where the net of chapter 22 is, and where the figures go"))?;
    let mnist = frame::mnist(None)?;
    std::fs::create_dir_all(&folder).map_err(|error| Error::writing(&folder, error))?;
    write(&folder, "surface", "gradusSurface", &surface()?)?;
    write(&folder, "film", "gradusFilm", &film()?)?;
    write(&folder, "v_curve", "gradusVCurve", &v_curve(&mnist.train().first(3))?)?;
    write(&folder, "maps", "gradusMaps", &maps(&net, &mnist.test())?)
}

/// Writes a script that hands its data to a function of the page: a script can be loaded from disk, where a page can fetch nothing.
fn write(folder: &Path, name: &str, callback: &str, data: &Value) -> Result {
    let path = folder.join(format!("{name}.js"));
    frame::files::write(&path, format!("{callback}({data});\n")).map_err(|error| Error::writing(&path, error))
}

fn program<F: Scalar>(tape: &Tape<F>) -> Result<Value> {
    let program = tape.program().map_err(|error| Error::new(error.to_string()))?;
    serde_json::from_str(&program.to_json()).map_err(|error| Error::new(error.to_string()))
}

/// Chapter 7: one step of descent on the surface, with momentum, and a slope that stumbles. The step is recorded like all else, so the engine takes it.
fn surface() -> Result<Value> {
    let tape = Tape::new();
    let w = ["w1", "w2"].map(|name| tape.var(1.2).named(name));
    let [v, stumble] =
        [["v1", "v2"], ["stumble 1", "stumble 2"]].map(|names| names.map(|name| tape.input(0.0).named(name)));
    let (rate, momentum) = (tape.input(0.1).named("rate"), tape.input(0.0).named("momentum"));
    let gradients = ch07::walk::surface(&w).named("L").backward();
    let mut steepness = tape.constant(0.0);
    for i in 0..2 {
        let slope = gradients.wrt(w[i]);
        let velocity = (momentum * v[i] + (slope + stumble[i])).named(["next v1", "next v2"][i]);
        let _ = (w[i] - rate * velocity).named(["next w1", "next w2"][i]);
        steepness += slope * slope;
    }
    let _ = steepness.sqrt().named("slope");
    Ok(json!({ "program": program(&tape)? }))
}

/// Chapter 10: one step on one row, and what can be seen of a net; and all starts, each with the epochs that its training takes here.
fn film() -> Result<Value> {
    let xor = TruthTable::xor();
    let mut rng = seeded(SEED);
    let starts: Vec<Mlp<f64>> = (0..STARTS).map(|_| start(&mut rng)).collect();
    let numbers =
        |net: &Mlp<f64>| net.params().iter().flat_map(|param| param.value().into_iter()).collect::<Vec<f64>>();
    let begun: Vec<Vec<f64>> = starts.iter().map(numbers).collect();
    let tape = Tape::new();
    record(&tape, &starts[0], [0.0, 1.0], 1.0).backward();
    let (step, view) = (program(&tape)?, seen(&starts[0], &xor)?);
    let epochs: Vec<usize> =
        train_all(starts, &xor, ch10::CHAPTER.epochs)?.iter().map(|training| training.epochs).collect();
    Ok(json!({
        "step": step, "view": view, "starts": begun, "epochs": epochs, "rate": ch10::RATE, "learnt": ch10::LEARNT,
        "most": ch10::CHAPTER.epochs, "field": { "side": FIELD, "from": -0.5, "to": 1.5 },
        "rows": xor.inputs::<f64>().outer_iter().map(|x| x.to_vec()).collect::<Vec<_>>(), "targets": xor.targets::<f64>().into_iter().collect::<Vec<_>>(),
    }))
}

/// What a net says all over the plane and of the four rows, and where its hidden units see these: how far from the plane y = ½, and where along it, as in the
/// chapter's figure.
fn seen(net: &Mlp<f64>, xor: &TruthTable) -> Result<Value> {
    let tape = Tape::new();
    let at = |place: usize| -0.5 + 2.0 * place as f64 / (FIELD - 1) as f64;
    let field = Array2::from_shape_fn((FIELD * FIELD, 2), |(place, axis)| at([place % FIELD, place / FIELD][axis]));
    let _ = net.forward(tape.input(field)).named("field");
    let mut layers = net.layers();
    let (first, last) = layers.next().zip(layers.next()).expect("the net has two layers");
    let hidden = first.forward(tape.input(xor.inputs())).tanh().named("hidden");
    let answers = last.forward(hidden).named("answers");
    let weights = tape.param(&last.params()[0]);
    let length = (weights * weights).sum().sqrt();
    let across = weights / length;
    // The direction in the plane along which the two ones, rows 1 and 2, lie apart.
    let row = |row: usize| hidden.slice(&[(row, row + 1), (0, 3)]);
    let apart = row(1) - row(2);
    let along = apart.transpose() - across * apart.matmul(across);
    let along = along / (along * along).sum().sqrt();
    let _ = ((answers - 0.5) / length).named("distance");
    let _ = hidden.matmul(along).named("along");
    program(&tape)
}

/// Chapter 13: every element of b2 nudged by h, beside its gradient, in both kinds of number.
fn v_curve(digits: &Digits) -> Result<Value> {
    let mut rng = seeded(SEED);
    let mut task = Task::new(digits, &mut rng);
    while task.closest_kink() <= 2.0 * ch13::STEP {
        task = Task::new(digits, &mut rng);
    }
    Ok(json!({ "f64": nudged::<f64>(&task)?, "f32": nudged::<f32>(&task)?, "epsilon": ch13::EPSILON }))
}

/// A nudge of b2 changes nothing before the last layer, so what comes to that layer is an input here.
fn nudged<F: Scalar>(task: &Task) -> Result<Value> {
    let before = Tape::new();
    let z = before.input(&task.images).matmul(before.param(&task.w1)) + before.param(&task.b1);
    let tape = Tape::<F>::new();
    let rounded = |array: ndarray::ArrayD<f64>| tape.input(array.mapv(F::from_f64));
    let scores = rounded(z.relu().value()).matmul(rounded(task.w2.value()));
    let targets = rounded(task.targets.clone().into_dyn());
    let b2 = tape.var(Array1::from_elem(10, F::ZERO)).named("b2");
    let [h, epsilon] = [("h", ch13::STEP), ("epsilon", 0.0)].map(|(name, x)| tape.input(F::from_f64(x)).named(name));
    let number = |x: f64| tape.constant(x);
    let gradient = mean_loss(scores + b2, targets, number(0.0)).named("L").backward().wrt(b2).named("gradient");
    // Table i of [10, 3, 10] is the scores with element i moved.
    let alone = rounded(Array2::eye(10).into_dyn()).reshape([10, 1, 10]) * h;
    let [above, below] = [("above", b2 + alone), ("below", b2 - alone)]
        .map(|(name, b2)| mean_loss(scores + b2, targets, epsilon).named(name));
    let quotient = ((above - below) / (h * number(2.0))).named("quotient");
    let difference = (quotient - gradient).abs().named("difference");
    let _ = difference.mean().named("mean");
    program(&tape)
}

/// The chapter's loss, -1/n Σ t ln(softmax(x) + ε), of the last two axes.
fn mean_loss<'t, F: Scalar>(scores: Var<'t, F>, targets: Var<'t, F>, epsilon: Var<'t, F>) -> Var<'t, F> {
    let samples = targets.shape()[0] as f64;
    ((scores.softmax(-1) + epsilon).ln() * targets).sum_axes([-2, -1]) / scores.tape().constant(-samples)
}

/// Chapter 22: a digit of each kind, the kernels by hand and those that the chapter's net has learnt, and the convolution with each.
fn maps(net: &Path, test: &Digits) -> Result<Value> {
    let trained = cnn(&mut seeded(SEED));
    Arrays::load_safetensors(net)?.restore(&trained, Layout::PyTorch)?;
    let [kernels, biases] = [0, 1].map(|place| trained.params()[place].value());
    let learnt = kernels.outer_iter().zip(&biases).enumerate().map(|(i, (kernel, &bias))| {
        json!({ "name": format!("kernel {}, learnt", i + 1), "side": kernel.shape()[1], "numbers": kernel.iter().collect::<Vec<_>>(), "bias": bias })
    });
    let by_hand = by_hand::KERNELS.iter().map(|(name, kernel)| {
        json!({ "name": format!("{name}, by hand"), "side": by_hand::SMALL, "numbers": kernel.concat(), "bias": 0.0 })
    });
    let first =
        |label: u8| (0..test.len()).find(|&index| test.label(index) == label).expect("MNIST has digits of each kind");
    let digits = (0..10).map(|label| {
        let index = first(label);
        json!({ "label": label, "index": index, "pixels": test.image::<f32>(index).iter().collect::<Vec<_>>() })
    });
    Ok(
        json!({ "side": SIDE, "digits": digits.collect::<Vec<_>>(), "kernels": by_hand.chain(learnt).collect::<Vec<_>>(),
        "programs": { "3": convolution(3)?, "5": convolution(5)? } }),
    )
}

fn convolution(side: usize) -> Result<Value> {
    let tape = Tape::<f32>::new();
    let image = tape.input(Array2::<f32>::zeros((SIDE, SIDE))).named("image");
    let kernel = tape.var(Array2::<f32>::zeros((side, side))).named("kernel");
    let bias = tape.var([0.0]).named("bias");
    let map = image.reshape([1, 1, SIDE, SIDE]).conv2d(kernel.reshape([1, 1, side, side]), bias, 1, 0).named("map");
    let _ = map.max_pool2d(2, 2).relu().named("pooled");
    program(&tape)
}
