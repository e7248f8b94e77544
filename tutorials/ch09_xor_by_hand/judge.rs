//! Judges a backward pass: nets of many shapes against nudging, then XOR.

use super::net::Net;
use frame::Judge;
use gradus::check::Check;
use gradus::data::{TruthTable, seeded};
use ndarray::Array1;
use rand::RngExt;
use std::process::ExitCode;

type Backward = fn(&Net, &Array1<f64>, &Array1<f64>) -> Net;

pub fn judge(backward: Backward) -> ExitCode {
    let mut judge = Judge::new("Exercise 9: the wrong line");
    let mut rng = seeded(9);
    let check = Check::new().names(["W1", "b1", "W2", "b2"]);
    for sizes in [[2, 3, 1], [1, 1, 1], [1, 5, 1], [4, 1, 2], [3, 4, 5]] {
        for size in [0.5, 1.0, 2.0] {
            let net = Net::random(sizes, size, &mut rng);
            let [x, t] = [sizes[0], sizes[2]].map(|n| Array1::from_shape_simple_fn(n, || rng.random_range(-1.0..1.0)));
            let gradient = backward(&net, &x, &t).arrays();
            let input = format!("a net {sizes:?} with weights of size {size}");
            let shapes =
                |arrays: &[ndarray::ArrayD<f64>]| arrays.iter().map(|a| a.shape().to_vec()).collect::<Vec<_>>();
            let (expected, got) = (shapes(&net.arrays()), shapes(&gradient));
            if expected != got {
                judge.case(input, format!("gradients of shapes {expected:?}"), format!("{got:?}"), false);
                continue;
            }
            let report = check.by_hand(|arrays| Net::from_arrays(arrays).cost(&x, &t), &net.arrays(), &gradient);
            judge.case(input, "your gradient and nudging agree", report.headline(), report.passed());
        }
    }
    judge.number("XOR from ten starts: how many learn it", 10.0, learn_xor(backward) as f64);
    judge.verdict("W2 and b2 are right, W1 and b1 are not: the mistake is between them. What is the slope of tanh at z, said in terms of h = tanh(z)?")
}

/// How many of ten starts learn XOR.
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
