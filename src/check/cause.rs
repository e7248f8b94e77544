//! The mistakes that the checker can recognise, and what it says about them.

use super::number::digits;
use super::one_op::Seen;
use std::fmt;

/// What is probably wrong with a vjp.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Cause {
    /// The gradient is infinite or not a number.
    NotANumber,
    /// Nothing flows to an operand that matters.
    NoGradient,
    /// Zeros flow to an operand that matters.
    Zero,
    /// A gradient flows to an operand that does not matter.
    NoSlope,
    /// What arrives from the loss is not used.
    CotangentIgnored,
    /// Every element has the wrong sign.
    Sign,
    /// Every element is this many times what it should be.
    Factor(f64),
    /// Every element is multiplied or divided by the number of elements averaged over, or by the length of an axis.
    BatchSize {
        /// How many times too large it is.
        factor: f64,
        /// The length.
        length: usize,
    },
    /// The mean over the copies of a broadcast operand, where it should be the sum.
    MeanOverCopies {
        /// How many copies there are.
        copies: usize,
    },
    /// Only one of the copies of a broadcast operand counts, where all should be summed.
    MissingSum {
        /// How many copies there are.
        copies: usize,
    },
    /// Rows and columns are exchanged.
    Transposed,
    /// The gradient of another operand.
    Swapped {
        /// That operand, counted from 0.
        with: usize,
    },
    /// The vjp reads one value where it should read another.
    WrongValue {
        /// The value that it reads.
        used: Seen,
        /// The value that it should read.
        meant: Seen,
    },
    /// The slope depends on another operand, and the vjp does not read it.
    Unused {
        /// That operand, counted from 0.
        operand: usize,
    },
    /// Some elements are 0 and the rest are right.
    SomeZero {
        /// How many.
        zeros: usize,
    },
    /// All elements are off by a hair, to the same side: forward and backward compute slightly different functions.
    Epsilon {
        /// How far off, relatively.
        relative: f64,
    },
    /// No pattern.
    Unknown {
        /// The smallest ratio of the gradient to the slope.
        lowest: f64,
        /// The largest.
        highest: f64,
    },
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Seen::Result => f.write_str("its result"),
            Seen::Operand(slot) => write!(f, "operand {}", slot + 1),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Cause::NotANumber => f.write_str(
                "The gradient is infinite or not a number: look for a division by 0, or a logarithm or root at 0.",
            ),
            Cause::NoGradient => f.write_str(
                "Nothing flows to this operand, though nudging it changes the result: an edge of the graph was dropped \
                 (no_gradient where there is one, or a missing entry).",
            ),
            Cause::Zero => f.write_str(
                "Only zeros flow to this operand, though nudging it changes the result: its term of the gradient is missing.",
            ),
            Cause::NoSlope => f.write_str(
                "The slope is 0 everywhere: nudging changes nothing, and yet a gradient flows. Nothing should flow here.",
            ),
            Cause::CotangentIgnored => f.write_str(
                "The gradient stays the same whatever arrives from the loss: the vjp forgets to multiply by the cotangent g. \
                 It is right only where the op is the loss itself.",
            ),
            Cause::Sign => f.write_str("Every element has the wrong sign: there is a minus too many or too few."),
            Cause::Factor(ratio) => write!(
                f,
                "Every element is {} times what it should be: look for a constant factor that forward and backward do not share.",
                digits(*ratio)
            ),
            Cause::BatchSize { factor, length } if *factor > 1.0 => write!(
                f,
                "Every element is {length} times too large, and {length} elements are put together here: forward takes a mean, \
                 and backward forgets to divide by {length} (if it is not simply a factor of {length}).",
            ),
            Cause::BatchSize { length, .. } => write!(
                f,
                "Every element is {length} times too small, and {length} elements are put together here: backward divides by \
                 {length}, and forward does not (if it is not simply a factor of 1/{length}).",
            ),
            Cause::MeanOverCopies { copies } => write!(
                f,
                "Every element is {copies} times too small, and the operand was broadcast to {copies} copies: their gradients \
                 must be summed, not averaged.",
            ),
            Cause::MissingSum { copies } => write!(
                f,
                "The operand was broadcast to {copies} copies, and the gradient is that of one of them: copying forward is \
                 summing backward, so sum over the axes that were broadcast.",
            ),
            Cause::Transposed => f.write_str("Rows and columns are exchanged: a transpose is missing, or one too many."),
            Cause::Swapped { with } => {
                write!(f, "This is the gradient of operand {}: two entries of the vjp are exchanged.", with + 1)
            }
            Cause::WrongValue { used: Seen::Result, meant } => write!(
                f,
                "The gradient becomes right when the vjp is shown {meant} where it looks at its result: a derivative written \
                 in x was given y = f(x), so f is applied twice.",
            ),
            Cause::WrongValue { used, meant } => write!(
                f,
                "The gradient becomes right when the vjp is shown {meant} where it looks at {used}: it uses the wrong one.",
            ),
            Cause::Unused { operand } => write!(
                f,
                "The slope depends on operand {}, but the vjp never looks at it: it is missing from the formula, or something \
                 else stands in its place.",
                operand + 1
            ),
            Cause::SomeZero { zeros } => write!(
                f,
                "{zeros} of the elements tried are 0 though they matter, and the rest are right: a mask, an index or a slice \
                 misses them.",
            ),
            Cause::Epsilon { relative } => write!(
                f,
                "Everything is off by a hair, relatively up to {relative:.1e}, to one side: forward and backward compute \
                 slightly different functions, such as ln(p + 1e-7) and the derivative of ln(p).",
            ),
            Cause::Unknown { lowest, highest } => write!(
                f,
                "The ratio of the gradient to the slope is not constant (from {} to {}) and fits no pattern known here: compare \
                 it with the formula, term by term.",
                digits(*lowest),
                digits(*highest)
            ),
        }
    }
}
