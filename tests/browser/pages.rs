//! Pages for the browser tests, besides those of the chapters: `cargo run --example browser_pages -- FOLDER`.

mod live;

use gradus::derivatives::grad;
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::page::PageOptions;
use gradus::petgraph::graph::NodeIndex;
use gradus::prelude::*;
use gradus::table::Row;
use gradus::{Conv, Shown};
use ndarray::{Array2, Array4, array};
use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("say which folder the pages go to")?);
    std::fs::create_dir_all(&folder)?;
    hostile(&folder)?;
    every_op(&folder)?;
    no_numbers(&folder)?;
    update(&folder)?;
    digits(&folder)?;
    second_pass(&folder)?;
    convolution(&folder)?;
    hints(&folder)?;
    single_numbers(&folder)?;
    large(&folder, "neurons.html", &[4, 8, 1])?;
    large(&folder, "thousands.html", &[16, 24, 12, 1])?;
    live::write_all(&folder.join("live"))
}

fn write<F: Scalar>(folder: &Path, name: &str, title: &str, tape: &Tape<F>) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(folder.join(name), tape.to_html(&PageOptions::new().title(title)))?)
}

/// Names that would run if they were markup.
fn hostile(folder: &Path) -> Result<(), Box<dyn Error>> {
    let tape = Tape::<f64>::new();
    let script = "</script><script>window.harmed = 1</script>";
    let x = tape.var(2.0).named(script);
    let scope = tape.scope("<img src=x onerror=\"window.harmed = 2\">");
    let y = (x * x).named("quotes \" ' and\na line & <b>bold</b>");
    drop(scope);
    (y + 1.0).named("javascript:window.harmed = 3").backward();
    write(folder, "hostile.html", script, &tape)
}

/// Every op, and for each node and operand the elements that an element is computed from.
fn every_op(folder: &Path) -> Result<(), Box<dyn Error>> {
    let tape = Tape::<f64>::new();
    let mut rng = seeded(5);
    for row in Row::<f64>::ALL {
        let _scope = tape.scope(row.op);
        let operands: Vec<_> = row.operands.iter().map(|operand| tape.input(operand.sample(&mut rng))).collect();
        let _ = (row.program)(&operands);
    }
    let nodes = tape.nodes();
    let expected = nodes.iter().enumerate().map(|(index, node)| {
        let reach = tape.reach(NodeIndex::new(index));
        let of_operand = |(reach, operand): (&gradus::Reach, &NodeIndex)| {
            let shape = nodes[operand.index()].shape;
            (0..node.shape.size()).map(|element| reach.cells(element, shape, node.shape)).collect::<Vec<_>>()
        };
        reach.iter().zip(&node.operands).map(of_operand).collect::<Vec<_>>()
    });
    std::fs::write(folder.join("every_op.json"), serde_json::to_string(&expected.collect::<Vec<_>>())?)?;
    write(folder, "every_op.html", "Every op", &tape)
}

/// A heat map with NaN and infinities in it.
fn no_numbers(folder: &Path) -> Result<(), Box<dyn Error>> {
    let tape = Tape::<f64>::new();
    let mut x = Array2::from_shape_fn((12, 16), |(row, column)| (row as f64 - 5.0) * (column as f64 + 1.0) / 10.0);
    x[[3, 4]] = 0.0;
    let y = tape.var(&x).named("x").ln().named("logarithm");
    (y * tape.input(array![f64::INFINITY]).named("factor")).named("product").sum().backward();
    write(folder, "no_numbers.html", "The logarithm of what has none", &tape)
}

/// A whole step of training: forward, backward, update.
fn update(folder: &Path) -> Result<(), Box<dyn Error>> {
    let net = Mlp::<f64>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7));
    let tape = Tape::new();
    tape.keep_updates(true);
    let x = tape.input(array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).named("x");
    let y = tape.input(array![[0.0], [1.0], [1.0], [0.0]]).named("target");
    let loss = net.forward(x).mean_squared_error(y).named("loss");
    Sgd::new(0.5).step(&net, &loss.backward())?;
    write(folder, "update.html", "One step towards XOR", &tape)
}

/// A batch of ten digits through 784-100-20-10, and the step it makes.
fn digits(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut rng = seeded(7);
    let net = Mlp::<f32>::new(&[784, 100, 20, 10], Activation::Sigmoid, &mut rng);
    let train = Mnist::open("data/mnist")?.train();
    let batch = train.batches(10, &mut rng).next().ok_or("no batch")?;
    let tape = Tape::new();
    tape.keep_updates(true);
    let (x, y) = (tape.input(&batch.images).named("images"), tape.input(&batch.one_hot).named("targets"));
    let gradients = net.forward(x).quadratic_cost(y).named("cost").backward();
    Sgd::new(0.1).step(&net, &gradients)?;
    write(folder, "digits.html", "Ten digits, one step", &tape)
}

/// Stripes, whose direction differs from filter to filter.
fn wave(filter: usize, y: usize, x: usize) -> f32 {
    let (sin, cos) = (filter as f32 * 0.6).sin_cos();
    0.3 * (1.3 * (sin * y as f32 + cos * x as f32)).sin()
}

