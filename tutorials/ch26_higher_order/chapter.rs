//! Chapter 26. A gradient is recorded like any computation, so it has a gradient too; and what curvature is good for.

pub mod judge;
mod linear;

use frame::Origin::{Ours, Theory};
use frame::{Chapter, Chart, Result, Run, Side};
use gradus::derivatives::{grad, hessian, hessian_vector_product, jacobian_by_rows};
use gradus::draw::{Backward, DrawOptions};
use gradus::prelude::*;
use linear::{eigenvalues, solve};
use ndarray::{Array1, ArrayD};
use rand::RngExt;
use serde_json::json;

pub const CHAPTER: Chapter = Chapter {
    slug: "26_higher_order",
    title: "The gradient of a gradient",
    sources: frame::sources!["chapter.rs", "linear.rs"],
    question: "A backward pass records nodes on the tape. So a gradient is a node like any other, and you can call backward on it. Six times \
               in a row, on tanh: will the sixth derivative still be right? And plain descent takes more than ten thousand steps through a \
               narrow valley: how many does a method take that knows the second derivatives?",
    time: "1 s",
    answer: "the largest error is {tanh_max_error}. Newton's method takes {rosenbrock_steps} steps through the valley, \
             plain descent {descent_steps}.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "A gradient of 0. It says that the ground is level, not that you stand in a valley. At (0, 0) the surface falls away to two \
             sides. The gradient does not show this; the curvature does. Newton's method does not care either: it looks for level ground. \
             Started near a saddle, it walks straight onto it in four steps, with a gradient that vanishes beautifully. Look at the signs of \
             the eigenvalues before you call a place a minimum.",
    exercise: "tutorials/ch26_higher_order/exercise.rs: write one step of Newton's method, for any number of variables. Then: cargo run \
               --release -- exercises watch ch26",
    next: "cargo run --release -- ch27",
};

/// The surface of chapter 7.
fn surface<'t>(w: &[Var<'t, f64>]) -> Var<'t, f64> {
    w[0] * w[0] + w[1] * w[1] + 0.3 * (3.0 * w[0]).sin() * (3.0 * w[1]).sin()
}

/// Rosenbrock's valley: easy to get into, hard to walk along.
fn rosenbrock<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
    (1.0 - x[0]).pow(2.0) + 100.0 * (x[1] - x[0] * x[0]).pow(2.0)
}

type Program = for<'t> fn(&[Var<'t, f64>]) -> Var<'t, f64>;

pub fn run(run: &mut Run) -> Result {
    let tanh = six_derivatives(run, "tanh", |x| x.tanh(), tanh_by_formula)?;
    let sin =
        six_derivatives(run, "sin", |x| x.sin(), |order, x| (x + order as f64 * std::f64::consts::FRAC_PI_2).sin())?;
    run.result("tanh_max_error", tanh);
    run.result("sin_max_error", sin);
    run.compare("tanh, largest error of six derivatives", tanh, Theory, "0", 0.0, 1e-12);
    run.compare("sin, largest error of six derivatives", sin, Theory, "0", 0.0, 1e-12);

    saddle_and_minima(run)?;
    valley(run);
    product_without_the_matrix(run);

    let tape = Tape::<f64>::new();
    let x = tape.var(0.5).named("x");
    // ANCHOR: twice
    let slope = x.tanh().named("tanh").backward().wrt(x); // tanh' = 1 - tanh²
    let bend = slope.backward().wrt(x); // tanh'' = -2 tanh (1 - tanh²)
    // ANCHOR_END: twice
    run.result("bend_of_tanh_at_one_half", bend.item());
    run.draw(
        "graph_of_a_graph",
        &tape,
        &DrawOptions::new().title("tanh, its slope, and the slope of its slope").backward(Backward::Nodes),
    )
}

