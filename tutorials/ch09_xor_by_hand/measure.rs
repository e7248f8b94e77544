//! The gradient of this chapter's net, by hand and by nudging, and how far the two are apart.

use super::net::Net;
use super::{Slope, backward, right_slope, source_slope};
use frame::{Matrix, Panels, Shades};
use ndarray::{Array1, ArrayD};

/// Inputs with their targets.
pub type Rows = Vec<(Array1<f64>, Array1<f64>)>;

pub fn mean_cost(net: &Net, rows: &Rows) -> f64 {
    rows.iter().map(|(x, t)| net.cost(x, t)).sum::<f64>() / rows.len() as f64
}

/// The gradient of the mean cost, by hand.
fn by_hand(net: &Net, rows: &Rows, slope: Slope) -> [ArrayD<f64>; 4] {
    let mut sum = backward(net, &rows[0].0, &rows[0].1, slope);
    for (x, t) in &rows[1..] {
        sum.add(1.0, &backward(net, x, t, slope));
    }
    sum.arrays().map(|array| array / rows.len() as f64)
}

/// The gradient of the mean cost, by nudging each number up and down.
fn by_nudging(net: &Net, rows: &Rows) -> [ArrayD<f64>; 4] {
    const STEP: f64 = 1e-5;
    let point = net.arrays();
    [0, 1, 2, 3].map(|which| {
        let mut element = 0..;
        point[which].mapv(|_| {
            let element = element.next().expect("there is no last number");
            let cost = |step: f64| {
                let mut moved = point.clone();
                *moved[which].iter_mut().nth(element).expect("the array has this element") += step;
                mean_cost(&Net::from_arrays(&moved), rows)
            };
            (cost(STEP) - cost(-STEP)) / (2.0 * STEP)
        })
    })
}

/// How far the source's gradient is off, array by array: |hand - nudged| over the larger of the two.
pub fn relative_errors(net: &Net, rows: &Rows) -> [f64; 4] {
    let (hand, nudged) = (by_hand(net, rows, source_slope), by_nudging(net, rows));
    let norm = |array: &ArrayD<f64>| array.mapv(|x| x * x).sum().sqrt();
    [0, 1, 2, 3].map(|i| norm(&(&hand[i] - &nudged[i])) / norm(&hand[i]).max(norm(&nudged[i])))
}

/// Of W1's relative errors.
pub fn median(starts: &[Net], rows: &Rows) -> f64 {
    let mut errors: Vec<f64> = starts.iter().map(|net| relative_errors(net, rows)[0]).collect();
    errors.sort_by(f64::total_cmp);
    errors[errors.len() / 2]
}

/// The relative difference of each element, of the source's gradient and of the right one.
pub fn heat_maps(net: &Net, rows: &Rows) -> Panels<'static> {
    let nudged = by_nudging(net, rows);
    let map = |title: &str, slope: Slope| {
        let hand = by_hand(net, rows, slope);
        let error = |(hand, nudged): (&f64, &f64)| (hand - nudged).abs() / hand.abs().max(nudged.abs());
        let errors: Vec<f64> = hand.iter().flatten().zip(nudged.iter().flatten()).map(error).collect();
        // W1 has a row for each input; b1 and W2 have a number for each hidden unit, b2 has one.
        let cells: Vec<&[f64]> = errors.chunks(3).collect();
        Matrix::new("relative error", &cells)
            .title(title)
            .shades(Shades::Height)
            .range(0.0, 1.0)
            .names(&["W1, x1", "W1, x2", "b1", "W2", "b2"], &["h1", "h2", "h3"])
            .axes("", "hidden unit")
            .numbers(|error| if error < 1e-3 { format!("{error:.0e}") } else { format!("{error:.2}") })
    };
    Panels::new(2).panel(map("the source's gradient", source_slope)).panel(map("the right one", right_slope))
}
