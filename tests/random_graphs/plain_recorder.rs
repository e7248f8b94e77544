//! The random graphs on the plain engine. An operation that it has no op for is written out in ops that it has.

use super::super::weights;
use super::{Operation, Operation::*};
use gradus::plain::{self, Op};
use ndarray::{Array, arr0};
use petgraph::graph::NodeIndex;
use std::collections::BTreeMap;

/// A plain tape that counts its ops, and records operations that are made of several.
#[derive(Default)]
pub struct Recorder {
    pub tape: plain::Tape,
    /// How often each op was recorded.
    pub ops: BTreeMap<&'static str, usize>,
}

impl Recorder {
    fn op(&mut self, op: Op, operands: &[NodeIndex]) -> NodeIndex {
        *self.ops.entry(op.name).or_default() += 1;
        self.tape.record(op, operands)
    }

    fn number(&mut self, x: f64) -> NodeIndex {
        self.tape.leaf(arr0(x))
    }

    /// The sum along an axis, which stays with length 1, or goes.
    fn sum(&mut self, x: NodeIndex, axis: usize, keeps: bool) -> NodeIndex {
        let mut shape = self.tape.value(x).shape().to_vec();
        shape[axis] = 1;
        let sum = self.op(Op::sum_to(shape.clone()), &[x]);
        shape.remove(axis);
        if keeps { sum } else { self.reshape(sum, shape) }
    }

    /// The fast engine records nothing where the shape stays, so that the result is the operand.
    fn reshape(&mut self, x: NodeIndex, shape: Vec<usize>) -> NodeIndex {
        if self.tape.value(x).shape() == shape { x } else { self.op(Op::reshape(shape), &[x]) }
    }

    fn mean(&mut self, x: NodeIndex, axis: usize, keeps: bool) -> NodeIndex {
        let count = self.number(self.tape.value(x).shape()[axis] as f64);
        let sum = self.sum(x, axis, keeps);
        self.op(Op::div(), &[sum, count])
    }

    /// max(a - b, 0)
    fn excess(&mut self, a: NodeIndex, b: NodeIndex) -> NodeIndex {
        let difference = self.op(Op::sub(), &[a, b]);
        self.op(Op::relu(), &[difference])
    }

    /// xᵖ = e^(p ln x)
    fn power(&mut self, x: NodeIndex, p: f64) -> NodeIndex {
        let (p, ln) = (self.number(p), self.op(Op::ln(), &[x]));
        let exponent = self.op(Op::mul(), &[p, ln]);
        self.op(Op::exp(), &[exponent])
    }

    /// What `loss_of` records on a fast tape.
    pub fn loss(&mut self, result: NodeIndex, leaves: &[NodeIndex]) -> NodeIndex {
        let value = self.tape.value(result);
        let weights = Array::from_shape_vec(value.raw_dim(), weights(value.len())).expect("a weight for each element");
        let weights = self.tape.leaf(weights);
        let weighted = self.op(Op::mul(), &[result, weights]);
        let mut loss = self.op(Op::sum_to(vec![]), &[weighted]);
        for &leaf in leaves {
            let sum = self.op(Op::sum_to(vec![]), &[leaf]);
            loss = self.op(Op::add(), &[loss, sum]);
        }
        loss
    }

    /// The same as [`Operation::record`] in the ops of the plain engine.
    pub fn operation(&mut self, operation: Operation, a: NodeIndex, b: NodeIndex) -> NodeIndex {
        let size = self.tape.value(a).len();
        match operation {
            Neg => self.op(Op::neg(), &[a]),
            Exp => self.op(Op::exp(), &[a]),
            Ln => self.op(Op::ln(), &[a]),
            Sqrt => self.power(a, 0.5),
            Power => self.power(a, 1.5),
            Sin => self.op(Op::sin(), &[a]),
            Cos => self.op(Op::cos(), &[a]),
            Tanh => self.op(Op::tanh(), &[a]),
            Sigmoid => self.op(Op::sigmoid(), &[a]),
            Relu => self.op(Op::relu(), &[a]),
            Abs => {
                let minus = self.op(Op::neg(), &[a]);
                let parts = [a, minus].map(|part| self.op(Op::relu(), &[part]));
                self.op(Op::add(), &parts)
            }
            Square => self.op(Op::mul(), &[a, a]),
            Twice => {
                let two = self.number(2.0);
                self.op(Op::mul(), &[two, a])
            }
            OneMinus => {
                let one = self.number(1.0);
                self.op(Op::sub(), &[one, a])
            }
            Add => self.op(Op::add(), &[a, b]),
            Sub => self.op(Op::sub(), &[a, b]),
            Mul => self.op(Op::mul(), &[a, b]),
            Div => self.op(Op::div(), &[a, b]),
            Maximum => {
                let excess = self.excess(a, b);
                self.op(Op::add(), &[b, excess])
            }
            Minimum => {
                let excess = self.excess(a, b);
                self.op(Op::sub(), &[a, excess])
            }
            MatMul => self.op(Op::matmul(), &[a, b]),
            MatMulNT => {
                let b = self.op(Op::transpose(), &[b]);
                self.op(Op::matmul(), &[a, b])
            }
            MatMulTN => {
                let a = self.op(Op::transpose(), &[a]);
                self.op(Op::matmul(), &[a, b])
            }
            Sum(axis) => self.sum(a, axis, false),
            SumKept(axis) => self.sum(a, axis, true),
            Mean(axis) => self.mean(a, axis, false),
            MeanKept(axis) => self.mean(a, axis, true),
            LogSumExp(axis) => {
                let exp = self.op(Op::exp(), &[a]);
                let sum = self.sum(exp, axis, false);
                self.op(Op::ln(), &[sum])
            }
            Softmax(axis) => {
                let exp = self.op(Op::exp(), &[a]);
                let sum = self.sum(exp, axis, true);
                self.op(Op::div(), &[exp, sum])
            }
            Total => self.op(Op::sum_to(vec![]), &[a]),
            Transpose => self.op(Op::transpose(), &[a]),
            Flat => self.reshape(a, vec![size]),
            Row => self.reshape(a, vec![1, size]),
            Column => self.reshape(a, vec![size, 1]),
            Softplus | Erf | Max(_) => unreachable!("{operation:?} is not drawn"),
        }
    }
}
