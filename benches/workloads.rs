//! The workloads that gradus and other frameworks are compared on, written as a user would write them:
//! `cargo bench --bench workloads -- W3 --threads 1` prints one JSON line. `all` runs them one after the other.

mod convolutional;
mod protocol;
mod transformer;

use gradus::data::Rows;
use gradus::nn::{Activation, Mlp, Module, Parameters, Predict};
use gradus::optim::{Adam, AdamW, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array2, ArrayView2, s};
use protocol::{Args, Batches, PIXELS, ROWS, bench, bench_chain, bench_whole, dataset, dataset_around};
use std::hint::black_box;

fn main() {
    let args = protocol::args();
    let all = ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11", "W12"];
    let wanted: Vec<&str> = if args.workload == "all" { all.to_vec() } else { vec![&args.workload] };
    for workload in wanted {
        match workload {
            "W1" => with_quadratic_cost("W1", &[784, 100, 20, 10], 10, &args),
            "W2" => with_cross_entropy("W2", &[784, 50, 10], 100, Sgd::new(0.1), &args),
            "W3" => with_cross_entropy("W3", &[784, 256, 10], 64, Adam::new(1e-3), &args),
            "W4" => with_quadratic_cost("W4", &[784, 16, 16, 10], 32, &args),
            "W5" => xor(&args),
            "W6" => with_cross_entropy("W6", &[784, 1024, 1024, 10], 256, Sgd::new(0.1), &args),
            "W7" => convolutional(&args),
            "W8" => [1_000, 10_000, 100_000, 1_000_000].into_iter().for_each(|n| chain(n, &args)),
            "W9" => gradient_check(&args),
            "W10" => rosenbrock(&args),
            "W11" => predict(&args),
            "W12" => transformer(&args),
            "denormals" => uncentred(),
            chain_of if chain_of.starts_with("W8:") => chain(chain_of[3..].parse().expect("W8:N"), &args),
            _ => eprintln!("there is no workload {workload}; choose from {}", all.join(" ")),
        }
    }
}

/// A tape that keeps a profile if `--profile` asks for one. The times of the JSON line then include two readings of the clock for each node.
fn profiled<F: Scalar>(args: &Args) -> Tape<F> {
    let mut tape = Tape::new();
    if args.profile {
        tape.start_profile();
    }
    tape
}

fn print_profile<F: Scalar>(tape: &Tape<F>) {
    if let Some(profile) = tape.profile() {
        println!("{profile}");
    }
}

/// Sigmoids everywhere, quadratic cost, SGD.
fn with_quadratic_cost(name: &str, sizes: &[usize], batch_size: usize, args: &Args) {
    let (images, labels, order) = dataset();
    let images = ArrayView2::from_shape((ROWS, PIXELS), &images).expect("the images");
    let one_hot = Array2::from_shape_fn((ROWS, 10), |(row, class)| if labels[row] == class { 1.0 } else { 0.0 });
    let net = Mlp::<f32>::new(sizes, Activation::Sigmoid, &mut seeded(7));
    let (mut sgd, mut tape, mut batches) = (Sgd::new(0.1), profiled(args), Batches::new(order, batch_size));
    bench(name, args.threads, "us_per_step", 1e6, ", \"dtype\": \"f32\"", || {
        let rows = batches.next();
        let x = tape.input(Rows { of: images, indices: rows });
        let y = tape.input(Rows { of: one_hot.view(), indices: rows });
        let loss = net.forward(x).quadratic_cost(y);
        sgd.step(&net, &loss.backward()).expect("a step");
        tape.rewind();
    });
    print_profile(&tape);
}

/// ReLUs, softmax cross-entropy.
fn with_cross_entropy(name: &str, sizes: &[usize], batch_size: usize, mut optimizer: impl Optimizer<f32>, args: &Args) {
    let (images, labels, order) = dataset();
    let images = ArrayView2::from_shape((ROWS, PIXELS), &images).expect("the images");
    let net = Mlp::<f32>::new(sizes, Activation::Relu, &mut seeded(7)).logits();
    let (mut tape, mut batches) = (profiled(args), Batches::new(order, batch_size));
    let mut batch_labels = Vec::with_capacity(batch_size);
    bench(name, args.threads, "us_per_step", 1e6, ", \"dtype\": \"f32\"", || {
        let rows = batches.next();
        batch_labels.clear();
        batch_labels.extend(rows.iter().map(|&row| labels[row]));
        let x = tape.input(Rows { of: images, indices: rows });
        let loss = net.forward(x).softmax_cross_entropy(tape.labels(&batch_labels));
        optimizer.step(&net, &loss.backward()).expect("a step");
        tape.rewind();
    });
    print_profile(&tape);
}

