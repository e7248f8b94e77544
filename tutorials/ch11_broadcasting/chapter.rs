//! Chapter 11. One layer in single numbers, and the same in arrays: what is copied on the way forward is summed on the way back.

pub mod judge;
mod scalars;
mod traps;

use frame::Origin::{Ours, Theory};
use frame::{Chapter, Result, Run};
use gradus::data::Digits;
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use ndarray::{Array1, Array2, ArrayD};
use rand::RngExt;
use scalars::Layer;
use traps::{columns, one_column_or_none};

pub const CHAPTER: Chapter = Chapter {
    slug: "11_broadcasting",
    title: "Broadcasting",
    sources: frame::sources!["chapter.rs", "scalars.rs", "traps.rs"],
    question: "One layer of 16 units looks at four digits of 784 pixels. How many nodes does the tape need if every number is a node, as in \
               chapter 8? And how many in arrays? The four digits share 16 biases: what slope comes back to a bias that was used four times?",
    time: "1 s",
    answer: "{nodes.numbers} nodes in single numbers, {nodes.arrays} in arrays. \
             A bias that was used four times gets the sum of the four slopes.",
    epochs: 400,
    full_epochs: 400,
    options: &[],
    fooled: "The rule that copies a bias for every digit also copies what you never meant to copy. [20] against [20, 1] gives [20, 20] \
             without a word: a loss that falls, a gradient that passes any check, and a line that learns nothing but the mean. In the formula \
             for columns, a bias made for rows is refused or gives a shape that is too large, unless the batch has as many digits as there \
             are units: then it gives wrong numbers. Print the shape of the array whose mean is the loss, and try a batch of another size.",
    exercise: "tutorials/ch11_broadcasting/exercise.rs: write sum_to, the way back of a copy. Then: cargo run --release -- exercises watch ch11",
    next: "cargo run --release -- ch12",
};

const DIGITS: usize = 4;
const PIXELS: usize = 784;
const UNITS: usize = 16;

pub fn run(run: &mut Run) -> Result {
    let digits = run.mnist(UNITS, 0)?.0.first(DIGITS);
    numbers_and_arrays(run, &digits);
    what_comes_back(run)?;
    the_rule(run);
    there_and_back(run);
    images_as_rows(run, &digits);
    one_column_or_none(run)?;
    columns(run)
}

/// The layer in both ways, first with numbers that need no rounding, then with the usual ones.
fn numbers_and_arrays(run: &mut Run, digits: &Digits) {
    run.heading("In single numbers, and in arrays");
    let mut rng = run.rng();
    // Bytes, and weights in sixteenths: every product and every sum of them is exact, in any order.
    let bytes = (digits.images::<f64>() * 255.0).round();
    let exact = Layer::draw(bytes, UNITS, || f64::from(rng.random_range(-16..=16)) / 16.0);
    let usual = Layer::draw(digits.images(), UNITS, || rng.random_range(-0.1..0.1));
    let (numbers, arrays) = (exact.in_numbers(), exact.in_arrays());
    run.say("                    forward   with the way back   slopes of");
    for (name, way) in [("single numbers", &numbers), ("arrays", &arrays)] {
        run.say(format!(
            "  {name:15} {:>7} nodes      {:>7} nodes   W {:?}, b {:?}",
            way.forward,
            way.nodes,
            way.dw.shape(),
            way.db.shape()
        ));
    }
    let apart = numbers.apart(&arrays);
    let rounded = usual.in_numbers().apart(&usual.in_arrays());
    run.say(format!(
        "  {} slopes, and the largest difference between the two ways: {apart}",
        numbers.dw.len() + numbers.db.len()
    ));
    run.say(format!("  with pixels from 0 to 1 and any weights, as a share of the largest slope: {rounded:.0e}"));
    run.result("nodes", serde_json::json!({ "numbers": numbers.forward, "arrays": arrays.forward }));
    run.result("apart", apart);
    run.compare("nodes of the layer in single numbers", numbers.forward as f64, Ours, "about 100,000", 1e5, 1.3e5);
    run.compare("nodes of the layer in arrays", arrays.forward as f64, Ours, "10", 10.0, 10.0);
    run.compare("arrays minus single numbers, largest slope", apart, Theory, "0, exactly", 0.0, 0.0);
    run.compare("the same where numbers are rounded", rounded, Theory, "0", 0.0, 1e-13);
}

