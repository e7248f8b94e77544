//! Small programs as data, so that the same program runs on any engine, and on gradus itself.

use super::engine::{Engine, Value};
use gradus::plain::Op;
use gradus::{Tape, Var};
use ndarray::{ArrayD, IxDyn};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::fmt;

/// The ops that scripts use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Add,
    Sub,
    Mul,
    Div,
    Exp,
    Tanh,
    MatMul,
    Sum,
}

use Kind::*;

impl Kind {
    const ALL: [Kind; 8] = [Add, Sub, Mul, Div, Exp, Tanh, MatMul, Sum];

    pub fn op(self) -> Op {
        match self {
            Add => Op::add(),
            Sub => Op::sub(),
            Mul => Op::mul(),
            Div => Op::div(),
            Exp => Op::exp(),
            Tanh => Op::tanh(),
            MatMul => Op::matmul(),
            Sum => Op::sum_to(vec![]),
        }
    }

    fn on_gradus<'t>(self, x: &[Var<'t, f64>]) -> Var<'t, f64> {
        match self {
            Add => x[0] + x[1],
            Sub => x[0] - x[1],
            Mul => x[0] * x[1],
            Div => x[0] / x[1],
            Exp => x[0].exp(),
            Tanh => x[0].tanh(),
            MatMul => x[0].matmul(x[1]),
            Sum => x[0].sum(),
        }
    }
}

/// Shapes that are copied to each other, and matrices that multiply.
const SHAPES: &[&[usize]] = &[&[], &[3], &[2, 3], &[3, 2], &[1, 3], &[2, 1], &[3, 3], &[1]];

/// A step of a script. Operands are earlier steps, numbered from 0.
#[derive(Clone)]
pub enum Step {
    Leaf(Value),
    Op(Kind, Vec<usize>),
}

/// A program. The result of its last step is the loss.
#[derive(Clone, Default)]
pub struct Script(pub Vec<Step>);

impl Script {
    /// Leaves, then ops.
    pub fn new<const L: usize, const O: usize>(leaves: [Value; L], ops: [(Kind, &[usize]); O]) -> Script {
        let ops = ops.into_iter().map(|(kind, operands)| Step::Op(kind, operands.to_vec()));
        Script(leaves.into_iter().map(Step::Leaf).chain(ops).collect())
    }

    /// Records the program, and returns the node of each step.
    pub fn record(&self, engine: &mut dyn Engine) -> Vec<usize> {
        let mut nodes: Vec<usize> = Vec::new();
        for step in &self.0 {
            nodes.push(match step {
                Step::Leaf(value) => engine.leaf(value.clone()),
                Step::Op(kind, operands) => {
                    let operands: Vec<usize> = operands.iter().map(|&operand| nodes[operand]).collect();
                    engine.record(kind.op(), &operands)
                }
            });
        }
        nodes
    }

    /// Records the program, walks back from the loss, and returns the gradient of each step.
    pub fn gradients(&self, engine: &mut dyn Engine) -> Vec<Option<Value>> {
        let nodes = self.record(engine);
        engine.backward(nodes[nodes.len() - 1]);
        nodes.into_iter().map(|node| engine.gradient(node).cloned()).collect()
    }

    /// The same by gradus.
    pub fn gradients_by_gradus(&self) -> Vec<Option<Value>> {
        let tape = Tape::new();
        let mut results: Vec<Var<f64>> = Vec::new();
        for step in &self.0 {
            results.push(match step {
                Step::Leaf(value) => tape.var(value),
                Step::Op(kind, operands) => {
                    let operands: Vec<Var<f64>> = operands.iter().map(|&operand| results[operand]).collect();
                    kind.on_gradus(&operands)
                }
            });
        }
        let gradients = results[results.len() - 1].backward();
        results.into_iter().map(|result| gradients.get(result).map(|gradient| gradient.value())).collect()
    }

    /// The same program on other numbers.
    pub fn with_other_numbers(&self, rng: &mut ChaCha8Rng) -> Script {
        let mut step = |step: &Step| match step {
            Step::Leaf(value) => Step::Leaf(drawn(value.shape(), rng)),
            step => step.clone(),
        };
        let other = (0..100).map(|_| Script(self.0.iter().map(&mut step).collect())).find(Script::is_tame);
        other.unwrap_or_else(|| self.clone())
    }

