//! The tapes that the tests draw.

use gradus::prelude::*;
use ndarray::{Array2, arr1, arr2};

/// loss = (sigmoid(w x + b) - t)² / 2
pub fn neuron(tape: &Tape<f64>) -> Var<'_, f64> {
    let (w, x, b) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"), tape.var(-0.3).named("b"));
    let z = (w * x + b).named("z");
    let error = z.sigmoid().named("y") - tape.input(1.0).named("t");
    (0.5 * (error * error)).named("loss")
}

/// The quadratic cost of a batch of ten images after two layers.
pub fn two_layers(tape: &Tape<f64>) -> Var<'_, f64> {
    let wave = |i: usize, j: usize| ((i * 31 + j * 17) % 23) as f64 / 50.0 - 0.22;
    let mut x = tape.input(Array2::from_shape_fn((10, 784), |(i, j)| wave(i, j).abs())).named("images");
    for (layer, inputs, outputs) in [("layer1", 784, 100), ("layer2", 100, 10)] {
        let _scope = tape.scope(layer);
        let weights = Param::new(format!("{layer}/W"), Array2::from_shape_fn((inputs, outputs), |(i, j)| wave(i, j)));
        let biases = Param::new(format!("{layer}/b"), arr1(&vec![0.1; outputs]));
        let z = (x.matmul(tape.param(&weights)) + tape.param(&biases)).named("z");
        x = z.sigmoid().named("a");
    }
    let _scope = tape.scope("cost");
    let error = x - tape.input(Array2::eye(10)).named("one_hot");
    ((error * error).sum() / 20.0).named("loss")
}

/// Records x³ and its derivative, computes with the derivative, and differentiates again.
pub fn gradient_of_a_gradient(tape: &Tape<f64>) {
    let x = tape.var(2.0).named("x");
    let y = (x * x * x).named("y");
    let slope = y.backward().wrt(x).named("dy/dx");
    (slope * slope).named("penalty").backward();
}

/// Records nodes, a parameter and scopes with names that contain markup.
pub fn hostile(tape: &Tape<f64>, names: &[&str]) {
    for name in names {
        let _scope = tape.scope(name);
        let parameter = Param::new(*name, arr2(&[[1.0, 2.0]]));
        let _ = (tape.param(&parameter) * tape.input(3.0).named(name))
            .sum()
            .named(name)
            .backward()
            .wrt(tape.param(&parameter));
    }
}

pub const HOSTILE: &[&str] = &[
    "\"quoted\"",
    "back\\slash\\",
    "two\nlines\r\n",
    "<script>alert(1)</script>",
    "</TD></TR></TABLE>>]; evil [label=<x",
    "\"]; evil [label=\"x",
    "&lt;b&gt; & &amp; \\N \\G",
    "null \0 escape \u{1b}[31m bell \x07",
    "turned \u{202e} round",
    "σ ∂ 日本 🦀",
    "a name so long that no figure could show it in full without growing far too wide",
    "",
    "/",
    "a//b",
    "]]>--><!--",
];

type Program = fn(&Tape<f64>);

/// Every tape that the tests below draw.
pub fn gallery() -> Vec<(&'static str, Tape<f64>)> {
    let programs: [(&str, Program); 8] = [
        ("empty", |_| {}),
        ("neuron before backward", |tape| _ = neuron(tape)),
        ("neuron", |tape| _ = neuron(tape).backward()),
        ("x times x", |tape| {
            let x = tape.var(3.0).named("x");
            (x * x).named("y").backward();
        }),
        ("doubled twice", |tape| {
            let a = tape.var(1.0).named("a");
            let b = (a + a).named("b");
            (b + b).named("c").backward();
        }),
        ("two layers", |tape| _ = two_layers(tape).backward()),
        ("gradient of a gradient", gradient_of_a_gradient),
        ("hostile names", |tape| hostile(tape, HOSTILE)),
    ];
    let record = |(name, program): (&'static str, Program)| {
        let tape = Tape::new();
        program(&tape);
        (name, tape)
    };
    programs.map(record).into()
}

pub fn tape_of(name: &str) -> Tape<f64> {
    gallery().into_iter().find(|(other, _)| *other == name).map(|(_, tape)| tape).unwrap()
}
