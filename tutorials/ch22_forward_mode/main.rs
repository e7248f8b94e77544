//! Chapter 22. The same program on another kind of number computes its own derivative, with no tape and no vjp.

mod program;

use frame::{Chapter, Result, Run};
use gradus::Dual;
use gradus::data::Digits;
use gradus::derivatives::*;
use gradus::draw::DotOptions;
use gradus::nn::Init;
use gradus::prelude::*;
use ndarray::{Array1, ArrayD};
use program::layer;
use serde_json::json;
use std::cell::Cell;
use std::process::ExitCode;

pub const CHAPTER: Chapter = Chapter {
    slug: "22_forward_mode",
    title: "Forward mode",
    question: "Write every number as a + a' ε, where ε² = 0, and run the program on these. What comes out in front of the ε? And if that is a \
               derivative, exact and without any backward pass: why does nobody train networks this way?",
    time: "1 s",
    epochs: 0,
    options: &[],
    fooled: "Forward mode looks like the better idea: no tape to keep, nothing to walk back, three lines of code. It is, for one input. A \
             network has thousands of inputs to its loss, and one result: forward mode needs a run for each, reverse mode one \
             pass for all. Nor is reverse mode always better: with one input and a thousand results it is the slow way. Count \
             columns and rows before you choose.",
    exercise: "tutorials/ch22_forward_mode/exercise.rs: one column or one row? Fill in a Jacobian with as few passes as \
               possible. Then: cargo run --release --example ch22_exercise",
    next: "cargo run --release -- ch23",
};

#[allow(dead_code)] // the binary `gradus` calls `run` itself
fn main() -> ExitCode {
    frame::main(&CHAPTER, run)
}

/// y = x1 x2 + sin x1, for any kind of number
fn small<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
    x[0] * x[1] + x[0].sin()
}

pub fn run(run: &mut Run) -> Result {
    one_number(run);
    table(run)?;
    columns_and_rows(run);
    network(run)
}

fn one_number(run: &mut Run) {
    run.heading("One number: 3 + 1ε");
    let x = Dual::variable(3.0);
    run.say(format!("  x * x        {}", x * x));
    run.say(format!("  1 / x        {:.5}", Dual::constant(1.0) / x));
    run.say(format!("  eˣ sin x     {:.5}", x.exp() * x.sin()));
    let f = |x: f64| x.exp() * x.sin();
    let exact = 3.0_f64.exp() * (3.0_f64.sin() + 3.0_f64.cos());
    let by_dual = ((x.exp() * x.sin()).tangent - exact).abs() / exact.abs();
    let by_nudge = ((f(3.0 + 1e-5) - f(3.0 - 1e-5)) / 2e-5 - exact).abs() / exact.abs();
    run.explain(&format!(
        "By hand the slope of eˣ sin x is eˣ (sin x + cos x), {exact:.5}. What stands before ε is off by a relative {by_dual:.0e}; \
         nudging x by 0.00001 is off by {by_nudge:.0e}."
    ));
    run.result("dual_error", by_dual);
    run.compare("error of a dual derivative", by_dual, "exact", 0.0, 1e-14);
}

/// The small program node by node: derivatives that come down with the values, and derivatives that come back up.
fn table(run: &mut Run) -> Result {
    run.heading("A table of dual numbers: y = x1 x2 + sin x1 at (2, 5)");
    let along = |direction: [f64; 2]| -> Vec<Dual> {
        let tape = Tape::new();
        small(&[tape.var(Dual::new(2.0, direction[0])), tape.var(Dual::new(5.0, direction[1]))]);
        tape.nodes().iter().map(|node| tape.value(node.index)[[]]).collect()
    };
    let (first, second) = (along([1.0, 0.0]), along([0.0, 1.0]));
    let tape = Tape::new();
    let x = [tape.var(2.0).named("x1"), tape.var(5.0).named("x2")];
    let gradients = small(&x).named("y").backward();

    run.say("                                 forward               reverse");
    run.say("                     value    d/dx1    d/dx2    dy/d(this node)");
    for ((node, along_x1), along_x2) in tape.nodes().iter().zip(&first).zip(&second) {
        let operands: Vec<String> = node.operands.iter().map(|operand| format!("%{}", operand.index())).collect();
        let equation = format!("{} {}", node.op, operands.join(" "));
        let back = tape.gradient_of(node.index, gradients.pass()).map_or(f64::NAN, |gradient| tape.value(gradient)[[]]);
        run.say(format!(
            "  %{} {:2} = {equation:9} {:>7.4}  {:>7.4}  {:>7.4}   {back:>7.4}",
            node.index.index(),
            node.name,
            along_x1.value,
            along_x1.tangent,
            along_x2.tangent
        ));
    }
    run.explain(
        "\nForward: a column per input, filled from the top, each number what stands before the ε of its node. Reverse: one column for both inputs, \
         filled from the bottom. The gradient stands twice in the table: across the last row, and in the first two rows of the last column.",
    );
    run.draw("small.dot", &tape, &DotOptions::new().title("y = x1 x2 + sin x1"))
}

