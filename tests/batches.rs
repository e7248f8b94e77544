//! Batches of unusual sizes, and threads: neither changes what a step computes.

use gradus::nn::{Activation, Mlp, Parameters};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array2, ArrayD, s};

/// `rows` rows of numbers between -0.5 and 0.5, and a class for each.
fn batch(rows: usize, pixels: usize) -> (Array2<f32>, Vec<usize>) {
    let x = Array2::from_shape_fn((rows, pixels), |(i, j)| ((i * 31 + j * 17) % 23) as f32 / 23.0 - 0.5);
    (x, (0..rows).map(|i| i % 10).collect())
}

/// The gradients of a network's parameters, in order.
fn gradients(net: &Mlp<f32>, x: &Array2<f32>, labels: &[usize]) -> Vec<ArrayD<f32>> {
    let tape = Tape::new();
    let pass = net.forward(tape.input(x)).softmax_cross_entropy(tape.labels(labels)).backward();
    net.params().iter().map(|param| pass.param(param).expect("a gradient").value()).collect()
}

#[test]
fn a_batch_of_one_row_is_a_batch() {
    let net = Mlp::<f32>::new(&[40, 30, 10], Activation::Relu, &mut seeded(7)).logits();
    let (x, labels) = batch(8, 40);
    let whole = gradients(&net, &x, &labels);
    let mut mean: Vec<ArrayD<f32>> = whole.iter().map(|gradient| ArrayD::zeros(gradient.shape())).collect();
    for row in 0..8 {
        let one = x.slice(s![row..=row, ..]).to_owned();
        for (mean, gradient) in mean.iter_mut().zip(gradients(&net, &one, &labels[row..=row])) {
            *mean += &(gradient / 8.0);
        }
    }
    for (mean, whole) in mean.iter().zip(&whole) {
        assert!((mean - whole).iter().all(|difference| difference.abs() < 1e-6));
    }
}

#[test]
fn a_batch_without_rows_teaches_nothing_and_breaks_nothing() {
    let (x, labels) = batch(0, 40);
    let net = Mlp::<f32>::new(&[40, 30, 10], Activation::Relu, &mut seeded(7)).logits();
    assert!(gradients(&net, &x, &labels).iter().all(|gradient| gradient.iter().all(|&slope| slope == 0.0)));

    let before: Vec<_> = net.params().iter().map(Param::value).collect();
    let tape = Tape::new();
    let loss = net.forward(tape.input(&x)).softmax_cross_entropy(tape.labels(&labels));
    Adam::new(0.1).step(&net, &loss.backward()).expect("a step");
    assert_eq!(net.params().iter().map(Param::value).collect::<Vec<_>>(), before);
    assert!(loss.item().is_nan(), "the mean of no losses is not a number");
}

#[test]
fn a_smaller_batch_in_between_gives_what_a_new_tape_gives() {
    let net = Mlp::<f32>::new(&[40, 30, 10], Activation::Sigmoid, &mut seeded(7));
    let mut tape = Tape::new();
    for rows in [8, 3, 8, 1, 8] {
        let (x, labels) = batch(rows, 40);
        {
            let pass = net.forward(tape.input(&x)).softmax_cross_entropy(tape.labels(&labels)).backward();
            for (param, fresh) in net.params().iter().zip(gradients(&net, &x, &labels)) {
                assert_eq!(pass.param(param).expect("a gradient").value(), fresh, "{rows} rows");
            }
        }
        tape.rewind();
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let train = || {
        // Large enough that its products and updates are divided among threads.
        let net = Mlp::<f32>::new(&[512, 1024, 10], Activation::Relu, &mut seeded(7)).logits();
        let (x, labels) = batch(128, 512);
        let (mut sgd, mut tape) = (Sgd::new(0.1).momentum(0.9), Tape::new());
        for _ in 0..3 {
            let loss = net.forward(tape.input(&x)).softmax_cross_entropy(tape.labels(&labels));
            sgd.step(&net, &loss.backward()).expect("a step");
            tape.rewind();
        }
        net.params().iter().flat_map(|param| param.value().into_iter().map(f32::to_bits)).collect::<Vec<_>>()
    };
    let [one, two, three] = [1, 2, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(train)
    });
    assert!(one == two && one == three, "a bit depends on the number of threads");
}
