//! Random programs as plain data. The one idea to know: **a program is drawn without regard to what fits, and made to fit afterwards.** So proptest
//! can leave out any step while it shrinks a failing program, and the rest is still a program.

use gradus::{Scalar, Shape, Tape, Var};
use ndarray::{ArrayD, Axis, IxDyn};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeSet;

/// Leaves and steps. The last value is the result; it depends on everything else.
#[derive(Clone, Debug)]
pub struct Program {
    pub leaves: Vec<ArrayD<f64>>,
    pub steps: Vec<Step>,
}

/// An operation on earlier values, numbered from 0: first the leaves, then the results of the steps.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub operation: Operation,
    pub a: usize,
    pub b: usize,
}

/// The operation of a step on the value `a` and, if it takes two, `b`. A number is the axis.
#[rustfmt::skip]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operation {
    Neg, Exp, Ln, Sqrt, Sin, Cos, Tanh, Sigmoid, Softplus, Relu, Abs, Erf, Square, Power, Twice, OneMinus,
    Add, Sub, Mul, Div, Maximum, Minimum,
    MatMul, MatMulNT, MatMulTN,
    Sum(usize), SumKept(usize), Mean(usize), MeanKept(usize), Max(usize), LogSumExp(usize), Softmax(usize), Total,
    Transpose, Flat, Row, Column,
}
use Operation::*;

/// Those that seldom fit stand among those that nearly always do, and give way to them.
#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    Ln, Neg, Sqrt, Twice, Power, Cos, Relu, OneMinus, Abs, Sin, Exp, Softplus, Tanh, Square, Erf, Sigmoid,
    MatMul, Add, MatMulNT, Mul, MatMulTN, Sub, Div, Maximum, Minimum,
    Sum(0), Row, Sum(1), Cos, SumKept(0), Column, SumKept(1), Softplus, Mean(0), Row, Mean(1), Sin, MeanKept(0), Column, MeanKept(1), Neg,
    Max(0), Mul, Max(1), Sub, LogSumExp(0), Flat, LogSumExp(1), Twice, Softmax(0), Add, Softmax(1), Square, Transpose, OneMinus, Total,
];

/// Maximum number of nodes that a program records.
pub const MOST_NODES: usize = 40;
/// Maximum number of elements of a value, which broadcasting would quickly make larger.
const MOST_ELEMENTS: usize = 36;
/// How near a value may come to a kink or to the edge of a domain, and how large it may grow.
const MARGIN: f64 = 0.05;
const LARGEST: f64 = 20.0;

/// Random programs of up to [`MOST_NODES`] nodes, of these operations. One of them must take everything, so that there is always one that fits.
pub fn programs(operations: &'static [Operation]) -> impl Strategy<Value = Program> {
    let shapes: Vec<&[usize]> =
        vec![&[], &[1], &[3], &[2, 3], &[3, 2], &[1, 3], &[2, 1], &[3, 3], &[2, 1, 3], &[0], &[0, 3]];
    let leaf = select(shapes).prop_flat_map(|shape| {
        let number = (20..150_i32, any::<bool>()).prop_map(|(size, negative)| {
            let size = f64::from(size) / 100.0;
            if negative { -size } else { size }
        });
        prop::collection::vec(number, shape.iter().product::<usize>()).prop_map(move |numbers| {
            ArrayD::from_shape_vec(IxDyn(shape), numbers).expect("one number for each element")
        })
    });
    // The operand is mostly the newest value, so that programs are deep; the partner is any value, so that values fan out.
    let choice = (0..operations.len(), prop_oneof![6 => Just(0), 1 => 0..MOST_NODES], any::<Index>());
    let choices = prop::collection::vec(choice, 1..2 * MOST_NODES);
    (prop::collection::vec(leaf, 1..5), choices)
        .prop_map(move |(leaves, choices)| Program::fitting(operations, leaves, &choices))
}