/// Two convolutions, each with a ReLU and a pooling, and two layers; softmax cross-entropy, Adam.
fn convolutional(args: &Args) {
    let (images, labels, order) = dataset();
    let images = ArrayView2::from_shape((ROWS, PIXELS), &images).expect("the images");
    let params = convolutional::params();
    let (mut adam, mut tape, mut batches) = (Adam::new(1e-3), profiled(args), Batches::new(order, 64));
    let mut batch_labels = Vec::with_capacity(64);
    bench("W7", args.threads, "ms_per_step", 1e3, ", \"dtype\": \"f32\"", || {
        let rows = batches.next();
        batch_labels.clear();
        batch_labels.extend(rows.iter().map(|&row| labels[row]));
        let x = tape.input(Rows { of: images, indices: rows });
        let loss = convolutional::loss(&params, x, tape.labels(&batch_labels));
        adam.step(&params, &loss.backward()).expect("a step");
        tape.rewind();
    });
    print_profile(&tape);
}

/// The four rows of XOR in turn.
fn xor(args: &Args) {
    let rows = [([0.0, 0.0], 0.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], 0.0)];
    let net = Mlp::<f32>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7)).with_output(Activation::Identity);
    let (mut sgd, mut tape, mut step) = (Sgd::new(0.1), profiled(args), 0);
    bench("W5", args.threads, "us_per_step", 1e6, ", \"dtype\": \"f32\"", || {
        let (x, t) = rows[step % 4];
        step += 1;
        let loss = net.forward(tape.input([x])).quadratic_cost(tape.input([[t]]));
        sgd.step(&net, &loss.backward()).expect("a step");
        tape.rewind();
    });
    print_profile(&tape);
}

/// n times x = tanh(x a + b) on a new tape, and its gradient.
fn chain(n: usize, args: &Args) {
    bench_chain(n, args.threads, ", \"dtype\": \"f32\"", || {
        let tape = Tape::<f32>::new();
        let (start, a, b) = (tape.var(0.5_f32), tape.var(0.9_f32), tape.var(0.1_f32));
        let mut x = start;
        for _ in 0..n {
            x = (x * a + b).tanh();
        }
        black_box(x.backward().wrt(start).item());
    });
}

/// Every one of 39,760 parameters nudged up and down.
fn gradient_check(args: &Args) {
    let (images, labels, _) = dataset();
    let images = Array2::from_shape_fn((3, PIXELS), |(row, pixel)| f64::from(images[row * PIXELS + pixel]));
    let net = Mlp::<f64>::new(&[784, 50, 10], Activation::Relu, &mut seeded(7)).logits();
    let mut largest = 0.0_f64;
    let mut tape = Tape::new();
    let mut once = || {
        let loss =
            |tape: &Tape<f64>| net.forward(tape.input(&images)).softmax_cross_entropy(tape.labels(&labels[..3])).item();
        let mut gradients = Vec::new();
        {
            let loss = net.forward(tape.input(&images)).softmax_cross_entropy(tape.labels(&labels[..3]));
            let pass = loss.backward();
            net.each_param(&mut |param| gradients.push(pass.param(param).expect("a gradient").value()));
        }
        tape.rewind();
        for (param, gradient) in net.params().iter().zip(&gradients) {
            for (element, &gradient) in gradient.iter().enumerate() {
                let mut nudged = |by: f64| {
                    param.update(|numbers| numbers[element] += by);
                    let nudged = tape.no_grad(|| loss(&tape));
                    tape.rewind();
                    nudged
                };
                let (up, down) = (nudged(1e-4), nudged(-2e-4));
                param.update(|numbers| numbers[element] += 1e-4);
                largest = largest.max(((up - down) / 2e-4 - gradient).abs());
            }
        }
    };
    once();
    bench_whole("W9", args.threads, ", \"dtype\": \"f64\"", &mut once);
    eprintln!("W9: largest difference {largest:.1e}");
}

