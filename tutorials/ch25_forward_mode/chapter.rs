//! Chapter 25. The same ops on another kind of number: derivatives without going back.

pub mod judge;

use frame::Origin::Theory;
use frame::{Chapter, Result, Run};
use gradus::Dual;
use gradus::derivatives::{
    grad, hessian_vector_product, hessian_vector_product_by_duals, jacobian_by_columns, jacobian_by_rows, jvp,
};
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use ndarray::{Array, Array1, ArrayD, Dimension};
use serde_json::json;
use std::cell::Cell;

pub const CHAPTER: Chapter = Chapter {
    slug: "25_forward_mode",
    title: "Forward mode",
    sources: frame::sources!["chapter.rs"],
    question: "Could a program compute its derivative on the way forward, with no tape and no walk back? If each number carries \
               its own slope along, what must a product do with the slopes of its two factors? And for a network of a thousand \
               weights: how many such runs would the gradient of its loss take?",
    time: "1 s",
    answer: "each slope times the other factor, added up. One run for each weight: {forward_runs} for the {forward_runs} of \
             the network here, a thousand for a thousand.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "Forward mode looks like the better idea: no tape, no memory, not even a second pass, and it is exact. On a function \
             of one number it is. But each input costs one run, and for a network every weight is an input. Which mode is cheap \
             is decided by the shape of the Jacobian, not by taste.",
    exercise: "tutorials/ch25_forward_mode/exercise.rs: one column or one row? Put together a Jacobian with as few passes as \
               possible. Then: cargo run --release -- exercises watch ch25",
    next: "cargo run --release -- ch26",
};

pub fn run(run: &mut Run) -> Result {
    numbers_with_slopes(run);
    one_column_or_one_row(run);
    a_network(run);
    second_derivatives(run);
    let tape = Tape::<f64>::new();
    let x = tape.var(0.5).named("x");
    (x * x.tanh() + x.exp()).named("y").backward();
    run.draw("reverse", &tape, &DrawOptions::new().title("The same derivative by going back"))
}

/// y = x tanh(x) + eˣ, step by step on dual numbers.
fn numbers_with_slopes(run: &mut Run) {
    run.say("y = x tanh(x) + e^x at x = 0.5. Every number carries its slope with respect to x:");
    let x = Dual::variable(0.5);
    let (t, e) = (x.tanh(), x.exp());
    let product = x * t;
    let y = product + e;
    run.say("");
    run.say("step            value     slope   why");
    for (step, number, why) in [
        ("x", x, "x moves with itself at rate 1"),
        ("t = tanh(x)", t, "(1 - t²) · slope of x"),
        ("p = x t", product, "slope of x · t + x · slope of t"),
        ("e = exp(x)", e, "e · slope of x"),
        ("y = p + e", y, "slopes add"),
    ] {
        run.say(format!("{step:12} {:>8.5}  {:>8.5}   {why}", number.value, number.tangent));
    }
    let tape = Tape::<f64>::new();
    let x = tape.var(0.5);
    let back = (x * x.tanh() + x.exp()).backward().wrt(x).item();
    run.say(format!("The tape, walking back, says dy/dx = {back:.5}."));
    run.result("slope_forward", y.tangent);
    run.result("slope_reverse", back);
    run.compare("one number: forward against reverse", (y.tangent - back).abs(), Theory, "0", 0.0, 1e-15);
}

/// A function from any number of numbers to `results`, written once for any kind of number.
fn spread<'t, F: Scalar>(x: Var<'t, F>, results: usize) -> Var<'t, F> {
    let weights: Vec<F> = (0..results).map(|k| F::from_f64((1.0 + k as f64).sin())).collect();
    let products = x.reshape([x.shape().size(), 1]) * x.tape().input(&weights[..]);
    products.sin().sum_axes(0) * x.sum()
}

fn one_column_or_one_row(run: &mut Run) {
    run.heading("One column or one row");
    let at = [[0.4, -0.7, 1.1]];
    let columns = jacobian_by_columns(|x| spread(x[0], 5), &at);
    let rows = jacobian_by_rows(|x| spread(x[0], 5), &at);
    run.say("A function of 3 numbers with 5 results has 5 x 3 slopes. A run on dual numbers moves one input and sees what all");
    run.say("results do: a column. A walk back starts at one result and finds its slope in all inputs: a row.");
    run.say("");
    for row in columns.outer_iter() {
        run.say(row.iter().map(|slope| format!("{slope:>10.5}")).collect::<String>());
    }
    let apart = largest_difference(&columns, &rows);
    run.say(format!("3 runs forward or 5 walks back give the same matrix (largest difference {apart:.0e})."));
    run.result("jacobian_difference", apart);
    run.compare("Jacobian, columns against rows", apart, Theory, "0", 0.0, 1e-14);
    count_passes(run);
}