/// Two digits through filters, pooling and a softmax.
fn convolution(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut rng = seeded(3);
    let train = Mnist::open("data/mnist")?.train();
    let batch = train.batches(2, &mut rng).next().ok_or("no batch")?;
    let tape = Tape::<f32>::new();
    let images = tape.input(&batch.images).named("images").reshape([2, 1, 28, 28]);
    let filters =
        tape.var(Array4::from_shape_fn((6, 1, 5, 5), |(filter, _, y, x)| wave(filter, y, x))).named("filters");
    let pooled = images.conv2d_with(filters, None, Conv::new()).relu().max_pool2d(2, 2).named("pooled");
    let weights = tape
        .var(Array2::from_shape_fn((864, 10), |(pixel, class)| 0.1 * wave(class, pixel / 12, pixel % 12)))
        .named("weights");
    let scores = pooled.reshape([2, 864]).matmul(weights).named("scores");
    let _ = scores.softmax(1).named("probabilities");
    scores.softmax_cross_entropy_with(tape.input(&batch.one_hot).named("targets")).named("loss").backward();
    write(folder, "convolution.html", "Two digits, six filters", &tape)
}

/// Arrays whose program says how they want to be seen: letters of 5 by 7 pixels, the weights that look at them, scores, and an attention.
fn hints(folder: &Path) -> Result<(), Box<dyn Error>> {
    let tape = Tape::<f64>::new();
    let letters =
        Array2::from_shape_fn((3, 35), |(letter, pixel)| f64::from(u8::from(pixel % 5 == letter || pixel / 5 == 3)));
    let letters = tape.input(letters).named("letters").shown_as(Shown::image(7, 5));
    let weights = Array2::from_shape_fn((35, 4), |(pixel, unit)| wave_of(pixel + 3 * unit));
    let weights = tape.var(weights).named("weights").shown_as(Shown::image(7, 5));
    let scores = letters.matmul(weights).named("scores").shown_as(Shown::Bars);
    let words = ["the", "cat", "sat"];
    let queries = scores.tanh().named("queries").shown_as(Shown::tokens(words));
    let looks = queries.matmul_nt(queries).softmax(1).named("attention").shown_as(Shown::tokens(words));
    let maps = tape.var(Array4::from_shape_fn((2, 3, 1, 9), |(i, c, _, x)| wave_of(i + 5 * c + x))).named("stripes");
    let maps = maps.shown_as(Shown::FeatureMaps);
    (looks.matmul(queries).square().sum() + maps.square().sum()).named("loss").backward();
    write(folder, "hints.html", "Letters and words", &tape)
}

/// A gradient that is differentiated again.
fn second_pass(folder: &Path) -> Result<(), Box<dyn Error>> {
    let tape = Tape::<f64>::new();
    let x = tape.var(array![0.5, -1.0]).named("x");
    let y = (x.sin() * x).sum().named("y");
    let slope = grad(y, &[x])[0];
    (slope * slope).sum().named("steepness").backward();
    write(folder, "second_pass.html", "The slope of a slope", &tape)
}

/// A network of single numbers, whose bend is computed from exponentials: 4-8-1 has 205 nodes, 16-24-12-1 more than 2,000.
fn large(folder: &Path, file: &str, sizes: &[usize]) -> Result<(), Box<dyn Error>> {
    let tape = Tape::<f64>::new();
    let mut values: Vec<Var<f64>> = (0..sizes[0]).map(|i| tape.input(wave_of(i)).named(format!("x{i}"))).collect();
    for (layer, &size) in sizes.iter().enumerate().skip(1) {
        let neuron = |j: usize| {
            let weight = |i: usize| tape.var(wave_of(100 * layer + 17 * j + i)).named(format!("w{layer}.{j}.{i}"));
            let bias = tape.var(0.1).named(format!("b{layer}.{j}"));
            let sum = values.iter().enumerate().fold(bias, |sum, (i, &x)| sum + weight(i) * x);
            let power = (sum * 2.0).exp();
            ((power - 1.0) / (power + 1.0)).named(format!("h{layer}.{j}"))
        };
        values = (0..size).map(neuron).collect();
    }
    values[0].backward();
    write(folder, file, &format!("A network {sizes:?} of single numbers"), &tape)
}

fn wave_of(place: usize) -> f64 {
    (1.7 * place as f64).sin()
}

/// Formulas of single numbers, and how the library writes them with the numbers put in: a line or nothing for each node, and for each event.
fn single_numbers(folder: &Path) -> Result<(), Box<dyn Error>> {
    let tape = Tape::<f64>::new();
    let (w, x, long) = (tape.var(-0.8).named("w"), tape.var(1.5).named("x"), tape.var(1.25e-7).named("two words"));
    let functions = [x.sin(), w.exp(), x.ln(), w.tanh(), w.sigmoid(), x.sqrt(), w.pow(3.0), w.relu(), x.softplus(), -w];
    let pairs = [w * x, x - w, w / x, w.maximum(x), long * w, x.pow_var(w), w.mean_squared_error(x), w.huber(x, 0.5)];
    let sum = functions.into_iter().chain(pairs).reduce(|sum, y| sum + y).ok_or("nothing to add")?;
    (sum * tape.constant(2.0)).named("y").backward();
    let trace = tape.trace();
    let values: Vec<_> = (0..trace.nodes.len()).map(|node| trace.value_in_numbers(node)).collect();
    let flows: Vec<_> = (0..trace.events.len()).map(|place| trace.flow_in_numbers(place)).collect();
    std::fs::write(folder.join("single_numbers.json"), serde_json::to_string(&(values, flows))?)?;
    write(folder, "single_numbers.html", "Single numbers", &tape)
}
