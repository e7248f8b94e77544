//! Judges a start: the spread for layers of many widths, then signals on their way through thirty layers.

use frame::{Judge, Judgement};
use gradus::nn::Init;
use ndarray::Array2;
use rand::RngExt;

pub fn judge(spread: fn(usize) -> f64) -> Judgement {
    Judge::examine("20_depth", |judge| {
        let some = judge.rng().random_range(50..200);
        for n_in in [50, 784, 2, 1, 10_000, some] {
            judge.given(format!("a layer with {n_in} inputs"));
            let n = n_in as f64;
            judge
                .equal_within(0.02, "the spread of its weights", (2.0 / n).sqrt(), spread(n_in))
                .slip("a sum of n terms keeps its spread with 1/√n, but the ReLU then throws half of it away", || {
                    n.sqrt().recip()
                })
                .slip("this is the variance; the spread is its root", || 2.0 / n)
                .slip("it does not depend on the number of inputs", || 0.01);
        }
        for widths in [vec![50; 31], vec![784, 50, 50, 50], vec![300; 31], vec![some; 31], [100, 20].repeat(15)] {
            judge.given(format!("{} layers of ReLUs; layer widths {}", widths.len() - 1, shown(&widths)));
            let growth = growth(judge, &widths, spread);
            let expected = "0.1 to 10 times the size of the inputs";
            judge.holds(
                "the size of the outputs",
                expected,
                format!("{growth:.1e} times"),
                (0.1..=10.0).contains(&growth),
            );
        }
    })
}

fn shown(widths: &[usize]) -> String {
    let first: Vec<String> = widths.iter().take(4).map(usize::to_string).collect();
    format!("{}{}", first.join(", "), if widths.len() > 4 { ", ..." } else { "" })
}

/// Number of nets for a mean: a single net scales its signals by a random factor, up to ten in layers of 20.
const NETS: usize = 16;

/// How many times larger the outputs of the last layer are than the inputs: roots of mean squares, and the geometric mean over nets.
fn growth(judge: &mut Judge, widths: &[usize], spread: fn(usize) -> f64) -> f64 {
    let logarithms: f64 = (0..NETS).map(|_| growth_of_one(judge, widths, spread).ln()).sum();
    (logarithms / NETS as f64).exp()
}

fn growth_of_one(judge: &mut Judge, widths: &[usize], spread: fn(usize) -> f64) -> f64 {
    let mut x: Array2<f64> = Init::Normal(1.0).draw((10, widths[0]), 1, 1, judge.rng());
    let size = |x: &Array2<f64>| (x.mapv(|x| x * x).sum() / x.len() as f64).sqrt();
    let before = size(&x);
    for pair in widths.windows(2) {
        let weights: Array2<f64> =
            Init::Normal(spread(pair[0])).draw((pair[0], pair[1]), pair[0], pair[1], judge.rng());
        x = x.dot(&weights).mapv(|z| z.max(0.0));
    }
    size(&x) / before
}
