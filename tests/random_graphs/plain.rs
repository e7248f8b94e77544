//! The plain engine is the specification: on random graphs the fast engine must compute the same values and gradients. If both add in the same order,
//! they must agree to the last bit (0 and -0 are the same), otherwise within 1e-12 of the largest number.
//!
//! Ops that the plain engine lacks are written in terms of its own: a softmax as eˣ / Σ eˣ, a square root as e^(½ ln x). So the fast engine's kernels
//! are compared with their definitions.

#[path = "plain_recorder.rs"]
mod recorder;

use super::program::{Operation, Program};
use super::{counterexample, loss_of, portrait};
use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::{Shape, Tape, Var};
use ndarray::ArrayD;
use petgraph::graph::NodeIndex;
use recorder::Recorder;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use Operation::*;

/// Operations that both engines compute exactly alike, if sums are short. (The plain engine has its functions from the system, the fast one its own.)
#[rustfmt::skip]
const EXACT: &[Operation] = &[
    Sub, Mul, Neg, Add, Twice, Div, Relu, OneMinus, Mul, Abs, Sub, Square, Div, Add, Mul,
    MatMul, Add, MatMulNT, Mul, MatMulTN, Sub, Sum(0), Div, Row, Add, Sum(1), Mul, SumKept(0), Sub, Column, Div, SumKept(1), Mul, Mean(0), Row,
    Add, Mean(1), Sub, MeanKept(0), Mul, Column, MeanKept(1), Add, Flat, Mul, Transpose, OneMinus, Total, Div,
];

/// All operations that the plain engine's ops can express.
#[rustfmt::skip]
const ALL: &[Operation] = &[
    Ln, Neg, Sqrt, Twice, Power, Cos, Relu, OneMinus, Abs, Sin, Exp, Tanh, Square, Sigmoid,
    MatMul, Add, MatMulNT, Mul, MatMulTN, Sub, Div, Maximum, Minimum,
    Sum(0), Row, Sum(1), Cos, SumKept(0), Column, SumKept(1), Mean(0), Row, Mean(1), Sin, MeanKept(0), Column, MeanKept(1), Neg,
    LogSumExp(0), Flat, LogSumExp(1), Twice, Softmax(0), Add, Softmax(1), Square, Transpose, OneMinus, Total,
];

#[test]
fn on_300_random_graphs_the_fast_engine_does_what_the_plain_one_says() {
    let tally = agreement(150);
    tally.ops_all_occur();
    assert!(tally.to_the_last_bit > 1_000 && tally.nearly > 1_000, "too little was compared: {tally}");
}

#[test]
#[ignore = "a few seconds"]
fn on_10_000_random_graphs_the_fast_engine_does_what_the_plain_one_says() {
    let tally = agreement(5_000);
    tally.ops_all_occur();
    println!("{tally}");
}

#[test]
fn the_plain_engine_notices_vjps_that_are_wrong_by_little() {
    for (op, how) in [
        ("add", Sabotage::OneCopy),
        ("mul", Sabotage::Factor(1.0 + 1e-9)),
        ("div", Sabotage::LastElementZero),
        ("sum", Sabotage::Factor(1.0 + 1e-9)),
        ("matmul", Sabotage::Factor(1.0 - 1e-9)),
        ("softmax", Sabotage::Factor(1.0 + 1e-9)),
    ] {
        let tamper = |tape: &Tape<f64>| _ = sabotage(tape, op, how);
        let property = |program: &Program| Tally::default().compare(program, tamper);
        assert!(counterexample(200, ALL, property).is_some(), "{op} {how:?}");
    }
}

/// Compares both engines on random graphs, `each` of exact operations and as many of all.
fn agreement(each: u32) -> Tally {
    let tally = RefCell::new(Tally::default());
    for operations in [EXACT, ALL] {
        let property = |program: &Program| tally.borrow_mut().compare(program, |_| ());
        if let Some((what, program)) = counterexample(each, operations, property) {
            panic!("{what}\n{}", portrait(&program, |_| ()));
        }
    }
    tally.into_inner()
}

/// What was compared.
#[derive(Default)]
struct Tally {
    graphs: usize,
    /// Values and gradients of nodes that agree to the last bit, as they must.
    to_the_last_bit: usize,
    /// Those that must agree within [`TOLERANCE`], and the largest difference among them.
    nearly: usize,
    largest_difference: f64,
    /// How often each op of the plain engine was recorded.
    ops: BTreeMap<&'static str, usize>,
}

/// The largest difference between the engines, relative to the largest value, or gradient, in the graph. (Not in the same array: where
/// large terms cancel, only their rounding is left.)
const TOLERANCE: f64 = 1e-12;

/// An array by the plain engine and by the fast one, and whether they must agree to the last bit.
struct Pair {
    what: String,
    plain: ArrayD<f64>,
    fast: ArrayD<f64>,
    exact: bool,
}

