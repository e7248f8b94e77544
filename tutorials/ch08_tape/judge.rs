//! Judges a reverse pass: chains, fan-outs, and random graphs, compared with the derivative by summing over all paths.

use frame::{Judge, Judgement};
use rand::RngExt;

/// A node of the tape. Node i may only use nodes before it.
pub struct Node {
    /// The operands: (which node, how fast this node grows with it). An operand can stand here twice.
    pub operands: Vec<(usize, f64)>,
}

/// For each node, its operands with their slopes.
type Operands = Vec<Vec<(usize, f64)>>;

type Backward = fn(&[Node]) -> Vec<f64>;

pub fn judge(backward: Backward) -> Judgement {
    Judge::examine("08_tape", |judge| {
        let tapes: [(&str, Operands); 5] = [
            ("one node", vec![vec![]]),
            ("a chain: y = 2x, z = 3y", vec![vec![], vec![(0, 2.0)], vec![(1, 3.0)]]),
            ("b = a + a, c = b + b", vec![vec![], vec![(0, 1.0), (0, 1.0)], vec![(1, 1.0), (1, 1.0)]]),
            (
                "a long way and a short way: b = 2a, c = 5b, d = c + b",
                vec![vec![], vec![(0, 2.0)], vec![(1, 5.0)], vec![(2, 1.0), (1, 1.0)]],
            ),
            ("a node that nothing uses", vec![vec![], vec![(0, 5.0)], vec![(0, 2.0)]]),
        ];
        for (name, operands) in tapes {
            hold_against_paths(judge, name, backward, operands);
        }
        for size in [2.0, 2.0, 50.0].repeat(17) {
            let rng = judge.rng();
            let nodes = rng.random_range(2..14);
            let mut operands = vec![vec![]];
            for node in 1..nodes {
                let uses = rng.random_range(0..3);
                operands.push((0..uses).map(|_| (rng.random_range(0..node), rng.random_range(-size..size))).collect());
            }
            hold_against_paths(judge, &format!("a random graph of {nodes} nodes"), backward, operands);
        }
    })
}

fn hold_against_paths(judge: &mut Judge, name: &str, backward: Backward, operands: Operands) {
    judge.given(format!("{name}; the tape: {}", shown(&operands)));
    let expected: Vec<f64> = (0..operands.len()).map(|node| over_paths(&operands, operands.len() - 1, node)).collect();
    let tape: Vec<Node> = operands.iter().map(|operands| Node { operands: operands.clone() }).collect();
    let got = backward(&tape);
    judge
        .equal("the gradient of each node", expected, got)
        .slip("nothing has arrived anywhere: the walk begins at the last node, whose own gradient is not 0", || {
            vec![0.0; operands.len()]
        })
        .slip("a share overwrites the one before: a node that is used twice keeps only the last", || {
            walk(&operands, true, false)
        })
        .slip("slopes are handed on without the gradient of the node that hands them on", || {
            walk(&operands, false, true)
        })
        .slip("the walk goes from the first node to the last: nothing has arrived yet when a node hands on", || {
            forwards(&operands)
        });
}

/// The reverse pass with a slip: shares that overwrite, or slopes alone.
fn walk(operands: &Operands, overwrite: bool, slopes_alone: bool) -> Vec<f64> {
    let mut gradients = vec![0.0; operands.len()];
    gradients[operands.len() - 1] = 1.0;
    for node in (0..operands.len()).rev() {
        for &(operand, slope) in &operands[node] {
            let share = if slopes_alone { slope } else { slope * gradients[node] };
            gradients[operand] = share + if overwrite { 0.0 } else { gradients[operand] };
        }
    }
    gradients
}

fn forwards(operands: &Operands) -> Vec<f64> {
    let mut gradients = vec![0.0; operands.len()];
    gradients[operands.len() - 1] = 1.0;
    for (node, operands) in operands.iter().enumerate() {
        for &(operand, slope) in operands {
            gradients[operand] += slope * gradients[node];
        }
    }
    gradients
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

/// `%0, %1 = 2 %0`
fn shown(operands: &Operands) -> String {
    let node = |(place, operands): (usize, &Vec<(usize, f64)>)| {
        let terms: Vec<String> = operands.iter().map(|(operand, slope)| format!("{slope:.3} %{operand}")).collect();
        if terms.is_empty() { format!("%{place}") } else { format!("%{place} = {}", terms.join(" + ")) }
    };
    operands.iter().enumerate().map(node).collect::<Vec<_>>().join(", ")
}
