//! The plane, divided by one neuron and by a net with a bend; and the cost against a hidden weight.

use super::nudges::{Bend, sweep};
use frame::{Chart, Panels};
use gradus::nn::{Mlp, Predict};
use ndarray::arr2;

/// Where a neuron with these weights and this bias fires; and where a net says more than one half.
pub fn planes<'a>([w1, w2, b]: [f64; 3], net: &'a Mlp<f64>) -> Panels<'a> {
    let says = |x: f64, y: f64| net.predict(arr2(&[[x, y]]).view())[[0, 0]];
    Panels::new(2)
        .panel(plane("a perceptron, after 1,000 rounds").boundary(0.0, move |x, y| w1 * x + w2 * y + b))
        .panel(plane("three tanh units before the output").boundary(0.5, says))
}

fn plane<'a>(title: &str) -> Chart<'a> {
    Chart::new("x1", "x2")
        .title(title)
        .size(400.0, 400.0)
        .equal_axes()
        .x_range(-0.5, 1.5)
        .y_range(-0.5, 1.5)
        .points("should fire", &[(0.0, 1.0), (1.0, 0.0)])
        .points("should not", &[(0.0, 0.0), (1.0, 1.0)])
}

/// The cost against one hidden weight.
pub fn staircase(bends: &[(&str, Bend)]) -> Chart<'static> {
    let chart = Chart::new("a weight of the first hidden unit", "mean cost of the four rows").y_range(0.1, 0.45);
    bends.iter().fold(chart, |chart, (name, bend)| chart.line(name, &sweep(*bend)))
}