impl Tally {
    /// Runs a program on both engines, and compares the value and the gradient of each of its results. `tamper` may break something between
    /// the fast engine's forward and backward.
    fn compare(&mut self, program: &Program, tamper: impl Fn(&Tape<f64>)) -> Result<(), String> {
        let fast = Tape::new();
        let mut results = Vec::new();
        for leaf in &program.leaves {
            results.push(fast.var(leaf));
        }
        let mut plain = Recorder::default();
        let mut nodes: Vec<NodeIndex> = program.leaves.iter().map(|leaf| plain.tape.leaf(leaf.clone())).collect();
        let mut exact = vec![true; nodes.len()];
        for step in &program.steps {
            let (a, b) = (results[step.a], results[step.b]);
            let y = step.operation.record(a, b);
            exact.push(exact[step.a] && exact[step.b] && is_exact(step.operation, a, b, y));
            results.push(y);
            nodes.push(plain.operation(step.operation, nodes[step.a], nodes[step.b]));
        }
        let leaves = program.leaves.len();
        results.push(loss_of(results[results.len() - 1], &results[..leaves]));
        nodes.push(plain.loss(nodes[nodes.len() - 1], &nodes[..leaves]));
        exact.push(false);
        tamper(&fast);

        let (loss, plain_loss) = (results[nodes.len() - 1], nodes[nodes.len() - 1]);
        let (found, specified) = (loss.backward(), plain.tape.backward(plain_loss));
        let all_exact = exact[..nodes.len() - 1].iter().all(|&exact| exact);
        let (mut values, mut gradients) = (Vec::new(), Vec::new());
        for (i, (&result, node)) in results.iter().zip(nodes).enumerate() {
            let (plain, fast) = (plain.tape.value(node).clone(), result.value());
            values.push(Pair { what: format!("value {i}"), plain, fast, exact: exact[i] });
            let plain = specified[node.index()].clone().ok_or("the plain engine finds no gradient")?;
            let (what, fast) = (format!("the gradient of value {i}"), found.wrt(result).value());
            gradients.push(Pair { what, plain, fast, exact: all_exact });
        }
        self.pairs(&values)?;
        self.pairs(&gradients)?;
        self.graphs += 1;
        for (name, count) in plain.ops {
            *self.ops.entry(name).or_default() += count;
        }
        Ok(())
    }

    fn pairs(&mut self, pairs: &[Pair]) -> Result<(), String> {
        let size = pairs.iter().flat_map(|pair| &pair.plain).fold(f64::MIN_POSITIVE, |size, x| size.max(x.abs()));
        for Pair { what, plain, fast, exact } in pairs {
            if plain.shape() != fast.shape() {
                return Err(format!("{what} has the shape {:?}, not {:?}", fast.shape(), plain.shape()));
            }
            let difference = plain.iter().zip(fast).fold(0.0_f64, |most, (p, f)| most.max((p - f).abs())) / size;
            let agrees = if *exact { plain == fast } else { difference <= TOLERANCE };
            if !agrees {
                let wanted = if *exact { "to the last bit" } else { "nearly" };
                return Err(format!(
                    "{what} should be, {wanted},\n{plain}\nbut the fast engine finds\n{fast}\nwhich is {difference:e} away"
                ));
            }
            match exact {
                true => self.to_the_last_bit += 1,
                false => self.nearly += 1,
            }
            self.largest_difference = self.largest_difference.max(difference);
        }
        Ok(())
    }

    /// Every op that the plain engine has must have been tried. Their names are read in its source, so that a new one cannot be forgotten.
    fn ops_all_occur(&self) {
        let source = include_str!("../../src/plain.rs");
        let op = |line: &'static str| {
            let (signature, _) = line.trim_start().strip_prefix("pub fn ")?.split_once(" -> Op {")?;
            signature.split('(').next()
        };
        let all: Vec<&str> = source.lines().filter_map(op).collect();
        assert!(all.len() > 10, "the ops of src/plain.rs are recognised by their first line: {all:?}");
        let missing: Vec<_> = all.iter().filter(|op| !self.ops.contains_key(*op)).collect();
        assert!(missing.is_empty(), "no random graph has {missing:?}\n{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Tally { graphs, to_the_last_bit, nearly, largest_difference, ops } = self;
        write!(
            f,
            "{graphs} graphs: {to_the_last_bit} values and gradients agree to the last bit, {nearly} within {TOLERANCE:e} (at most \
             {largest_difference:.1e}). Ops: {ops:?}"
        )
    }
}

/// Whether both engines must compute the same bits, forward and backward: the operation is the same formula in both, and each sum that it needs
/// is short enough for the fast engine to add it from the first term to the last.
fn is_exact(operation: Operation, a: Var<f64>, b: Var<f64>, y: Var<f64>) -> bool {
    let size = |x: Var<f64>| x.shape().size();
    match operation {
        Neg | Relu | Abs | Square | Twice | OneMinus | Transpose | Flat | Row | Column => true,
        Add | Sub | Mul | Div => [a, b].iter().all(|operand| is_short_sum(y.shape(), operand.shape())),
        // kernel/gemm.rs writes out products of up to 64 multiplications.
        MatMul => size(a) * size(b) * size(y) <= 64 * 64,
        // Here the plain engine has a node more, the transpose. What flows back through it arrives later.
        MatMulNT | MatMulTN => a.index() != b.index() && is_exact(MatMul, a, b, y),
        Sum(axis) | SumKept(axis) | Mean(axis) | MeanKept(axis) => a.shape()[axis] < SHORT,
        Total => size(a) < SHORT,
        Exp | Ln | Sin | Cos | Sqrt | Tanh | Sigmoid | Softplus | Power | Erf | Maximum | Minimum => false,
        Max(_) | LogSumExp(_) | Softmax(_) => false,
    }
}

/// kernel/sum.rs adds longer sums in 16 parts.
const SHORT: usize = 16;

/// Whether a sum to the shape of an operand is added up from the first term to the last.
fn is_short_sum(from: Shape, to: Shape) -> bool {
    let in_front = from.rank() - to.rank();
    let is_summed = |axis: usize| axis < in_front || to[axis - in_front] == 1;
    let mut axes: Vec<bool> = (0..from.rank()).filter(|&axis| from[axis] > 1).map(is_summed).collect();
    axes.dedup();
    // If a kept axis stands between two that are summed over, the fast engine adds up sums.
    let in_one_run = axes.iter().filter(|&&is_summed| is_summed).count() <= 1;
    in_one_run && from.size() < SHORT * to.size().max(1)
}