impl Program {
    /// The program on leaves that were recorded already, on any kind of number.
    pub fn build<'t, F: Scalar>(&self, leaves: &[Var<'t, F>]) -> Var<'t, F> {
        let mut values = leaves.to_vec();
        for step in &self.steps {
            values.push(step.operation.record(values[step.a], values[step.b]));
        }
        values[values.len() - 1]
    }

    /// Programs with fewer steps: those that end earlier, and those in which the result of a step is given as a leaf instead.
    pub fn smaller(&self) -> Vec<Program> {
        let tape = Tape::new();
        let mut values = Vec::new();
        for leaf in &self.leaves {
            values.push(tape.input(leaf));
        }
        let mut smaller = Vec::new();
        for (i, step) in self.steps.iter().enumerate().take(self.steps.len().saturating_sub(1)) {
            smaller.push(Program { leaves: self.leaves.clone(), steps: self.steps[..=i].to_vec() }.pruned());
            let y = step.operation.record(values[step.a], values[step.b]);
            smaller.push(self.cut(i, y.value().mapv(|y| (100.0 * y).round() / 100.0)).pruned());
            values.push(y);
        }
        smaller
    }

    /// The program with a leaf instead of the result of a step.
    fn cut(&self, step: usize, value: ArrayD<f64>) -> Program {
        let leaves = self.leaves.len();
        let renumbered = |old: usize| match old.checked_sub(leaves) {
            Some(before) if before < step => old + 1,
            Some(at) if at == step => leaves,
            _ => old,
        };
        let renumber = |step: &Step| Step { a: renumbered(step.a), b: renumbered(step.b), ..*step };
        let steps = self.steps[..step].iter().chain(&self.steps[step + 1..]).map(renumber).collect();
        Program { leaves: self.leaves.iter().cloned().chain([value]).collect(), steps }
    }

    /// Whether there is anything to check: not all leaves are empty.
    pub fn has_elements(&self) -> bool {
        self.leaves.iter().any(|leaf| !leaf.is_empty())
    }

    /// Whether a value is used more than once.
    pub fn fans_out(&self) -> bool {
        let mut used = BTreeSet::new();
        let again = |step: &Step| !used.insert(step.a) || (step.operation.takes_two() && !used.insert(step.b));
        self.steps.iter().any(again)
    }

    /// Makes a program of choices: an operation, how far back its operand lies, and from where to look for a partner that fits. An operation that
    /// does not fit, or comes too near to a kink, is replaced by the next one that does; the sine takes everything.
    fn fitting(operations: &[Operation], leaves: Vec<ArrayD<f64>>, choices: &[(usize, usize, Index)]) -> Program {
        let tape = Tape::new();
        let (mut values, mut steps) = (Vec::new(), Vec::new());
        for leaf in &leaves {
            values.push(tape.input(leaf));
        }
        let mut nodes = leaves.len();
        for &(first, back, partner) in choices {
            let a = values.len() - 1 - back.min(values.len() - 1);
            for &operation in operations.iter().cycle().skip(first).take(operations.len()) {
                let fits = |b: &usize| operation.fits(values[a].shape(), values[*b].shape());
                let Some(b) = (0..values.len()).map(|i| (partner.index(values.len()) + i) % values.len()).find(fits)
                else {
                    continue;
                };
                let before = tape.len();
                let y = operation.record(values[a], values[b]);
                if operation.is_safe(&values[a].value(), &values[b].value(), &y.value()) {
                    nodes += tape.len() - before;
                    values.push(y);
                    steps.push(Step { operation, a, b });
                    break;
                }
            }
            if nodes + 2 > MOST_NODES {
                break;
            }
        }
        Program { leaves, steps }.pruned()
    }

    /// The same program without what its result does not depend on.
    fn pruned(self) -> Program {
        let count = self.leaves.len() + self.steps.len();
        let mut needed = vec![false; count];
        needed[count - 1] = true;
        for (i, step) in self.steps.iter().enumerate().rev() {
            if needed[self.leaves.len() + i] {
                needed[step.a] = true;
                needed[step.b] |= step.operation.takes_two();
            }
        }
        // The new number of a value is how many needed ones come before it.
        let renumbered = |old: usize| needed[..old].iter().filter(|&&needed| needed).count();
        let (leaf_needed, step_needed) = needed.split_at(self.leaves.len());
        let kept = self.steps.iter().zip(step_needed).filter(|(_, needed)| **needed);
        let renumber = |(step, _): (&Step, _)| {
            let (a, b) = (renumbered(step.a), renumbered(step.b));
            Step { a, b: if step.operation.takes_two() { b } else { a }, ..*step }
        };
        let steps = kept.map(renumber).collect();
        let leaves = self.leaves.into_iter().zip(leaf_needed).filter(|(_, needed)| **needed).map(|(leaf, _)| leaf);
        Program { leaves: leaves.collect(), steps }
    }
}

