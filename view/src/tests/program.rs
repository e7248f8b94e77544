//! The programs that the tests step through. Their lines show in the snapshots, so they stand in a file of their own.

use gradus::nn::{Activation, Init, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;

/// Two rows of XOR through one net, whose parameters are therefore used twice, and one update.
pub(super) fn two_rows() -> Tape<f64> {
    let tape = Tape::new();
    tape.keep_updates(true);
    let init = Init::Normal(1.0);
    let net = Mlp::<f64>::with_init(&[2, 3, 1], Activation::Tanh, init, init, &mut seeded(7))
        .with_output(Activation::Identity);
    let cost =
        |x: [f64; 2], t: f64| net.forward(tape.input([x]).named("x")).quadratic_cost(tape.input([[t]]).named("t"));
    let loss = (cost([0.0, 1.0], 1.0) + cost([1.0, 1.0], 0.0)).named("loss");
    Sgd::new(0.1).step(&net, &loss.backward()).expect("gradients of these very parameters");
    tape
}

/// A product of matrices that are too large to be shown as numbers, one of which holds what is no number.
pub(super) fn heat() -> Tape<f64> {
    let tape = Tape::new();
    let wave = |row: usize, column: usize| (row as f64 - column as f64 / 3.0).sin();
    let mut x = ndarray::Array2::from_shape_fn((6, 40), |(row, column)| wave(row, column));
    x[[1, 3]] = f64::NAN;
    x[[2, 5]] = f64::INFINITY;
    let w = ndarray::Array2::from_shape_fn((40, 12), |(row, column)| wave(column, row) / 4.0);
    let (x, w) = (tape.input(&x).named("x"), tape.var(&w).named("w"));
    x.matmul(w).named("z").sum().named("total").backward();
    tape
}

/// A value that fans out, and a gradient that is differentiated again.
pub(super) fn twice() -> Tape<f64> {
    let tape = Tape::new();
    let x = tape.var(2.0).named("x");
    let y = (x * x * x).named("y");
    y.backward().wrt(x).named("slope").backward();
    tape
}

/// Names as people give them who do not write in ASCII, and names that are longer than any pane.
pub(super) fn names() -> Tape<f64> {
    let tape = Tape::new();
    let long = "a_name_that_is_longer_than_the_pane_it_stands_in_".repeat(5);
    let outer = tape.scope("第一層の重みとバイアス");
    let x = tape.var(2.0).named("入力");
    let inner = tape.scope(&long);
    let w = tape.var(-1.0).named("👩‍👩‍👧 family");
    let b = tape.var(0.5).named("e\u{301}te\u{301}");
    let h = (x * w).named("隠れ層の出力ベクトル");
    let y = (h + b).named(&long);
    (y * x).named("\u{301}\u{200b}損失").backward();
    drop((inner, outer));
    tape
}

/// A logarithm of what has none.
pub(super) fn first_nan() -> Tape<f64> {
    let tape = Tape::new();
    let _ = tape.var([0.5, -0.1]).named("p").ln().named("z").sum().named("total");
    tape
}