/// Six derivatives of a function, each the gradient of the one before, against formulas. Returns the largest error.
fn six_derivatives(
    run: &mut Run,
    name: &str,
    f: fn(Var<f64>) -> Var<f64>,
    formula: fn(usize, f64) -> f64,
) -> Result<f64> {
    run.heading(&format!("{name} and its derivatives at 81 points from -2 to 2"));
    run.say("  derivative   new nodes   largest value   largest error");
    let points = Array1::linspace(-2.0, 2.0, 81);
    let tape = Tape::new();
    let x = tape.var(&points);
    let mut derivative = f(x);
    let mut worst = 0.0_f64;
    let curve = |y: Var<f64>| points.iter().copied().zip(y.value()).collect::<Vec<_>>();
    let mut chart = Chart::new("x", "value").line(name, &curve(derivative));
    for order in 1..=6 {
        let before = tape.len();
        // Each element of y depends on one element of x alone, so the slopes of Σ y are the derivatives at the points.
        derivative = grad(derivative.sum(), &[x])[0];
        let values = derivative.value();
        let error = values.iter().zip(&points).map(|(y, &x)| (y - formula(order, x)).abs()).fold(0.0, f64::max);
        let largest = values.iter().fold(0.0, |largest: f64, y| largest.max(y.abs()));
        run.say(format!("  {order:>10}   {:>9}   {largest:>13.4}   {error:>13.0e}", tape.len() - before));
        worst = worst.max(error);
        // The higher ones are so large that these would be flat beside them.
        if order <= 3 {
            chart = chart.line(&format!("{name}{}", "'".repeat(order)), &curve(derivative));
        }
    }
    run.plot(name, &chart)?;
    Ok(worst)
}

/// With t = tanh x: the slope is 1 - t², and each derivative is a polynomial in t.
fn tanh_by_formula(order: usize, x: f64) -> f64 {
    let t = x.tanh();
    let u = t * t;
    (1.0 - u)
        * match order {
            1 => 1.0,
            2 => -2.0 * t,
            3 => 6.0 * u - 2.0,
            4 => t * (16.0 - 24.0 * u),
            5 => 16.0 + u * (-120.0 + 120.0 * u),
            _ => t * (-272.0 + u * (960.0 - 720.0 * u)),
        }
}

/// Newton's method: the points it visits, until the slope is 0 but for rounding.
fn newton(f: Program, start: [f64; 2]) -> Vec<[f64; 2]> {
    let mut path = vec![start];
    while path.len() < 50 {
        let here = path[path.len() - 1];
        let slopes = jacobian_by_rows(f, &here).row(0).to_owned();
        if slopes.iter().all(|slope| slope.abs() < 1e-12) {
            break;
        }
        let step = solve(&hessian(f, &here), &slopes);
        path.push([here[0] - step[0], here[1] - step[1]]);
    }
    path
}

/// The value of a function of two numbers.
fn value(f: Program, at: [f64; 2]) -> f64 {
    let tape = Tape::new();
    f(&[tape.input(at[0]), tape.input(at[1])]).item()
}

fn saddle_and_minima(run: &mut Run) -> Result {
    run.heading("L = w1² + w2² + 0.3 sin(3 w1) sin(3 w2)");
    let slopes = jacobian_by_rows(surface, &[0.0, 0.0]);
    let h = hessian(surface, &[0.0, 0.0]);
    let [low, high] = eigenvalues(&h);
    run.say(format!("  at (0, 0)   gradient ({}, {})", slopes[[0, 0]], slopes[[0, 1]]));
    run.say(format!("              Hessian  [{} {:.1}; {:.1} {}]", h[[0, 0]], h[[0, 1]], h[[1, 0]], h[[1, 1]]));
    run.say(format!(
        "              its eigenvalues are {low:.1} and {high:.1}: up along one diagonal, down along the other"
    ));
    run.result("eigenvalues", [low, high]);
    run.compare("eigenvalue at (0, 0), smaller", low, Theory, "2 - 2.7 = -0.7", -0.701, -0.699);
    run.compare("eigenvalue at (0, 0), larger", high, Theory, "2 + 2.7 = 4.7", 4.699, 4.701);

    run.say("\nNewton's method, from three starts:");
    let mut ends = Vec::new();
    let mut chart = Chart::new("w1", "w2")
        .title("Newton's method on L, from three starts")
        .size(560.0, 520.0)
        .equal_axes()
        .x_range(-0.5, 0.5)
        .y_range(-0.5, 0.5)
        .contours("L", |w1, w2| value(surface, [w1, w2]))
        .levels(&[-0.015, -0.01, -0.005, 0.0, 0.02, 0.05, 0.1, 0.2, 0.4]);
    for start in [[0.4, -0.3], [-0.4, 0.3], [0.1, -0.05]] {
        let path = newton(surface, start);
        let end = path[path.len() - 1].map(|w| if w.abs() < 1e-9 { 0.0 } else { w });
        let curvature = eigenvalues(&hessian(surface, &end));
        let kind = if curvature[0] > 0.0 { "a minimum" } else { "the saddle" };
        run.say(format!(
            "  from ({:5.2}, {:5.2})   {} steps to ({:.3}, {:.3}), L = {:.4}, eigenvalues {:.2} and {:.2}: {kind}",
            start[0],
            start[1],
            path.len() - 1,
            end[0],
            end[1],
            value(surface, end),
            curvature[0],
            curvature[1]
        ));
        ends.push(end);
        let visited: Vec<(f64, f64)> = path.iter().map(|w| (w[0], w[1])).collect();
        chart = chart.path(&format!("from ({}, {})", start[0], start[1]), &visited);
    }
    let chart = chart.mark((0.0, 0.0), "saddle", Side::Below);
    let minimum = (ends[0][0], ends[0][1]);
    let chart = chart.mark(minimum, "minimum", Side::Right).mark((-minimum.0, -minimum.1), "minimum", Side::Left);
    run.plot("newton", &chart)?;
    run.result("minima", json!([ends[0], ends[1]]));
    run.result("minimum", value(surface, ends[0]));
    run.compare("minimum, w1", ends[0][0], Theory, "0.217, where the gradient is 0", 0.2165, 0.2175);
    run.compare("minimum, w2", ends[0][1], Theory, "-0.217", -0.2175, -0.2165);
    run.compare("minimum, L", value(surface, ends[0]), Theory, "-0.0160", -0.01605, -0.01595);
    Ok(())
}