/// Whole Jacobians, a column at a time and a row at a time.
fn columns_and_rows(run: &mut Run) {
    run.heading("Jacobians: tanh(x A + sin x1), from n numbers to m");
    run.say("     n      m   forward passes, by columns   backward passes, by rows   apart");
    let (mut worst, mut counts) = (0.0_f64, Vec::new());
    for (inputs, results) in [(1, 200), (200, 1), (5, 5), (12, 40)] {
        let x = Array1::linspace(-0.5, 0.5, inputs);
        let forward = Cell::new(0);
        let columns = jacobian_by_columns(
            |x| {
                forward.set(forward.get() + 1);
                layer(x[0], results)
            },
            &[&x],
        );
        let rows = jacobian_by_rows(|x| layer(x[0], results), &[&x]);
        let apart = (&columns - &rows).iter().fold(0.0, |worst: f64, x| worst.max(x.abs()));
        let (forward, backward) = (forward.get(), rows.nrows());
        run.say(format!("  {inputs:>4}   {results:>4}   {forward:>26}   {backward:>24}   {apart:.0e}"));
        worst = worst.max(apart);
        counts.push(json!({ "inputs": inputs, "results": results, "forward": forward, "backward": backward }));
    }
    run.result("jacobian_difference", worst);
    run.result("passes", counts);
    run.compare("Jacobians by columns and by rows, apart", worst, "equal", 0.0, 1e-12);
}

/// Cross-entropy of a 784-50-10 network on a few digits, for any kind of number.
fn cost<'t, F: Scalar>(digits: &Digits, w: &[Var<'t, F>]) -> Var<'t, F> {
    let tape = w[0].tape();
    let labels: Vec<usize> = digits.labels().iter().copied().map(usize::from).collect();
    let hidden = (tape.input(digits.images::<F>()).matmul(w[0]) + w[1]).tanh();
    (hidden.matmul(w[2]) + w[3]).softmax_cross_entropy(tape.labels(&labels))
}

fn network(run: &mut Run) -> Result {
    run.heading("A network of 784-50-10, and three real digits");
    let digits = run.mnist()?.0.first(3);
    let mut rng = run.rng();
    let mut draw = |shape: &[usize], spread: f64| -> ArrayD<f64> { Init::Normal(spread).draw(shape, 1, 1, &mut rng) };
    let weights = [draw(&[784, 50], 0.04), draw(&[50], 0.1), draw(&[50, 10], 0.14), draw(&[10], 0.1)];
    let direction = weights.each_ref().map(|weights| draw(weights.shape(), 0.01));
    let parameters: usize = weights.iter().map(ArrayD::len).sum();

    let forward = jvp(|w| cost(&digits, w), &weights, &direction).1.sum();
    let gradient = jacobian_by_rows(|w| cost(&digits, w), &weights);
    let flat: Array1<f64> = direction.iter().flatten().copied().collect();
    let reverse = gradient.row(0).dot(&flat);
    run.say(format!("  the slope along a random direction v, one run on dual numbers   {forward:.12}"));
    run.say(format!("  the same as gradient times v, one backward pass                 {reverse:.12}"));
    run.explain(&format!(
        "The first never called a vjp, the second never saw a dual number. But the backward pass knows all {parameters} slopes now. \
         Forward mode would need {parameters} runs for them."
    ));
    let slopes_apart = (forward - reverse).abs();

    run.heading("Both at once: forward over reverse");
    let twice = hessian_vector_product(|w| cost(&digits, w), &weights, &direction);
    let duals = hessian_vector_product_by_duals(|w| cost(&digits, w), &weights, &direction);
    let pairs = twice.iter().flatten().zip(duals.iter().flatten());
    let products_apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    run.explain(&format!(
        "A Hessian times v is how the gradient changes along v. Let the backward pass itself run on dual numbers, and it stands before the ε of \
         each gradient. Against the gradient of <gradient, v>, two backward passes: {parameters} numbers, apart by {products_apart:.0e}."
    ));
    run.result("slope_difference", slopes_apart);
    run.result("hessian_vector_difference", products_apart);
    run.compare("slope of a network, both ways, apart", slopes_apart, "equal", 0.0, 1e-12);
    run.compare("Hessian times v, both ways, apart", products_apart, "equal", 0.0, 1e-12);
    Ok(())
}
