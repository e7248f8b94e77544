//! Judges a reverse pass: chains, fan-outs, and random graphs, held against the derivative by summing over all paths.

use super::Node;
use frame::Judge;
use gradus::data::seeded;
use rand::RngExt;
use std::process::ExitCode;

/// For each node, its operands with their slopes.
type Operands = Vec<Vec<(usize, f64)>>;

pub fn judge(backward: fn(&[Node]) -> Vec<f64>) -> ExitCode {
    let mut judge = Judge::new("Exercise 8: the reverse pass");
    let tapes: [(&str, Operands); 4] = [
        ("one node", vec![vec![]]),
        ("a chain: y = 2x, z = 3y", vec![vec![], vec![(0, 2.0)], vec![(1, 3.0)]]),
        ("b = a + a, c = b + b", vec![vec![], vec![(0, 1.0), (0, 1.0)], vec![(1, 1.0), (1, 1.0)]]),
        ("a node that nothing uses", vec![vec![], vec![(0, 5.0)], vec![(0, 2.0)]]),
    ];
    for (name, operands) in tapes {
        hold_against_paths(&mut judge, name, backward, operands);
    }
    let mut rng = seeded(8);
    for number in 0..50 {
        let nodes = rng.random_range(2..14);
        let mut operands = vec![vec![]];
        for node in 1..nodes {
            let uses = rng.random_range(0..3);
            operands.push((0..uses).map(|_| (rng.random_range(0..node), rng.random_range(-2.0..2.0))).collect());
        }
        hold_against_paths(&mut judge, &format!("random graph {number} of {nodes} nodes"), backward, operands);
    }
    judge.verdict("a node may hand on its gradient only when everything that uses it has been visited. Where on the tape do all uses of a node stand?")
}

fn hold_against_paths(judge: &mut Judge, name: &str, backward: fn(&[Node]) -> Vec<f64>, operands: Operands) {
    let expected: Vec<f64> = (0..operands.len()).map(|node| over_paths(&operands, operands.len() - 1, node)).collect();
    let tape: Vec<Node> = operands.into_iter().map(|operands| Node { operands }).collect();
    let got = backward(&tape);
    if got.len() != expected.len() {
        return judge.case(name, format!("{} gradients", expected.len()), format!("{}", got.len()), false);
    }
    for (node, (&expected, &got)) in expected.iter().zip(&got).enumerate() {
        judge.number(format!("{name}: the gradient of node {node}"), expected, got);
    }
}

/// d from / d to, as the sum over all paths of the product of slopes: right, and far too slow for more than a few nodes.
fn over_paths(operands: &[Vec<(usize, f64)>], from: usize, to: usize) -> f64 {
    if from == to {
        return 1.0;
    }
    operands[from]
        .iter()
        .filter(|(operand, _)| *operand >= to)
        .map(|&(operand, slope)| slope * over_paths(operands, operand, to))
        .sum()
}
