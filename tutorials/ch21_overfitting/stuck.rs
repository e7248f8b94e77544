//! XOR with two hidden units: starts whose cost stops falling, and what kind of place that is.

use frame::Origin::{Ours, Theory};
use frame::{Chart, Panels, Result, Run};
use gradus::data::TruthTable;
use gradus::derivatives::hessian;
use gradus::nn::{Activation, Init, Mlp, Parameters};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array1, Array2, ArrayD};
use rand::Rng;
use serde_json::json;

const STARTS: usize = 100;
const STEPS: usize = 10_000;
/// The epochs of a whole run; a shorter one takes fewer steps.
const EPOCHS: usize = 60;
const RATE: f64 = 2.0;
/// A table is learnt if the cost is below this. A net that says 1/2 to every row has 1/8.
const LEARNT: f64 = 0.01;

/// Many starts: how many learn the table, how long they wait on a plateau, and where the others stand.
pub fn plateaus(run: &mut Run) -> Result {
    run.heading("Minima and plateaus");
    let steps = STEPS * run.epochs().min(EPOCHS) / EPOCHS;
    let mut rng = run.rng();
    let bar = run.progress(STARTS, "XOR");
    let mut descents = Vec::new();
    for _ in 0..STARTS {
        descents.push(descend(steps, &mut rng)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let (learnt, stuck): (Vec<Descent>, Vec<Descent>) =
        descents.into_iter().partition(|descent| descent.cost() < LEARNT);
    run.say(format!(
        "  XOR with two hidden units, {STARTS} starts, {steps} steps at rate {RATE}: {} learn it",
        learnt.len()
    ));
    let mut waits: Vec<usize> = learnt.iter().map(Descent::steps_to_learn).collect();
    waits.sort_unstable();
    if let [first, .., last] = waits[..] {
        run.say(format!("  the quickest after {first} steps, the slowest after {last}"));
    }
    run.say(format!("\n  where the other {} stand:\n  starts   cost     gradient   least curvature", stuck.len()));
    let mut places: Vec<(usize, f64, f64, f64)> = Vec::new();
    for descent in &stuck {
        let (cost, slope, curvature) = (descent.cost(), descent.slope(), least_curvature(&descent.net));
        match places.iter_mut().find(|place| (place.1 - cost).abs() < 2e-3) {
            Some(place) => place.0 += 1,
            None => places.push((1, cost, slope, curvature)),
        }
    }
    for (starts, cost, slope, curvature) in &places {
        run.say(format!("  {starts:>6}   {cost:.4}   {slope:>8.0e}   {curvature:>15.0e}"));
    }
    run.result("learnt", learnt.len());
    run.result("stuck", json!(places));
    if run.is_full() {
        run.compare("of 100 starts, learn XOR", learnt.len() as f64, Ours, "73 with seed 7", 50.0, 95.0);
        let commonest = places.iter().max_by_key(|place| place.0).map_or(0.0, |place| place.1);
        run.compare("cost of those that stop", commonest, Theory, "1/16: two rows get a half", 0.0625, 0.064);
    }
    // The one that waits longest and then learns, and one that does not.
    let slowest = learnt.iter().max_by_key(|descent| descent.steps_to_learn());
    let drawn = [("learns late", slowest), ("does not", stuck.first())];
    let chart = |y: &str, of: fn(&Descent) -> &[f64]| {
        drawn.iter().filter_map(|(name, descent)| Some((name, (*descent)?))).fold(
            Chart::new("step", y).log_y(),
            |chart, (name, descent)| {
                let points: Vec<(f64, f64)> =
                    (0..).map(f64::from).zip(of(descent).iter().copied()).step_by(10).collect();
                chart.line(name, &points)
            },
        )
    };
    let costs = chart("cost", |descent| &descent.costs);
    let slopes = chart("size of the gradient", |descent| &descent.slopes);
    run.plot("plateaus", &Panels::new(2).panel(costs).panel(slopes))
}

/// One training: the cost and the size of the gradient before each step, and the net after the last.
struct Descent {
    costs: Vec<f64>,
    slopes: Vec<f64>,
    net: Mlp<f64>,
}

impl Descent {
    fn cost(&self) -> f64 {
        self.costs.last().copied().unwrap_or(f64::INFINITY)
    }

    fn slope(&self) -> f64 {
        self.slopes.last().copied().unwrap_or(f64::INFINITY)
    }

    fn steps_to_learn(&self) -> usize {
        self.costs.iter().position(|&cost| cost < LEARNT).unwrap_or(self.costs.len())
    }
}

fn descend(steps: usize, rng: &mut impl Rng) -> Result<Descent> {
    let xor = TruthTable::xor();
    let net = Mlp::<f64>::with_init(&[2, 2, 1], Activation::Sigmoid, Init::Normal(1.0), Init::Normal(1.0), rng);
    let (mut tape, mut sgd) = (Tape::new(), Sgd::new(RATE));
    let (mut costs, mut slopes) = (Vec::with_capacity(steps), Vec::with_capacity(steps));
    for _ in 0..steps {
        let cost = net.forward(tape.input(xor.inputs())).quadratic_cost(tape.input(xor.targets()).reshape([4, 1]));
        let gradients = cost.backward();
        costs.push(cost.item());
        slopes.push(gradients.norm(&net).item());
        sgd.step(&net, &gradients)?;
        tape.rewind();
    }
    Ok(Descent { costs, slopes, net })
}

/// The smallest curvature of the cost where the net stands, along any direction: the smallest eigenvalue of the Hessian.
fn least_curvature(net: &Mlp<f64>) -> f64 {
    let xor = TruthTable::xor();
    let weights: Vec<ArrayD<f64>> = net.params().iter().map(|param| param.value()).collect();
    let h = hessian(|w| cost(&xor, w), &weights);
    smallest_eigenvalue(&h)
}

/// The same net, written with its four parameters.
fn cost<'t>(xor: &TruthTable, w: &[Var<'t, f64>]) -> Var<'t, f64> {
    let tape = w[0].tape();
    let hidden = (tape.input(xor.inputs()).matmul(w[0]) + w[1]).sigmoid();
    let outputs = (hidden.matmul(w[2]) + w[3]).sigmoid();
    outputs.quadratic_cost(tape.input(xor.targets()).reshape([4, 1]))
}

/// By repeated multiplication with c - h, which makes the direction of the smallest eigenvalue grow fastest, if c is at least as large as the others.
fn smallest_eigenvalue(h: &Array2<f64>) -> f64 {
    let c = h.iter().map(|x| x * x).sum::<f64>().sqrt();
    let mut v = Array1::from_shape_fn(h.nrows(), |i| 1.0 + i as f64);
    let mut along = 0.0;
    for _ in 0..10_000 {
        let hv = h.dot(&v);
        along = v.dot(&hv) / v.dot(&v);
        v = c * &v - hv;
        v /= v.dot(&v).sqrt();
    }
    along
}
