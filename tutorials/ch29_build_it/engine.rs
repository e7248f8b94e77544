//! The trait of an engine, and an engine that is right or has typical mistakes.

use gradus::plain::Op;
use ndarray::{ArrayD, Axis};
use std::collections::VecDeque;

/// The result of an op, or a number from outside.
pub type Value = ArrayD<f64>;

/// An engine. Nodes are numbered from 0, in the order in which they were recorded.
pub trait Engine {
    /// Records a value from outside, and returns its node.
    fn leaf(&mut self, value: Value) -> usize;
    /// Computes an op, records it, and returns its node.
    fn record(&mut self, op: Op, operands: &[usize]) -> usize;
    /// Finds the gradient of `loss`, a single number, with respect to every node that it depends on.
    fn backward(&mut self, loss: usize);
    /// Goes back to the start. The next recording uses the existing nodes again, as far as it is the same.
    fn rewind(&mut self);
    /// How many nodes there are.
    fn count(&self) -> usize;
    /// The operands of a node, in order.
    fn operands(&self, node: usize) -> &[usize];
    /// The value of a node.
    fn value(&self, node: usize) -> &Value;
    /// The gradient of a node by the last pass, if any arrived at it.
    fn gradient(&self, node: usize) -> Option<&Value>;
}

/// A typical mistake.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slip {
    // Stage 1
    Swapped,
    Once,
    NextPlace,
    // Stage 2
    Forwards,
    SlopesAlone,
    NoSeed,
    // Stage 3
    Overwrites,
    PathByPath,
    TooEarly,
    Kept,
    // Stage 4
    NotSummed,
    WrongAxis,
    FrontOnly,
    AxesGone,
    Mean,
    // Stage 5
    Cleared,
    CursorStays,
    StaleValue,
    StaleGradient,
    NotTruncated,
    OpAlone,
}

use Slip::*;

impl Slip {
    /// What is wrong, in a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Swapped => "the operands are kept in reverse: slot 0 is the first one, and a / b is not b / a",
            Once => "an operand that is used twice is kept once: x * x has two edges from x, and each carries a share",
            NextPlace => "this is the place after the new node: count the nodes before it goes in",
            Forwards => "the walk goes forwards: when a node hands on, nothing has arrived at it yet",
            SlopesAlone => {
                "a node hands on its slopes without the gradient: they must be multiplied by the gradient that arrived at it"
            }
            NoSeed => {
                "no gradient arrives anywhere: the loss grows with itself at rate 1, and that is where the walk begins"
            }
            Overwrites => "a share overwrites the one before: a node that is used twice keeps only the last",
            PathByPath => {
                "the walk follows paths: a node that is used twice is visited twice, and hands on all it has each time"
            }
            TooEarly => "a node hands on as soon as it is found: what arrives later is never handed on",
            Kept => "the gradients of the last pass are still there: this pass adds to them",
            NotSummed => {
                "a share has the shape of the result: an operand that was copied gets the sum over its copies, in its own shape"
            }
            WrongAxis => {
                "the sum goes over the wrong axis: shapes are aligned at the last axis, so what was added stands in front"
            }
            FrontOnly => "only axes in front are summed: those of length 1 were copied too",
            AxesGone => "axes of length 1 are gone: the sums are right, but an operand gets back its own shape",
            Mean => "this is the mean over the copies: each moved the result by itself, so they add up",
            Cleared => "rewinding throws the nodes away: it should only move the cursor",
            CursorStays => "the cursor is not back at 0: the same program was recorded a second time behind the first",
            StaleValue => "the value is that of the last recording: the node is used again, and its number is new",
            StaleGradient => "the gradient is that of the last pass: one that nobody has computed yet is absent",
            NotTruncated => {
                "the rest of the old program is still there: behind the first node that differs it has to go"
            }
            OpAlone => "a node is reused because its op is the same: its operands must be the same too",
        }
    }

    /// The same in a few words.
    pub fn name(self) -> &'static str {
        self.says().split(':').next().unwrap_or_default()
    }
}

/// The mistakes of each stage.
pub const SLIPS: [&[Slip]; 5] = [
    &[Swapped, Once, NextPlace],
    &[Forwards, SlopesAlone, NoSeed],
    &[Overwrites, PathByPath, TooEarly, Kept],
    &[FrontOnly, NotSummed, WrongAxis, AxesGone, Mean],
    &[Cleared, CursorStays, StaleValue, StaleGradient, NotTruncated, OpAlone],
];

struct Node {
    op: Option<Op>,
    operands: Vec<usize>,
    value: Value,
    gradient: Option<Value>,
}

/// An engine with some mistakes, or none.
#[derive(Default)]
pub struct Built {
    nodes: Vec<Node>,
    cursor: usize,
    slips: Vec<Slip>,
}

impl Built {
    pub fn with(slips: &[Slip]) -> Built {
        Built { slips: slips.to_vec(), ..Built::default() }
    }

    fn has(&self, slip: Slip) -> bool {
        self.slips.contains(&slip)
    }

