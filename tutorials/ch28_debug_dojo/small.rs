//! Programs on a few numbers: XOR, a curve, a straight line, a bowl.

use super::suspect::{Arrays, Known, Suspect, matrix, sum_of_rows};
use gradus::data::{Digits, TruthTable, seeded};
use gradus::nn::Init;
use ndarray::{Array1, Array2, ArrayD, Axis, array};
use rand::Rng;

/// The mean over the rows of |y - t|² / 2.
fn cost(y: &Array2<f64>, t: &Array2<f64>) -> f64 {
    (y - t).mapv(|error| error * error / 2.0).sum() / t.nrows() as f64
}

fn right_answers(t: &Array2<f64>) -> Known {
    Known { what: "the cost if every answer is right", expected: 0.0, got: cost(t, t) }
}

fn drawn(rows: usize, columns: usize, size: f64, rng: &mut impl Rng) -> Array2<f64> {
    Init::Normal(size).draw((rows, columns), rows, columns, rng)
}

/// h = tanh(x W1 + b1), y = h W2 + b2, with a backward pass by hand that takes this for the slope of tanh at z, given h.
fn by_hand(x: Array2<f64>, t: Array2<f64>, slope: fn(f64) -> f64, start: Arrays) -> Suspect {
    let forward = |x: &Array2<f64>, w: &[ArrayD<f64>]| {
        let h = (x.dot(&matrix(&w[0])) + matrix(&w[1])).mapv(f64::tanh);
        let y = h.dot(&matrix(&w[2])) + matrix(&w[3]);
        (h, y)
    };
    let (known, x_too, t_too) = (right_answers(&t), x.clone(), t.clone());
    let gradient = move |w: &[ArrayD<f64>]| {
        let (h, y) = forward(&x, w);
        let dy = (y - &t) / t.nrows() as f64;
        let dz = dy.dot(&matrix(&w[2]).t()) * h.mapv(slope);
        [x.t().dot(&dz), sum_of_rows(&dz), h.t().dot(&dy), sum_of_rows(&dy)].map(Array2::into_dyn).into()
    };
    Suspect {
        names: &["W1", "b1", "W2", "b2"],
        start,
        loss: Box::new(move |w| cost(&forward(&x_too, w).1, &t_too)),
        gradient: Box::new(gradient),
        printed: None,
        rate: 0.3,
        steps: 200,
        direction: -1.0,
        known,
    }
}

fn start(inputs: usize, size: f64, seed: u64) -> Arrays {
    let mut rng = seeded(seed);
    [(inputs, 3), (1, 3), (3, 1), (1, 1)].map(|(rows, columns)| drawn(rows, columns, size, &mut rng).into_dyn()).into()
}

fn xor() -> (Array2<f64>, Array2<f64>) {
    (TruthTable::xor().inputs(), TruthTable::xor().targets::<f64>().into_shape_with_order((4, 1)).expect("four rows"))
}

pub fn tanh_of_a_tanh(_: &Digits, seed: u64) -> Suspect {
    let (x, t) = xor();
    by_hand(x, t, |h| 1.0 - h.tanh().powi(2), start(2, 1.0, seed))
}

pub fn tanh_of_a_tanh_in_a_straight_net(_: &Digits, seed: u64) -> Suspect {
    let x = Array2::from_shape_fn((9, 1), |(i, _)| i as f64 / 2.0 - 2.0);
    let t = x.mapv(f64::sin);
    by_hand(x, t, |h| 1.0 - h.tanh().powi(2), start(1, 1e-3, seed))
}

pub fn along_the_gradient(_: &Digits, seed: u64) -> Suspect {
    let (x, t) = xor();
    Suspect { direction: 1.0, rate: 0.05, steps: 12, ..by_hand(x, t, |h| 1.0 - h * h, start(2, 1.0, seed)) }
}

