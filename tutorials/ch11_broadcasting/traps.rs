//! Copies that nobody wanted.

use frame::Origin::Theory;
use frame::{Chart, Panels, Result, Run};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array1, Array2, arr0};
use rand::RngExt;
use serde_json::json;

const POINTS: usize = 20;
const RATE: f64 = 0.2;

/// The points of the line t = 2x + 1, from -1 to 1.
fn line() -> (Array2<f64>, Array1<f64>) {
    let x = Array1::linspace(-1.0, 1.0, POINTS);
    let t = x.mapv(|x| 2.0 * x + 1.0);
    (x.insert_axis(ndarray::Axis(1)), t)
}

/// The result of fitting a line.
struct Fit {
    slope: f64,
    height: f64,
    losses: Vec<(f64, f64)>,
    shape: Shape,
    /// The loss at slope 2 and height 1, which is the right answer.
    at_the_answer: f64,
}

/// Fits w x + b to points whose t is given with one column or with none.
fn fit(targets: &[usize], steps: usize) -> Result<Fit> {
    let (x, t) = line();
    let t = t.into_shape_with_order(targets).expect("as many numbers as points");
    let params = vec![Param::new("w", Array2::from_elem((1, 1), -1.0)), Param::new("b", arr0(0.0))];
    let (mut tape, mut sgd, mut losses) = (Tape::<f64>::new(), Sgd::new(RATE), Vec::new());
    let mut shape = Shape::scalar();
    for step in 0..=steps {
        tape.rewind();
        // ANCHOR: fit
        let y = tape.input(&x).matmul(tape.param(&params[0])) + tape.param(&params[1]); // [20, 1]
        let off = y - tape.input(&t); // t is [20, 1], or [20]
        let loss = off.pow(2.0).mean();
        // ANCHOR_END: fit
        shape = off.shape();
        losses.push((step as f64, loss.item()));
        sgd.step(&params, &loss.backward())?;
    }
    let [slope, height] = [0, 1].map(|i| params[i].value().sum());
    params[0].set(&Array2::from_elem((1, 1), 2.0));
    params[1].set(&arr0(1.0));
    let tape = Tape::<f64>::new();
    let y = tape.input(&x).matmul(tape.param(&params[0])) + tape.param(&params[1]);
    let at_the_answer = (y - tape.input(&t)).pow(2.0).mean().item();
    Ok(Fit { slope, height, losses, shape, at_the_answer })
}

/// [20, 1] against [20]: every answer is held against every target.
pub fn one_column_or_none(run: &mut Run) -> Result {
    run.heading("One column or none");
    let fits = [fit(&[POINTS, 1], run.epochs())?, fit(&[POINTS], run.epochs())?];
    run.say(format!("  {POINTS} points of t = 2x + 1; y is [20, 1]; {} steps of descent", run.epochs()));
    run.say("  t         y - t      loss, first    last       learnt              loss at the answer");
    for (t, fit) in ["[20, 1]", "[20]"].into_iter().zip(&fits) {
        let [first, last] = [fit.losses[0].1, fit.losses[run.epochs()].1];
        let answer = fit.at_the_answer;
        run.say(format!(
            "  {t:8}  {:9}  {first:>11.4} {last:>8.4}     y = {:.3} x + {:.3}   {answer:.4}",
            fit.shape.to_string(),
            thousandths(fit.slope),
            thousandths(fit.height)
        ));
    }
    let [right, wrong] = &fits;
    run.result("line", json!({ "right": [right.slope, right.height], "wrong": [wrong.slope, wrong.height] }));
    if run.is_full() {
        run.compare("slope learnt with t [20, 1]", right.slope, Theory, "2", 1.999, 2.001);
        run.compare("slope learnt with t [20]", wrong.slope, Theory, "0: the mean of t, the mistake", -1e-3, 1e-3);
    }
    draw(run, &fits)
}

/// To three places, and never -0.
fn thousandths(x: f64) -> f64 {
    (1e3 * x).round() / 1e3 + 0.0
}

fn draw(run: &mut Run, [right, wrong]: &[Fit; 2]) -> Result {
    let (x, t) = line();
    let along = |fit: &Fit| [-1.0, 1.0].map(|x| (x, fit.slope * x + fit.height));
    let losses = Chart::new("step", "loss")
        .x_range(0.0, 40.0)
        .line("t is [20, 1]", &right.losses)
        .line("t is [20]", &wrong.losses);
    let points: Vec<(f64, f64)> = x.iter().copied().zip(t).collect();
    let lines = Chart::new("x", "y")
        .line("t is [20, 1]", &along(right))
        .line("t is [20]", &along(wrong))
        .points("x and t", &points);
    run.plot("line", &Panels::new(2).panel(losses).panel(lines))
}

const INPUTS: usize = 784;
const UNITS: usize = 16;

/// M16: the formula of the books, W x + b with samples as columns, and a bias that was made for rows.
pub fn columns(run: &mut Run) -> Result {
    run.heading("Columns");
    let (train, mut rng) = (run.mnist(UNITS, 0)?.0, run.rng());
    let weights = Array2::from_shape_simple_fn((INPUTS, UNITS), || rng.random_range(-0.1..0.1));
    let biases = Array1::from_shape_simple_fn(UNITS, || rng.random_range(-1.0..1.0));
    run.say("  digits   x W + b     W x         W x + b, b [16]           b [16, 1]");
    let mut off = Vec::new();
    for digits in [4, 1, UNITS] {
        let tape = Tape::<f64>::new();
        let (x, w, b) = (tape.input(train.first(digits).images::<f64>()), tape.input(&weights), tape.input(&biases));
        // ANCHOR: columns
        let rows = x.matmul(w) + b; // a sample is a row
        let product = w.transpose().matmul(x.transpose()); // a sample is a column
        let column = product + b.reshape([UNITS, 1]);
        // ANCHOR_END: columns
        let apart =
            |z: Var<f64>| (z.transpose().value() - rows.value()).iter().fold(0.0_f64, |most, d| most.max(d.abs()));
        let with_row = match product.shape().broadcast(b.shape()) {
            None => "refused".to_owned(),
            Some(shape) if shape != product.shape() => format!("{shape}: too large"),
            Some(shape) => {
                off.push(apart(product + b));
                format!("{shape}, off by {:.2}", off[0])
            }
        };
        run.say(format!(
            "  {digits:>6}   {:10}  {:10}  {with_row:24}  off by {:.0e}",
            rows.shape().to_string(),
            product.shape().to_string(),
            apart(column)
        ));
    }
    run.result("columns_off_by", off);
    Ok(())
}
