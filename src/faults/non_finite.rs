//! The first number that went wrong, and the sentence that reports it.

use crate::number::number;
use petgraph::graph::NodeIndex;
use std::fmt;
use std::panic::Location;

/// The first number that went wrong; made by [`Tape::first_non_finite`](crate::Tape::first_non_finite). It prints as a sentence or two.
#[must_use = "a fault is of use only where it is read"]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NonFinite {
    /// The node that holds it.
    pub node: NodeIndex,
    /// The node's op.
    pub op: &'static str,
    /// The op's formula.
    pub formula: &'static str,
    /// The node as errors call it: `"p" (%4 = ln)`.
    pub description: String,
    /// The index of the number along each axis of the node's array.
    pub element: Vec<usize>,
    /// The number: NaN or an infinity.
    pub value: f64,
    /// The operands that it was computed from.
    pub operands: Vec<Culprit>,
    /// 0 for the program itself, n for the nth backward pass.
    pub pass: u32,
    /// The node that `source` points at: the node itself, or in a backward pass the forward node that the gradient was flowing through.
    pub origin: NodeIndex,
    /// In a backward pass, that forward node as errors call it.
    pub through: Option<String>,
    /// The line of the program that recorded `origin`.
    pub source: &'static Location<'static>,
    /// `source` as listings print it, with the last folder of the path.
    pub line: String,
}

/// An operand of the number that went wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Culprit {
    /// Its node.
    pub node: NodeIndex,
    /// The node as errors call it.
    pub description: String,
    /// The elements that took part, each with its index. Of many: the first that is not finite, then the least and the greatest of the finite ones.
    pub numbers: Vec<(Vec<usize>, f64)>,
    /// How many elements took part.
    pub count: usize,
}

/// Most numbers of an operand that are listed one by one.
pub(crate) const FEW: usize = 4;

/// " at [2, 1]", but nothing for a single number.
fn at(place: &[usize]) -> String {
    if place.is_empty() { String::new() } else { format!(" at {place:?}") }
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let NonFinite { description, formula, line, .. } = self;
        write!(
            f,
            "the first number that is not finite is {}{} of {description}, {formula}, ",
            self.value,
            at(&self.element)
        )?;
        match &self.through {
            Some(through) => write!(
                f,
                "in backward pass {}: the gradient was flowing through {through}, recorded at {line}",
                self.pass
            )?,
            None => write!(f, "recorded at {line}")?,
        }
        for (slot, operand) in self.operands.iter().enumerate() {
            write!(f, "\n  operand {}: {} ", slot + 1, operand.description)?;
            let numbers: Vec<String> = operand.numbers.iter().map(|(place, x)| number(*x) + &at(place)).collect();
            match operand.count {
                0 => f.write_str("takes no part in it")?,
                1..=FEW => write!(f, "is {}", numbers.join(", "))?,
                count => write!(f, "gives {count} numbers, among them {}", numbers.join(", "))?,
            }
        }
        Ok(())
    }
}