/// A small layer, as a listing and as a figure; and the same in single numbers.
fn what_comes_back(run: &mut Run) -> Result {
    run.heading("What comes back to a bias");
    // ANCHOR: layer
    let tape = Tape::<f64>::new();
    let x = tape.input([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0]]).named("x"); // three samples, two numbers each
    let w = tape.var([[0.5], [-0.5]]).named("W");
    let b = tape.var([0.25]).named("b"); // one unit, one bias
    let z = (x.matmul(w) + b).named("z");
    let loss = z.pow(2.0).sum().named("L");
    // ANCHOR_END: layer
    let (slope_of_z, slope_of_b) = {
        let gradients = loss.backward();
        (gradients.wrt(z).value(), gradients.wrt(b).value())
    };
    run.say(tape.listing());
    run.say(format!("  dL/dz = {}, and dL/db is their sum: {}", row(&slope_of_z), row(&slope_of_b)));
    run.result("slope_of_the_bias", slope_of_b.sum());
    run.compare("dL/db minus the sum of dL/dz", slope_of_b.sum() - slope_of_z.sum(), Theory, "0", 0.0, 0.0);
    run.draw("layer", &tape, &DrawOptions::new().title("Three samples share one bias"))?;

    let tape = Tape::<f64>::new();
    let small = Layer {
        x: ndarray::array![[1.0, 2.0], [3.0, 0.0]],
        w: ndarray::array![[0.5], [-0.5]],
        b: ndarray::array![1.0],
        t: ndarray::array![[0.0], [1.0]],
    };
    let recorded = small.record_numbers(&tape);
    recorded.loss.named("L").backward();
    for (var, name) in recorded.w.iter().chain(&recorded.b).zip(["w1", "w2", "b"]) {
        let _ = var.named(name);
    }
    run.draw(
        "numbers",
        &tape,
        &DrawOptions::new().title("Two samples, one unit, in single numbers: what is shared fans out"),
    )
}

fn row(array: &ArrayD<f64>) -> String {
    let numbers: Vec<String> = array.iter().map(f64::to_string).collect();
    format!("[{}]", numbers.join(", "))
}

/// NumPy's rule, on the shapes that a layer meets.
fn the_rule(run: &Run) {
    run.heading("The rule");
    run.say("  a          b          a + b       back to b");
    let cases: [(&[usize], &[usize]); 7] = [
        (&[4, 16], &[16]),
        (&[4, 16], &[4, 1]),
        (&[4, 16], &[]),
        (&[4, 1], &[16]),
        (&[4, 16], &[4]),
        (&[20, 1], &[20]),
        (&[16, 16], &[16]),
    ];
    for (a, b) in cases {
        let (a, b) = (Shape::new(a), Shape::new(b));
        let (sum, back) = match a.broadcast(b) {
            Some(sum) => (sum.to_string(), format!("each element the sum of {}", sum.size() / b.size())),
            None => ("refused".to_owned(), String::new()),
        };
        run.say(format!("  {:9}  {:9}  {sum:10}  {back}", a.to_string(), b.to_string()));
    }
}

/// Copying is a matrix of zeros and ones; summing is its transpose.
fn there_and_back(run: &mut Run) {
    run.heading("One is the other's transpose");
    let mut rng = run.rng();
    let mut draw = |n| Array1::from_shape_simple_fn(n, || f64::from(rng.random_range(-9..=9)));
    let (b, g) = (draw(3), draw(12).into_shape_with_order((4, 3)).expect("4 times 3"));
    let tape = Tape::<f64>::new();
    let copies = tape.var(&b).broadcast_to([4, 3]);
    let sums = tape.var(&g).sum_to([3]).value();
    let (there, back) = ((copies.value() * &g).sum(), (sums * &b).sum());
    run.say(format!("  b in [3], g in [4, 3]:   copies of b times g: {there}   b times sums of g: {back}"));
    run.compare("<copy b, g> - <b, sum g>", there - back, Theory, "0", 0.0, 0.0);
}

/// D13: an affine layer takes images as they come, and gives them back a slope of their own shape.
fn images_as_rows(run: &Run, digits: &Digits) {
    run.heading("Images as rows");
    let tape = Tape::<f64>::new();
    let images = digits.images::<f64>().into_shape_with_order((DIGITS, 1, 28, 28)).expect("28 rows of 28 pixels");
    let mut rng = run.rng();
    let weights = Array2::from_shape_simple_fn((PIXELS, UNITS), || rng.random_range(-0.1..0.1));
    let (x, w, b) = (tape.var(&images), tape.var(&weights), tape.var(Array1::zeros(UNITS)));
    // ANCHOR: affine
    let rows = x.reshape([DIGITS, PIXELS]);
    let y = rows.matmul(w) + b;
    let gradients = y.pow(2.0).sum().backward();
    // ANCHOR_END: affine
    for (name, var) in [("x", x), ("W", w), ("b", b)] {
        run.say(format!("  {name} {:16} dL/d{name} {}", var.shape().to_string(), gradients.wrt(var).shape()));
    }
}