impl Operation {
    pub fn takes_two(self) -> bool {
        matches!(self, Add | Sub | Mul | Div | Maximum | Minimum | MatMul | MatMulNT | MatMulTN)
    }

    /// Whether the shapes of its operands fit.
    fn fits(self, a: Shape, b: Shape) -> bool {
        let inner_axes = |from_a: usize, from_b: usize| a.rank() == 2 && b.rank() == 2 && a[from_a] == b[from_b];
        match self {
            Add | Sub | Mul | Div | Maximum | Minimum => {
                a.broadcast(b).is_some_and(|shape| shape.size() <= MOST_ELEMENTS)
            }
            MatMul => inner_axes(1, 0),
            MatMulNT => inner_axes(1, 1),
            MatMulTN => inner_axes(0, 0),
            Sum(axis) | SumKept(axis) | Mean(axis) | MeanKept(axis) | Softmax(axis) => axis < a.rank(),
            Max(axis) | LogSumExp(axis) => axis < a.rank() && a.size() > 0,
            Transpose => a.rank() == 2,
            _ => true,
        }
    }

    /// Whether these operands are in its domain and well away from its kinks, and the result is of a moderate size.
    fn is_safe(self, a: &ArrayD<f64>, b: &ArrayD<f64>, y: &ArrayD<f64>) -> bool {
        let away_from_zero = |x: &ArrayD<f64>| x.iter().all(|x| x.abs() > MARGIN);
        let in_domain = match self {
            Ln | Sqrt | Power => a.iter().all(|&a| a > 4.0 * MARGIN),
            Div => b.iter().all(|b| b.abs() > 4.0 * MARGIN),
            Relu | Abs => away_from_zero(a),
            Maximum | Minimum => away_from_zero(&(a - b)),
            // Where it is flat, 1 - tanh x is all rounding.
            Tanh | Erf | Sigmoid => a.iter().all(|a| a.abs() < 2.0),
            Add | Sub => y.iter().all(|y| *y == 0.0 || y.abs() > MARGIN),
            Max(axis) => a.lanes(Axis(axis)).into_iter().all(|lane| has_clear_winner(lane.to_vec())),
            _ => true,
        };
        in_domain && y.iter().all(|y| y.abs() < LARGEST)
    }

    pub fn record<'t, F: Scalar>(self, a: Var<'t, F>, b: Var<'t, F>) -> Var<'t, F> {
        match self {
            Neg => -a,
            Exp => a.exp(),
            Ln => a.ln(),
            Sqrt => a.sqrt(),
            Sin => a.sin(),
            Cos => a.cos(),
            Tanh => a.tanh(),
            Sigmoid => a.sigmoid(),
            Softplus => a.softplus(),
            Relu => a.relu(),
            Abs => a.abs(),
            Erf => a.erf(),
            Square => a * a,
            Power => a.pow(1.5),
            Twice => 2.0 * a,
            OneMinus => 1.0 - a,
            Add => a + b,
            Sub => a - b,
            Mul => a * b,
            Div => a / b,
            Maximum => a.maximum(b),
            Minimum => a.minimum(b),
            MatMul => a.matmul(b),
            MatMulNT => a.matmul_nt(b),
            MatMulTN => a.matmul_tn(b),
            Sum(axis) => a.sum_axes(axis),
            SumKept(axis) => a.sum_axes_keepdims(axis),
            Mean(axis) => a.mean_axes(axis),
            MeanKept(axis) => a.mean_axes_keepdims(axis),
            Max(axis) => a.max_axes(axis),
            LogSumExp(axis) => a.logsumexp(axis),
            Softmax(axis) => a.softmax(axis),
            Total => a.sum(),
            Transpose => a.transpose(),
            Flat => a.reshape([a.shape().size()]),
            Row => a.reshape([1, a.shape().size()]),
            Column => a.reshape([a.shape().size(), 1]),
        }
    }
}

/// Whether the largest number is the largest by far, so that a nudge does not make another one win.
fn has_clear_winner(mut numbers: Vec<f64>) -> bool {
    numbers.sort_by(|a, b| b.total_cmp(a));
    numbers.get(1).is_none_or(|second| numbers[0] - second > MARGIN)
}