/// The cost of a whole Jacobian, for some shapes.
fn count_passes(run: &mut Run) {
    run.say("\nThe same function with other numbers of inputs and results, passes counted as they happen:");
    run.say("  inputs   results   runs forward   walks back   largest difference");
    let (mut worst, mut counts) = (0.0_f64, Vec::new());
    for (inputs, results) in [(1, 200), (200, 1), (8, 8), (40, 12)] {
        let at = Array1::linspace(-0.5, 0.7, inputs);
        let runs = Cell::new(0);
        let columns = jacobian_by_columns(
            |x| {
                runs.set(runs.get() + 1);
                spread(x[0], results)
            },
            &[&at],
        );
        let rows = jacobian_by_rows(|x| spread(x[0], results), &[&at]);
        let (runs, walks, apart) = (runs.get(), rows.nrows(), largest_difference(&columns, &rows));
        run.say(format!("  {inputs:>6}   {results:>7}   {runs:>12}   {walks:>10}   {apart:>18.0e}"));
        counts.push(json!({ "inputs": inputs, "results": results, "runs_forward": runs, "walks_back": walks }));
        worst = worst.max(apart);
    }
    run.result("passes", counts);
    run.compare("Jacobians of four shapes, columns against rows", worst, Theory, "0", 0.0, 1e-12);
}

/// The loss of a 4-8-3 network for two samples, as a function of its 67 parameters.
// ANCHOR: loss
fn loss<'t, F: Scalar>(parameters: &[Var<'t, F>]) -> Var<'t, F> {
    let [w1, b1, w2, b2] = parameters else { panic!("two layers have four parameters") };
    let tape = w1.tape();
    let x = tape.input([[0.2, -1.0, 0.5, 0.9], [1.1, 0.3, -0.4, -0.8]].map(|row| row.map(F::from_f64)));
    let h = (x.matmul(*w1) + *b1).tanh();
    (h.matmul(*w2) + *b2).softmax_cross_entropy(tape.labels(&[2, 0]))
}
// ANCHOR_END: loss

fn parameters(run: &Run) -> Vec<ArrayD<f64>> {
    let mut rng = run.rng();
    let mut draw = |shape: &[usize]| gradus::nn::Init::Normal(0.5).draw::<f64, _>(shape, 1, 1, &mut rng);
    vec![draw(&[4, 8]), draw(&[8]), draw(&[8, 3]), draw(&[3])]
}

fn a_network(run: &mut Run) {
    run.heading("The gradient of a loss");
    let parameters = parameters(run);
    let count: usize = parameters.iter().map(ArrayD::len).sum();
    let forward = jacobian_by_columns(loss, &parameters);
    let tape = Tape::new();
    let mut leaves = Vec::new();
    for parameter in &parameters {
        leaves.push(tape.var(parameter));
    }
    let reverse: Vec<f64> = grad(loss(&leaves), &leaves).into_iter().flat_map(|gradient| gradient.value()).collect();
    let apart = forward.iter().zip(&reverse).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    run.say(format!(
        "A 4-8-3 network has {count} parameters and its loss is one number: the Jacobian is one long row."
    ));
    run.say(format!("  forward mode   {count:>6} runs, one for each parameter"));
    run.say("  reverse mode        1 run and one walk back");
    run.say(format!(
        "largest difference {apart:.0e}. For 784-50-10 it would be 39,760 runs against the same one walk."
    ));
    run.result("forward_runs", count);
    run.result("gradient_difference", apart);
    run.compare("gradient of a loss, forward against reverse", apart, Theory, "0", 0.0, 1e-14);
}

fn second_derivatives(run: &mut Run) {
    run.heading("Both at once");
    let parameters = parameters(run);
    let direction: Vec<ArrayD<f64>> = parameters.iter().map(|parameter| parameter.mapv(|x| (7.0 * x).cos())).collect();
    let duals = hessian_vector_product_by_duals(loss, &parameters, &direction);
    let twice = hessian_vector_product(loss, &parameters, &direction);
    let apart = duals.iter().zip(&twice).map(|(a, b)| largest_difference(a, b)).fold(0.0, f64::max);
    let (_, slope) = jvp(loss, &parameters, &direction);
    run.say(format!(
        "Along some direction v in the space of all parameters the loss has slope {:.5} (one run forward).",
        slope.sum()
    ));
    run.explain(
        "How does the gradient itself change along v? That is the Hessian times v. Walk back on dual numbers, and the tangent \
         of each gradient says it: forward over reverse, one walk. Or record the walk back, and walk back through it: \
         reverse over reverse, two walks.",
    );
    run.say(format!("The two agree: largest difference {apart:.0e}. The Hessian itself, 67 x 67, was never computed."));
    run.result("hessian_vector_product_difference", apart);
    run.compare("Hessian times v, forward over reverse against reverse over reverse", apart, Theory, "0", 0.0, 1e-13);
}

fn largest_difference<D: Dimension>(a: &Array<f64, D>, b: &Array<f64, D>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
