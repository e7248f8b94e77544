//! Nodes, as a trace keeps them.

use super::{Digest, slope};
use crate::inspect::NodeInfo;
use crate::leaf::Leaf;
use crate::op::Worked;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::Tape;

/// A node of the tape: [`NodeInfo`](crate::NodeInfo) and its value, as plain data.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct TraceNode {
    /// Its place on the tape.
    pub index: usize,
    /// The op's name.
    pub op: String,
    /// The op's formula.
    pub formula: String,
    /// What distinguishes this use of the op, such as `"axis 1"`.
    pub attributes: String,
    /// The operands, in the order of their slots.
    pub operands: Vec<usize>,
    /// For each operand the local derivative in symbols, if the op works element by element: `"1 - y²"`; "" otherwise.
    pub slopes: Vec<String>,
    /// For each operand the gradient that flows back to it: `"dx = g (1 - y²)"`; "" if none does, or if the op does not say.
    pub flows: Vec<String>,
    /// The same formulas with blanks for the numbers of an element.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Worked::is_empty"))]
    pub worked: Worked,
    /// The shape of the value.
    pub shape: Vec<usize>,
    /// The name that the learner gave it, or its parameter's; "" if none.
    pub name: String,
    /// The scope it was recorded in, as a path: `"encoder/layer1/"`; "" if none.
    pub scope: String,
    /// 0 for the learner's own computation, n for the nth backward pass.
    pub pass: u32,
    /// The node whose vjp recorded this one; itself, if the learner's program did.
    pub origin: usize,
    /// Whether a backward pass computes its gradient.
    pub needs_grad: bool,
    /// The derivatives that it holds: none, one, or several if a gradient was passed on unchanged.
    pub holds: Vec<Derivative>,
    /// The file of the learner's program that recorded it, with its path as the compiler has it.
    pub file: String,
    /// The line in that file.
    pub line: u32,
    /// The value from which later nodes were computed. `None` for a parameter that was changed since, without
    /// [`Tape::keep_updates`](crate::Tape::keep_updates).
    pub value: Option<Digest>,
    /// What went wrong, if this is the node with the first number that is not finite: see [`Tape::first_non_finite`](crate::Tape::first_non_finite).
    /// If that happened in a backward pass, this is the node that the gradient was flowing through.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub fault: Option<String>,
}

/// A gradient: of which node, by which node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Derivative {
    /// The pass that computed it, from 1.
    pub pass: u32,
    /// The node that the pass began at.
    pub of: usize,
    /// The node by which that one was differentiated.
    pub by: usize,
}

impl TraceNode {
    pub(super) fn new<F: Scalar>(tape: &Tape<F>, info: NodeInfo, value: Option<Digest>) -> Self {
        let op = tape.graph.borrow().op(info.index).clone();
        let operands: Vec<Shape> = info.operands.iter().map(|&operand| tape.var_at(operand).shape()).collect();
        let slopes = slope::told(&*op, operands.len());
        TraceNode {
            index: info.index.index(),
            op: info.op.to_owned(),
            formula: info.formula.to_owned(),
            attributes: info.attributes,
            operands: info.operands.iter().map(|operand| operand.index()).collect(),
            slopes: slopes.iter().map(|slope| slope.symbols().to_owned()).collect(),
            flows: slopes.iter().map(|slope| slope.flow().to_owned()).collect(),
            worked: op.worked(&operands, info.shape),
            shape: info.shape.to_vec(),
            name: info.name,
            scope: info.scope,
            pass: info.pass,
            origin: info.origin.index(),
            needs_grad: info.needs_grad,
            holds: Vec::new(),
            file: info.source.file().replace('\\', "/"),
            line: info.source.line(),
            value,
            fault: None,
        }
    }

    /// What kind of leaf it is, if it is one.
    pub fn leaf(&self) -> Option<Leaf> {
        if self.operands.is_empty() { Leaf::named(&self.op) } else { None }
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The line as listings print it, with the last folder of the path: `ch15_mnist_nielsen/main.rs:31`.
    pub fn short_source(&self) -> String {
        let parts: Vec<&str> = self.file.rsplitn(3, '/').take(2).collect();
        format!("{}:{}", parts.into_iter().rev().collect::<Vec<_>>().join("/"), self.line)
    }
}