    /// Whether no result is large, and no divisor is small. (The loss may be any number.)
    fn is_tame(&self) -> bool {
        let mut values: Vec<Value> = Vec::new();
        for step in &self.0[..self.0.len() - 1] {
            match step {
                Step::Leaf(value) => values.push(value.clone()),
                Step::Op(kind, operands) => match result(*kind, operands, &values) {
                    Some(value) => values.push(value),
                    None => return false,
                },
            }
        }
        true
    }

    /// A random program that needs the first stages of an engine: with 2 of them each result is used at most once, with 3 it may be used several
    /// times, with 4 operands are copied.
    pub fn random(rng: &mut ChaCha8Rng, stages: usize) -> Script {
        let (fans_out, broadcasts) = (stages > 2, stages > 3);
        let shapes: &[&[usize]] = if broadcasts { SHAPES } else { &[&[3]] };
        let mut script = Script::default();
        let mut values: Vec<Value> = Vec::new();
        for _ in 0..rng.random_range(2..5) {
            values.push(drawn(shapes[rng.random_range(0..shapes.len())], rng));
            script.0.push(Step::Leaf(values[values.len() - 1].clone()));
        }
        let mut free: Vec<usize> = (0..values.len()).collect();
        for _ in 0..40 {
            if values.len() > 12 || free.is_empty() {
                break;
            }
            let kind = Kind::ALL[rng.random_range(0..Kind::ALL.len())];
            let operands: Vec<usize> = (0..kind.op().operands).map(|_| free[rng.random_range(0..free.len())]).collect();
            let is_used_again = !fans_out && operands.len() == 2 && operands[0] == operands[1];
            let is_copied = !broadcasts && operands.iter().any(|&operand| values[operand].shape() != [3]);
            if is_used_again || is_copied {
                continue;
            }
            if let Some(value) = result(kind, &operands, &values) {
                if !fans_out {
                    free.retain(|place| !operands.contains(place));
                }
                free.push(values.len());
                values.push(value);
                script.0.push(Step::Op(kind, operands));
            }
        }
        script.0.push(Step::Op(Sum, vec![values.len() - 1]));
        script
    }
}

/// Numbers from 0.3 to 1.5, as many negative as positive.
fn drawn(shape: &[usize], rng: &mut ChaCha8Rng) -> Value {
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        let size = f64::from(rng.random_range(30..150)) / 100.0;
        if rng.random() { size } else { -size }
    })
}

/// Whether gradients are the same, up to rounding.
pub fn agree(some: &[Option<Value>], others: &[Option<Value>]) -> bool {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
    some.iter().zip(others).all(|pair| match pair {
        (Some(a), Some(b)) => a.shape() == b.shape() && a.iter().zip(b).all(close),
        (a, b) => a.is_none() && b.is_none(),
    })
}

/// The result of an op, if its operands fit, the result is not large, and no divisor is small.
fn result(kind: Kind, operands: &[usize], values: &[Value]) -> Option<Value> {
    let x: Vec<&Value> = operands.iter().map(|&operand| &values[operand]).collect();
    let value = (kind.op().forward)(&x)?;
    let divides_well = kind != Div || x[1].iter().all(|x| x.abs() > 0.2);
    (divides_well && value.len() <= 24 && value.iter().all(|x| x.abs() < 10.0)).then_some(value)
}

/// `%0 = [2, 3], %1 = tanh %0`
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            match step {
                Step::Leaf(value) if value.ndim() == 0 => write!(f, "{comma}%{place} = {value}")?,
                Step::Leaf(value) => write!(f, "{comma}%{place} = a leaf {:?}", value.shape())?,
                Step::Op(kind, operands) => {
                    write!(f, "{comma}%{place} = {}", kind.op().name)?;
                    operands.iter().try_for_each(|operand| write!(f, " %{operand}"))?;
                }
            }
        }
        Ok(())
    }
}