/// y = tanh(tanh(x W) W) v.
pub fn a_layer_used_twice(_: &Digits, seed: u64) -> Suspect {
    let mut rng = seeded(seed);
    let (x, w, v) = (drawn(12, 3, 1.0, &mut rng), drawn(3, 3, 0.8, &mut rng), drawn(3, 1, 0.8, &mut rng));
    let t = x.sum_axis(Axis(1)).insert_axis(Axis(1)).mapv(|sum| (sum / 2.0).sin());
    let forward = |x: &Array2<f64>, w: &[ArrayD<f64>]| {
        let first = x.dot(&matrix(&w[0])).mapv(f64::tanh);
        let second = first.dot(&matrix(&w[0])).mapv(f64::tanh);
        let y = second.dot(&matrix(&w[1]));
        (first, second, y)
    };
    let (known, x_too, t_too) = (right_answers(&t), x.clone(), t.clone());
    let gradient = move |w: &[ArrayD<f64>]| {
        let (first, second, y) = forward(&x, w);
        let dy = (y - &t) / t.nrows() as f64;
        let dz = dy.dot(&matrix(&w[1]).t()) * second.mapv(|h| 1.0 - h * h);
        let mut dw = x.t().dot(&(dz.dot(&matrix(&w[0]).t()) * first.mapv(|h| 1.0 - h * h)));
        dw.assign(&first.t().dot(&dz));
        vec![dw.into_dyn(), second.t().dot(&dy).into_dyn()]
    };
    Suspect {
        names: &["W", "v"],
        start: vec![w.into_dyn(), v.into_dyn()],
        loss: Box::new(move |w| cost(&forward(&x_too, w).2, &t_too)),
        gradient: Box::new(gradient),
        printed: None,
        rate: 0.2,
        steps: 150,
        direction: -1.0,
        known,
    }
}

/// A bowl, x² + y².
pub fn nudges_in_f32(_: &Digits, _: u64) -> Suspect {
    const STEP: f32 = 1e-4;
    fn nudged(at: &ArrayD<f64>) -> ArrayD<f64> {
        let x: Vec<f32> = at.iter().map(|&x| x as f32).collect();
        let height = |i: usize, step: f32| {
            let moved = |(j, &x): (usize, &f32)| if i == j { x + step } else { x };
            x.iter().enumerate().map(moved).map(|x| x * x).sum::<f32>()
        };
        let slope = |i: usize| f64::from((height(i, STEP) - height(i, -STEP)) / (2.0 * STEP));
        Array1::from_iter((0..x.len()).map(slope)).into_dyn()
    }
    let start = array![3.0, 4.0].into_dyn();
    Suspect {
        names: &["x"],
        known: Known { what: "the slope of x² + y² along x at (3, 4)", expected: 6.0, got: nudged(&start)[[0]] },
        start: vec![start],
        loss: Box::new(|x| x[0].mapv(|x| x * x).sum()),
        gradient: Box::new(|x| vec![nudged(&x[0])]),
        printed: None,
        rate: 0.1,
        steps: 30,
        direction: -1.0,
    }
}

/// A straight line y = w x + b, and a loss that subtracts [20, 1] from [20].
pub fn every_target_for_every_point(_: &Digits, seed: u64) -> Suspect {
    let mut rng = seeded(seed);
    let x = drawn(20, 1, 1.0, &mut rng).into_shape_with_order(20).expect("twenty numbers");
    let targets = x.mapv(|x| 0.5 * x + 1.0).insert_axis(Axis(1));
    let line = |x: &Array1<f64>, w: &[ArrayD<f64>]| x * w[0][[0]] + w[0][[1]];
    let table = |predictions: &Array1<f64>, targets: &Array2<f64>| predictions - targets;
    let loss = move |predictions: &Array1<f64>, targets: &Array2<f64>| {
        let errors = table(predictions, targets);
        errors.mapv(|error| error * error).sum() / errors.len() as f64
    };
    let known = Known {
        what: "the loss of the line that all the points lie on",
        expected: 0.0,
        got: loss(&line(&x, &[array![0.5, 1.0].into_dyn()]), &targets),
    };
    let (x_too, targets_too) = (x.clone(), targets.clone());
    let gradient = move |w: &[ArrayD<f64>]| {
        let errors = table(&line(&x, w), &targets);
        let slopes = errors.sum_axis(Axis(0)) * (2.0 / errors.len() as f64);
        vec![array![slopes.dot(&x), slopes.sum()].into_dyn()]
    };
    Suspect {
        names: &["w, b"],
        start: vec![array![-2.0, -1.0].into_dyn()],
        loss: Box::new(move |w| loss(&line(&x_too, w), &targets_too)),
        gradient: Box::new(gradient),
        printed: None,
        rate: 0.1,
        steps: 60,
        direction: -1.0,
        known,
    }
}
