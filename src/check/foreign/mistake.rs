//! What a mistake in gradients of another program is called, and what to do about it.

use crate::check::number::digits;
use crate::check::sabotage::Sabotage;
use std::fmt;

/// Relative difference up to which two gradients count as the same.
pub(super) const SAME: f64 = 1e-6;

/// A mistake that gives exactly the gradients that were judged.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mistake {
    /// All gradients are this many times what they should be.
    Scaled {
        /// How many times.
        factor: f64,
        /// The length of an axis, of an operand of the loss, that is this factor or one over it.
        length: Option<(usize, String)>,
    },
    /// Of an input that is used several times, the gradient of one use alone.
    OneUse {
        /// The name of the input.
        input: String,
        /// The use whose gradient it is, counted from 1 in the order of the program.
        used: usize,
        /// The number of uses.
        uses: usize,
    },
    /// A vjp that is broken in this way.
    Vjp {
        /// The op, and where it is in the function.
        at: String,
        /// The op's name.
        op: String,
        /// How it is broken.
        how: Sabotage,
    },
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let times = |factor: f64| match factor.abs() < 1.0 {
            true => format!("{} times too small", digits(1.0 / factor)),
            false => format!("{} times too large", digits(factor)),
        };
        match self {
            Mistake::Scaled { factor, .. } if (factor + 1.0).abs() < SAME => {
                f.write_str("All gradients have the wrong sign: there is a minus too many or too few at the loss.")
            }
            Mistake::Scaled { factor, length: Some((length, what)) } => write!(
                f,
                "All gradients are {}, and {length} is the length of {what}: the gradient of the loss is divided by another length than the loss. \
                 (One sample as a single row of numbers has as its length the number of classes, not the number of samples.)",
                times(*factor)
            ),
            Mistake::Scaled { factor, length: None } => {
                write!(
                    f,
                    "All gradients are {}: look for a factor that loss and gradient do not share.",
                    times(*factor)
                )
            }
            Mistake::OneUse { input, used, uses } => write!(
                f,
                "{input} is used {uses} times, and this is the gradient of use {used} alone: gradients of all uses are added (+=), and here one was \
                 assigned (=)."
            ),
            Mistake::Vjp { at, op, how } => {
                write!(f, "Exactly these gradients come out if the gradient of {op} ({at}) is computed so: ")?;
                match how {
                    Sabotage::Sign => f.write_str("with the wrong sign."),
                    Sabotage::Factor(factor) => write!(f, "{}.", times(*factor)),
                    Sabotage::Zero => f.write_str("zeros flow to its first operand."),
                    Sabotage::Dropped => f.write_str("nothing flows to its first operand."),
                    Sabotage::Transposed => f.write_str("rows and columns of its first operand's gradient are exchanged."),
                    Sabotage::NoBatchMean => f.write_str("not divided by the number of rows."),
                    Sabotage::OneCopy => {
                        f.write_str("an operand was broadcast, and the gradient of one copy counts instead of the sum over all.")
                    }
                    Sabotage::CotangentIgnored => f.write_str("not multiplied by the gradient that arrives."),
                    Sabotage::LastElementZero => f.write_str("the last element is 0."),
                    Sabotage::Twice => write!(
                        f,
                        "{op} is applied twice. Its derivative is written in x and was given y = {op}(x), or the other way round: such as 1 - tanh(h)² \
                         where h is a tanh already, and 1 - h² is right."
                    ),
                    Sabotage::MaskedBy(_) => f.write_str(
                        "what flows to the other operand is 0 where the ReLU's output is 0. The ReLU's backward has written its zeros into the array that \
                         both share: it must copy it first.",
                    ),
                    Sabotage::WrongValue { used, meant } => write!(f, "with {used} where {meant} belongs."),
                }
            }
        }
    }
}
