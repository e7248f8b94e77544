//! Why a backward pass is refused.

use super::NonFinite;
use crate::shape::Shape;

/// Why a backward pass, or a use of its gradients, was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BackwardError {
    /// The pass was started from more than one number.
    #[error(
        "backward starts from one number, but {loss} has shape {shape}; reduce it with .sum() or .mean(), or say \
         what arrives at it with .backward_with(cotangent)"
    )]
    NotScalar {
        /// The node, as errors call it.
        loss: String,
        /// Its shape.
        shape: Shape,
    },
    /// The pass met a NaN or an infinity, and the tape is set to [stop](crate::Tape::stop_at_non_finite) there.
    #[error("{0}")]
    NonFinite(Box<NonFinite>),
    /// The loss depends on nothing that gets a gradient.
    #[error(
        "{loss} depends on no variable and no parameter that gets gradients, so there is nothing to differentiate; make the \
         leaves that you want gradients for with tape.var or tape.param, outside of no_grad, and unfreeze the parameters"
    )]
    NothingToDifferentiate {
        /// The node, as errors call it.
        loss: String,
    },
    /// The pass reached a node whose vjp is running, because it was started inside that vjp.
    #[error(
        "the backward pass comes to {node}, whose own vjp is running: it would never end. Inside a vjp, start a pass from what the vjp has \
         computed of the operands, not from the op's result"
    )]
    InsideItself {
        /// The node, as errors call it, and its line.
        node: String,
    },
    /// A vjp returned something that does not fit its operands.
    #[error("the vjp of {node}, has a mistake: {mistake}")]
    WrongVjp {
        /// The node, as errors call it, and its line.
        node: String,
        /// What is wrong.
        mistake: String,
    },
    /// A parameter was changed after the loss was computed.
    #[error(
        "parameter {name:?} was changed after the loss was computed from it (version {recorded} then, {now} now); \
         call backward before the update, or record the loss again"
    )]
    ParameterChanged {
        /// The parameter's name.
        name: String,
        /// Its version on the tape.
        recorded: u64,
        /// Its version now.
        now: u64,
    },
}