fn valley(run: &mut Run) {
    run.heading("Rosenbrock's valley, (1 - x)² + 100 (y - x²)², from (-1.2, 1)");
    let path = newton(rosenbrock, [-1.2, 1.0]);
    for (step, &[x, y]) in path.iter().enumerate() {
        run.say(format!("  Newton {step}   ({x:8.5}, {y:8.5})   cost {:.1e}", value(rosenbrock, [x, y])));
    }
    let (mut descent, mut at) = (0, [-1.2, 1.0]);
    while value(rosenbrock, at) > 1e-10 && descent < 100_000 {
        let slopes = jacobian_by_rows(rosenbrock, &at);
        at = [at[0] - 0.002 * slopes[[0, 0]], at[1] - 0.002 * slopes[[0, 1]]];
        descent += 1;
    }
    run.say(format!(
        "  Plain descent at rate 0.002 needs {descent} steps to a cost of 1e-10; at rate 0.0025 it bounces between the walls for ever."
    ));
    run.result("rosenbrock_steps", path.len() - 1);
    run.result("descent_steps", descent);
    run.compare("Newton's steps to (1, 1)", (path.len() - 1) as f64, Ours, "a few", 1.0, 10.0);
}

/// A Hessian times a vector needs two backward passes, not a matrix.
fn product_without_the_matrix(run: &mut Run) {
    run.heading("A Hessian times a vector, without the Hessian");
    let mut rng = run.rng();
    let mut draw = |shape: &[usize]| ArrayD::<f64>::from_shape_simple_fn(shape, || rng.random_range(-1.0..1.0));
    let [x, t] = [draw(&[4, 3]), draw(&[4, 2])];
    let weights = [draw(&[3, 5]), draw(&[5]), draw(&[5, 2]), draw(&[2])];
    let vector = weights.clone().map(|weights| draw(weights.shape()));
    // ANCHOR: product
    let h = hessian(|w| network_cost(&x, &t, w), &weights);
    let flat: Array1<f64> = vector.iter().flatten().copied().collect();
    let by_matrix = h.dot(&flat);
    let product = hessian_vector_product(|w| network_cost(&x, &t, w), &weights, &vector);
    // ANCHOR_END: product
    let apart = product.iter().flatten().zip(&by_matrix).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let crooked = (&h - &h.t()).iter().fold(0.0, |worst: f64, x| worst.max(x.abs()));
    run.explain(&format!(
        "A 3-5-2 network has {0} parameters, so its Hessian has {0} x {0} numbers, one pair of backward passes for each row. The \
         product with a vector takes a single pair: the gradient of <gradient, v>. They agree to {apart:.0e}, and the Hessian is \
         symmetric to {crooked:.0e}, though nobody told the tape.",
        h.nrows()
    ));
    run.result("hessian_vector_difference", apart);
    run.compare("Hessian-vector product, apart", apart, Theory, "0", 0.0, 1e-12);
}

fn network_cost<'t>(x: &ArrayD<f64>, t: &ArrayD<f64>, w: &[Var<'t, f64>]) -> Var<'t, f64> {
    let tape = w[0].tape();
    let hidden = (tape.input(x).matmul(w[0]) + w[1]).tanh();
    (hidden.matmul(w[2]) + w[3]).quadratic_cost(tape.input(t))
}