/// Rosenbrock's function in 100 dimensions: its gradient, and its Hessian times a vector. The graph is recorded anew in each call.
fn rosenbrock(args: &Args) {
    let n = 100;
    let at: Vec<f64> = (0..n).map(|i| (i as f64 * 0.7).sin()).collect();
    let direction: Vec<f64> = (0..n).map(|i| (i as f64 * 1.3).cos()).collect();
    let mut tape = profiled::<f64>(args);
    bench("W10:grad", args.threads, "us", 1e6, ", \"dtype\": \"f64\"", || {
        let x = tape.var(&at[..]);
        black_box(record_rosenbrock(x).backward().wrt(x).with_value(|gradient| gradient[0]));
        tape.rewind();
    });
    bench("W10:hvp", args.threads, "us", 1e6, ", \"dtype\": \"f64\"", || {
        let x = tape.var(&at[..]);
        let slope = (record_rosenbrock(x).backward().wrt(x) * tape.input(&direction[..])).sum();
        black_box(slope.backward().wrt(x).with_value(|product| product[0]));
        tape.rewind();
    });
    print_profile(&tape);
}

fn record_rosenbrock(x: Var<'_, f64>) -> Var<'_, f64> {
    let n = x.shape()[0];
    let (head, tail) = (x.slice(&[(0, n - 1)]), x.slice(&[(1, n)]));
    let (valley, slope) = (tail - head * head, 1.0 - head);
    (100.0 * (valley * valley) + slope * slope).sum()
}

/// The logits of 10,000 rows, which are read in place.
fn predict(args: &Args) {
    let (images, _, _) = dataset();
    let images = Array2::from_shape_vec((ROWS, PIXELS), images).expect("the images");
    let images = images.into_shared().slice_move(s![..10_000, ..]);
    let net = Mlp::<f32>::new(&[784, 256, 10], Activation::Relu, &mut seeded(7)).logits();
    bench("W11", args.threads, "ms", 1e3, ", \"dtype\": \"f32\"", || {
        black_box(net.predict(&images));
    });
}

/// A transformer that tells the next symbol; softmax cross-entropy over all places, AdamW.
fn transformer(args: &Args) {
    let (texts, order) = transformer::texts();
    let net = transformer::Transformer::new();
    let (mut adam, mut tape, mut batches) = (AdamW::new(1e-3), profiled(args), Batches::new(order, transformer::BATCH));
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    bench("W12", args.threads, "ms_per_step", 1e3, ", \"dtype\": \"f32\"", || {
        transformer::gather(&texts, batches.next(), &mut inputs, &mut targets);
        let loss = net.forward(tape.labels(&inputs)).softmax_cross_entropy(tape.labels(&targets));
        adam.step(&net, &loss.backward()).expect("a step");
        tape.rewind();
    });
    print_profile(&tape);
}

/// W3 on pixels that are not centred: its ReLUs die, and the moments of their weights shrink towards denormal numbers. Prints how much
/// longer the last 100 of 3,000 steps take than the first 100.
fn uncentred() {
    let (images, labels, order) = dataset_around(0.5);
    let images = ArrayView2::from_shape((ROWS, PIXELS), &images).expect("the images");
    let net = Mlp::<f32>::new(&[784, 256, 10], Activation::Relu, &mut seeded(7)).logits();
    let (mut adam, mut tape, mut batches) = (Adam::new(1e-3), Tape::new(), Batches::new(order, 64));
    let mut hundred = || {
        let start = std::time::Instant::now();
        for _ in 0..100 {
            let rows = batches.next();
            let batch_labels: Vec<usize> = rows.iter().map(|&row| labels[row]).collect();
            let x = tape.input(Rows { of: images, indices: rows });
            let loss = net.forward(x).softmax_cross_entropy(tape.labels(&batch_labels));
            adam.step(&net, &loss.backward()).expect("a step");
            tape.rewind();
        }
        start.elapsed().as_secs_f64()
    };
    let hundreds: Vec<f64> = (0..30).map(|_| hundred()).collect();
    println!(
        "W3 on uncentred noise, us per step: the first 100 steps {:.0}, the last {:.0}; ratio {:.2}",
        hundreds[0] * 1e4,
        hundreds[29] * 1e4,
        hundreds[29] / hundreds[0]
    );
}
