//! The gradient of this chapter's net, by hand and by nudging, and how far the two are apart.

use super::net::Net;
use super::{NAMES, Slope, backward, right_slope, source_slope};
use frame::Run;
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

/// The relative difference of each element, the source's gradient at the left and the right one beside it.
pub fn heat_map(run: &Run, net: &Net, rows: &Rows) {
    let nudged = by_nudging(net, rows);
    let maps = [source_slope as Slope, right_slope].map(|slope| by_hand(net, rows, slope));
    let cell = |hand: f64, nudged: f64| {
        let error = (hand - nudged).abs() / hand.abs().max(nudged.abs());
        let shade =
            ["  ", "░░", "▒▒", "▓▓", "██"][[1e-6, 0.1, 0.3, 0.6].iter().filter(|&&limit| error > limit).count()];
        let number = if error < 1e-3 { format!("{error:.0e}") } else { format!("{error:.2}") };
        format!("{shade} {number:<6}")
    };
    run.say(format!("      {:32}the right one", "the source's"));
    for (which, name) in NAMES.iter().enumerate() {
        let columns = *nudged[which].shape().last().expect("an array has an axis");
        for row in 0..nudged[which].len() / columns {
            let line = |hand: &ArrayD<f64>| -> String {
                let cells = hand.iter().zip(&nudged[which]).skip(row * columns).take(columns);
                cells.map(|(&hand, &nudged)| cell(hand, nudged)).collect()
            };
            let name = if row == 0 { name } else { "" };
            run.say(format!("  {name:2}  {:32}{}", line(&maps[0][which]), line(&maps[1][which])).trim_end());
        }
    }
}
