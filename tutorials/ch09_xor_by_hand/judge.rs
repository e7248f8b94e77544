//! Judges a backward pass: nets of many shapes against nudging, then XOR.

use super::net::{Net, outer};
use frame::{Judge, Judgement};
use gradus::data::{TruthTable, seeded};
use ndarray::{Array1, ArrayD};

type Backward = fn(&Net, &Array1<f64>, &Array1<f64>) -> Net;

pub fn judge(backward: Backward) -> Judgement {
    Judge::examine("09_xor_by_hand", |judge| {
        for sizes in [[2, 3, 1], [1, 1, 1], [1, 5, 1], [4, 1, 2], [3, 4, 5]] {
            for size in [0.5, 1.0, 4.0] {
                let net = Net::random(sizes, size, judge.rng());
                let (x, t) = (judge.draw(sizes[0], 1.0), judge.draw(sizes[2], 1.0));
                judge.given(format!("a net {sizes:?} with weights of size {size}, x = {x:.3}, t = {t:.3}"));
                let gradient = backward(&net, &x, &t);
                let cost = |arrays: &[ArrayD<f64>]| Net::from_arrays(arrays).cost(&x, &t);
                judge
                    .gradient(&["W1", "b1", "W2", "b2"], cost, &net.arrays(), &gradient.arrays())
                    .slip("the slope of tanh is taken at h, and h is a tanh already: tanh is applied twice", || {
                        with_slope(&net, &x, &t, |h| 1.0 - h.tanh().powi(2))
                    })
                    .slip("the slope of the tanh is missing: what reaches h is handed on to z as it is", || {
                        with_slope(&net, &x, &t, |_| 1.0)
                    });
            }
        }
        judge.given("XOR from ten starts, 3,000 rounds each");
        judge.equal("how many learn it", 10, learn_xor(backward));
    })
}

/// The backward pass with a slope of tanh, given in terms of h = tanh(z).
fn with_slope(net: &Net, x: &Array1<f64>, t: &Array1<f64>, slope: fn(f64) -> f64) -> [ArrayD<f64>; 4] {
    let (h, y) = net.forward(x);
    let dy = y - t;
    let dz = net.w2.dot(&dy) * h.mapv(slope);
    Net { w1: outer(x, &dz), b1: dz, w2: outer(&h, &dy), b2: dy }.arrays()
}

/// How many of ten starts, from each of which the right gradient succeeds, learn XOR.
fn learn_xor(backward: Backward) -> usize {
    let (inputs, targets) = (TruthTable::xor().inputs::<f64>(), TruthTable::xor().targets::<f64>());
    let rows = || inputs.outer_iter().zip(targets.outer_iter()).map(|(x, t)| (x.to_owned(), t.to_owned()));
    let mut rng = seeded(90);
    let mut nets: Vec<Net> = (0..10).map(|_| Net::random([2, 3, 1], 1.0, &mut rng)).collect();
    let learns = |net: &mut Net| {
        for _ in 0..3_000 {
            rows().for_each(|(x, t)| {
                let gradient = backward(net, &x, &t);
                net.add(-0.1, &gradient);
            });
        }
        rows().all(|(x, t)| (net.forward(&x).1[0] - t[0]).abs() < 0.5)
    };
    nets.iter_mut().map(learns).filter(|&learnt| learnt).count()
}