    /// Puts a node at the cursor: the one that is there already, if it is the same.
    fn put(&mut self, op: Option<Op>, operands: Vec<usize>, value: Value) -> usize {
        let (place, name) = (self.cursor, op.as_ref().map(|op| op.name));
        self.cursor += 1;
        let is_same = self.nodes.get(place).is_some_and(|node| {
            let has_operands = self.has(OpAlone) || node.operands == operands;
            node.op.as_ref().map(|op| op.name) == name && has_operands && node.value.shape() == value.shape()
        });
        let (keeps_value, keeps_gradient) = (self.has(StaleValue), self.has(StaleGradient));
        if is_same {
            let node = &mut self.nodes[place];
            if !keeps_value {
                node.value = value;
            }
            if !keeps_gradient {
                node.gradient = None;
            }
            return place;
        }
        let rest = self.nodes.drain(place..).skip(1).collect::<Vec<Node>>();
        self.nodes.push(Node { op, operands, value, gradient: None });
        if self.has(NotTruncated) {
            self.nodes.extend(rest);
        }
        place
    }

    /// Hands the gradient of a node on to its operands, and returns these.
    fn hand_on(&mut self, node: usize) -> Vec<usize> {
        let Node { op: Some(op), operands, value, gradient: Some(gradient) } = &self.nodes[node] else { return vec![] };
        if gradient.shape() != value.shape() {
            return vec![]; // a slip that shows here already
        }
        let x: Vec<&Value> = operands.iter().map(|&operand| &self.nodes[operand].value).collect();
        let ones = Value::ones(value.shape());
        let shares = (op.vjp)(&x, value, if self.has(SlopesAlone) { &ones } else { gradient });
        let operands = operands.clone();
        for (&operand, share) in operands.iter().zip(shares) {
            self.arrive(operand, share);
        }
        operands
    }

    fn arrive(&mut self, node: usize, share: Value) {
        let share = self.sum_to(share, self.nodes[node].value.shape());
        let overwrites = self.has(Overwrites);
        match &mut self.nodes[node].gradient {
            Some(sum) if !overwrites && sum.shape() == share.shape() => *sum += &share,
            gradient => *gradient = Some(share),
        }
    }

    fn sum_to(&self, share: Value, shape: &[usize]) -> Value {
        let right = (Op::sum_to(shape.to_vec()).forward)(&[&share]).expect("the operand was copied to this shape");
        let in_front = share.ndim() - shape.len();
        let copies = share.len() as f64 / right.len() as f64;
        match () {
            _ if self.has(NotSummed) => share,
            _ if self.has(WrongAxis) => (0..in_front).fold(share, |sum, _| sum.sum_axis(Axis(sum.ndim() - 1))),
            _ if self.has(FrontOnly) => (0..in_front).fold(share, |sum, _| sum.sum_axis(Axis(0))),
            _ if self.has(AxesGone) => {
                let ones =
                    (0..shape.len()).rev().filter(|&axis| shape[axis] == 1 && share.shape()[in_front + axis] > 1);
                ones.fold(right, |sum, axis| sum.index_axis_move(Axis(axis), 0))
            }
            _ if self.has(Mean) => right / copies,
            _ => right,
        }
    }
}

impl Engine for Built {
    fn leaf(&mut self, value: Value) -> usize {
        self.put(None, vec![], value)
    }

    fn record(&mut self, op: Op, operands: &[usize]) -> usize {
        let x: Vec<&Value> = operands.iter().map(|&operand| &self.nodes[operand].value).collect();
        let value = (op.forward)(&x).expect("operands that fit");
        let mut operands = operands.to_vec();
        if self.has(Swapped) {
            operands.reverse();
        }
        if self.has(Once) {
            operands.dedup();
        }
        self.put(Some(op), operands, value) + usize::from(self.has(NextPlace))
    }

    fn backward(&mut self, loss: usize) {
        if !self.has(Kept) {
            self.nodes.iter_mut().for_each(|node| node.gradient = None);
        }
        if !self.has(NoSeed) {
            let one = Value::ones(self.nodes[loss].value.shape());
            self.nodes[loss].gradient = Some(one);
        }
        if self.has(Forwards) {
            (0..=loss).for_each(|node| _ = self.hand_on(node));
        } else if self.has(PathByPath) || self.has(TooEarly) {
            let (mut queue, mut seen) = (VecDeque::from([loss]), vec![false; self.nodes.len()]);
            while let Some(node) = queue.pop_front() {
                let again = std::mem::replace(&mut seen[node], true);
                if !again || self.has(PathByPath) {
                    queue.extend(self.hand_on(node));
                }
            }
        } else {
            (0..=loss).rev().for_each(|node| _ = self.hand_on(node));
        }
    }

    fn rewind(&mut self) {
        if self.has(Cleared) {
            self.nodes.clear();
        }
        if !self.has(CursorStays) {
            self.cursor = 0;
        }
    }

    fn count(&self) -> usize {
        self.nodes.len()
    }

    fn operands(&self, node: usize) -> &[usize] {
        &self.nodes[node].operands
    }

    fn value(&self, node: usize) -> &Value {
        &self.nodes[node].value
    }

    fn gradient(&self, node: usize) -> Option<&Value> {
        self.nodes[node].gradient.as_ref()
    }
}
