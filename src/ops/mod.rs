//! The ops. Similar ones share a file, many as rows. A file has what its ops compute and how their gradients flow, nothing about tapes or buffers,
//! and adds the methods to [`Var`](crate::Var) that record them.
//!
//! The [table](crate::table) has a row for every op, with operands to try it on. Tests walk the table: a new op is one file, its `pub mod` line,
//! its row there, and one snapshot.
//!
//! Where a function has a kink, where numbers are equal, or a slope is infinite, the derivative is a convention. `docs/conventions.md` lists them all,
//! beside those of PyTorch and JAX, and tests check that page against the ops.

pub mod add_n;
pub mod all_reduce;
pub mod argmax;
pub mod arithmetic;
pub mod attention;
pub mod choice;
pub mod comparisons;
pub mod concat;
pub mod conv2d;
pub mod cumsum;
pub mod einsum;
pub mod elu;
pub mod functions;
pub mod gather;
pub mod gather_rows;
pub mod im2col;
pub mod leaky_relu;
pub mod losses;
pub mod matmul;
pub mod normalize;
pub mod permute;
pub mod pool2d;
pub mod pow;
pub mod rearrange;
pub mod recurrent;
pub mod reductions;
pub mod reshape;
pub mod sigmoid;
pub mod slice;
pub mod slopes;
pub mod softmax;
pub mod softmax_cross_entropy;
pub mod standardize;
pub mod variance;

mod equation;
pub(crate) mod labels;

pub use crate::formula::{Back, Binary, Loss, LossBack, Map, Pairwise, Unary, Zip};

use crate::op::Op;
use crate::scalar::Scalar;
use crate::shape::Shape;

/// The shape rule of ops that work element by element on two operands: NumPy's broadcasting.
#[inline(always)]
pub(crate) fn broadcast_shape(operands: &[Shape]) -> Result<Shape, String> {
    let (a, b) = (operands[0], operands[1]);
    if a == b { Ok(a) } else { broadcast_unequal(a, b) }
}

/// A function of its own, so that the common case is short enough to be inlined where an op is recorded.
#[inline(never)]
fn broadcast_unequal(a: Shape, b: Shape) -> Result<Shape, String> {
    a.broadcast(b).ok_or_else(|| {
        format!(
            "{a} and {b} do not broadcast: aligned at the right, two axes must be equal, or one of them 1 or missing"
        )
    })
}

/// The shape rule of ops whose two operands must agree exactly. A loss is one: (n,) against (n, 1) would broadcast to
/// (n, n), and compare every output with every target.
#[inline(always)]
pub(crate) fn equal_shapes(operands: &[Shape]) -> Result<Shape, String> {
    let (a, b) = (operands[0], operands[1]);
    if a == b { Ok(a) } else { Err(unequal(a, b)) }
}

#[inline(never)]
fn unequal(a: Shape, b: Shape) -> String {
    format!("{a} and {b} must be equal, nothing is broadcast here; reshape one of them")
}

/// The shape rule of the backward kernel of a loss: the operands of the loss, and the one number g that arrives at it.
pub(crate) fn flow_of_loss<F: Scalar>(loss: &impl Op<F>, operands: &[Shape]) -> Result<Shape, String> {
    loss.shape(&operands[..2])?;
    let found = || format!("what arrives at a loss is one number, found {}", operands[2]);
    (operands[2] == Shape::scalar()).then_some(operands[0]).ok_or_else(found)
}
