//! In the tails and near zero crossings: values, first and second derivatives in f32, as a tape computes them, against exact ones.
//!
//! `dashu-float` computes with any number of digits; 500 bits leave enough of 1 - p where p differs from 1 by e^-110, and of 1 - erf x.

mod functions;
mod losses;

use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use gradus::data::seeded;
use gradus::prelude::*;
use rand::RngExt;

type Exact = FBig<HalfEven, 2>;

fn exact(x: f64) -> Exact {
    Exact::try_from(x).expect("a finite number").with_precision(500).value()
}

fn one() -> Exact {
    exact(1.0)
}

/// How far `y` is from `want`, in units in the last place of the f32 that is nearest to it.
fn ulps(y: f32, want: &Exact) -> f64 {
    let want = want.to_f64().value();
    let nearest = (want as f32).abs();
    (f64::from(y) - want).abs() / f64::from(nearest.next_up() - nearest)
}

/// Numbers over the whole range: of all sizes, evenly spread where something happens, and close to where slopes cross 0.
fn points() -> Vec<f32> {
    let mut rng = seeded(11);
    let mut points = vec![0.0, -0.0, 17.0, -5.5, 88.0, -88.0, 103.0, -103.0, 1e30, -1e30, f32::MAX, f32::MIN, 1e-45];
    for _ in 0..400 {
        points.push(rng.random_range(-110.0..110.0));
        points.push(rng.random_range(-15.0..15.0));
        points.push(rng.random_range(-3.0..3.0));
        let size = rng.random_range(-140.0_f32..8.0).exp2();
        points.push(if rng.random() { size } else { -size });
    }
    for crossing in [-0.751_791_5_f32, -1.278_464_5, 2.399_357_3, std::f32::consts::SQRT_2] {
        for crossing in [crossing, -crossing] {
            points.extend([crossing.next_down(), crossing, crossing.next_up()]);
        }
    }
    points
}

/// eˣ. (Of 0 the crate says 1 in no digits at all.)
fn exp(x: &Exact) -> Exact {
    if *x == exact(0.0) { one() } else { x.exp() }
}

fn sigmoid(x: &Exact) -> Exact {
    if *x > exact(2000.0) {
        return one();
    }
    if *x < exact(-2000.0) {
        return exact(0.0);
    }
    one() / (one() + exp(&-x.clone()))
}

fn softplus(x: &Exact) -> Exact {
    if *x > exact(2000.0) {
        return x.clone();
    }
    if *x < exact(-2000.0) {
        return exact(0.0);
    }
    exp(x).ln_1p()
}

/// σ(x) σ(-x)
fn bump(x: &Exact) -> Exact {
    sigmoid(x) * sigmoid(&-x.clone())
}

/// π, by Machin's formula.
fn pi() -> Exact {
    let arctan_of_inverse = |n: f64| {
        let (square, mut power, mut sum) = (exact(n * n), one() / exact(n), exact(0.0));
        for k in 0..400 {
            let term = power.clone() / exact(f64::from(2 * k + 1));
            sum = if k % 2 == 0 { sum + term } else { sum - term };
            power /= square.clone();
        }
        sum
    };
    exact(16.0) * arctan_of_inverse(5.0) - exact(4.0) * arctan_of_inverse(239.0)
}

/// φ(x) and Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/(3 5) + ...)
fn normal(x: &Exact, root_of_two_pi: &Exact) -> [Exact; 2] {
    if *x > exact(40.0) {
        return [exact(0.0), one()];
    }
    if *x < exact(-40.0) {
        return [exact(0.0), exact(0.0)];
    }
    let square = x.clone() * x.clone();
    let bell = exp(&(-square.clone() / exact(2.0))) / root_of_two_pi.clone();
    let (mut term, mut sum, mut k) = (x.clone(), exact(0.0), 1.0);
    let small = exact(0.5_f64.powi(480));
    while term > small || -term.clone() > small {
        sum += term.clone();
        k += 2.0;
        term = term * square.clone() / exact(k);
    }
    let share = exact(0.5) + bell.clone() * sum;
    [bell, share]
}

type Record = for<'t> fn(Var<'t, f32>) -> Var<'t, f32>;

/// The value, and the first two derivatives, as a tape of f32 computes them.
fn on_tape(tape: &Tape<f32>, record: Record, x: f32) -> [f32; 3] {
    let x = tape.var([x]);
    let y = record(x).sum();
    let slope = y.backward().wrt(x);
    let bend = slope.sum().backward().get(x).map_or(0.0, |bend| bend.value()[0]);
    [y.item(), slope.value()[0], bend]
}

/// Compares a function of one number, and its slopes, with exact ones.
fn hold(name: &str, record: Record, exactly: impl Fn(&Exact) -> Vec<Exact>) {
    let mut tape = Tape::new();
    let mut worst = [(0.0, 0.0_f32); 3];
    for x in points() {
        let found = on_tape(&tape, record, x);
        tape.rewind();
        for ((worst, y), want) in worst.iter_mut().zip(found).zip(exactly(&exact(f64::from(x)))) {
            let off = ulps(y, &want);
            if off.is_nan() || off > worst.0 {
                *worst = (off, x);
            }
        }
    }
    println!("{name}: value, slope and bend are off by {worst:.2?}");
    for (what, (off, x)) in ["value", "slope", "bend"].iter().zip(worst) {
        assert!(off <= 4.0, "the {what} of {name} is off by {off:.1} units in the last place at {x:e}");
    }
}
