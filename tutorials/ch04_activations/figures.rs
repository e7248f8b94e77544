//! The bends, their slopes, and the source's "softmax curve" beside one that is a curve.

use super::{BENDS, curve, softmax_of};
use frame::{Chart, Panels};
use ndarray::Array1;

const ENDS: f64 = 5.0;

/// Points from -5 to 5.
fn grid(points: usize) -> Array1<f64> {
    Array1::linspace(-ENDS, ENDS, points)
}

fn panel(title: &str) -> Chart<'static> {
    Chart::new("z", "value").title(title).size(400.0, 280.0)
}

/// The source's page of four: three bends, and a softmax over the grid.
pub fn as_the_source() -> Panels<'static> {
    let bends = BENDS.iter().fold(Panels::new(2), |panels, (name, bend)| {
        let z = grid(201);
        let (values, _) = curve(*bend, &z);
        panels.panel(panel(name).line("", &pairs(&z, values.iter())))
    });
    let over = |points: usize| {
        let z = grid(points);
        let shares = softmax_of(&z.to_vec());
        pairs(&z, shares.iter())
    };
    bends.panel(panel("\"softmax\"").line("over 100 points", &over(100)).line("over 1,000 points", &over(1000)))
}

/// The share that a softmax gives to z, beside scores of 0.
pub fn softmax_mended() -> Chart<'static> {
    let share = |others: usize| -> Vec<(f64, f64)> {
        let scores = |z: f64| [vec![z], vec![0.0; others]].concat();
        grid(201).iter().map(|&z| (z, softmax_of(&scores(z))[0])).collect()
    };
    Chart::new("score z of the first class", "its share")
        .line("2 classes: the sigmoid", &share(1))
        .line("3 classes", &share(2))
        .line("10 classes", &share(9))
}

/// The sigmoid with its slope, and the slopes of all three.
pub fn slopes() -> Panels<'static> {
    let z = grid(401);
    let (values, slopes) = curve(BENDS[0].1, &z);
    let sigmoid = panel("sigmoid").line("value", &pairs(&z, values.iter())).line("slope", &pairs(&z, slopes.iter()));
    let all = BENDS
        .iter()
        .fold(panel("slopes"), |chart, (name, bend)| chart.line(name, &pairs(&z, curve(*bend, &z).1.iter())));
    Panels::new(2).panel(sigmoid.level(0.25, "1/4")).panel(all)
}

fn pairs<'a>(z: &Array1<f64>, values: impl Iterator<Item = &'a f64>) -> Vec<(f64, f64)> {
    z.iter().copied().zip(values.copied()).collect()
}
