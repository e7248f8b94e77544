//! The views of a net that learnt XOR: the plane of its inputs, and the space of its hidden units.

use super::{hidden_units, predict};
use frame::{Chart, Side};
use gradus::data::TruthTable;
use gradus::nn::{Mlp, Parameters};
use ndarray::{Array1, array};

/// The plane from -0.5 to 1.5, where the net says more than one half.
pub fn boundary<'n>(net: &'n Mlp<f64>, xor: &TruthTable) -> Chart<'n> {
    let rows: Vec<((f64, f64), f64)> = xor.inputs().outer_iter().map(|x| (x[0], x[1])).zip(xor.targets()).collect();
    let with = |target: f64| rows.iter().filter(|row| row.1 == target).map(|row| row.0).collect::<Vec<_>>();
    Chart::new("x1", "x2")
        .title("Blue: the net says more than ½")
        .size(430.0, 400.0)
        .x_range(-0.5, 1.5)
        .y_range(-0.5, 1.5)
        .boundary(0.5, |x1, x2| predict(net, &array![[x1, x2]])[0])
        .points("1", &with(1.0))
        .points("0", &with(0.0))
}

/// The four rows as the hidden units see them, looked at along the plane y = ½ of the last layer, which separates them.
pub fn hidden_plane(net: &Mlp<f64>, xor: &TruthTable) -> Chart<'static> {
    let hidden = hidden_units(net, &xor.inputs());
    let last: Vec<_> = net.params().iter().rev().take(2).map(|param| param.value()).collect();
    let (bias, weights) = (last[0][[0]], Array1::from_iter(last[1].iter().copied()));
    let length = weights.dot(&weights).sqrt();
    let across = &weights / length;
    // The direction in the plane along which the two ones lie apart.
    let apart = &hidden.row(1) - &hidden.row(2);
    let along = &apart - &(&across * apart.dot(&across));
    let along = &along / along.dot(&along).sqrt();
    let place = |row: usize| {
        let h = hidden.row(row);
        ((h.dot(&weights) + bias - 0.5) / length, h.dot(&along))
    };
    let places: Vec<(f64, f64)> = (0..4).map(place).collect();
    let chart = Chart::new("distance from the plane y = ½", "along the plane")
        .title("The hidden units' view of the four rows")
        .size(430.0, 400.0)
        .x_range(-1.2, 1.2)
        .boundary(0.0, |distance, _| distance)
        .points("1", &[places[1], places[2]])
        .points("0", &[places[0], places[3]]);
    let names = ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"];
    names.into_iter().zip(places).fold(chart, |chart, (name, place)| {
        chart.name(place, name, if place.0 > 0.0 { Side::Right } else { Side::Left })
    })
}
