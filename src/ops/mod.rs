//! The ops, one file each. A file says what its op computes and how its gradient flows, nothing about tapes or buffers,
//! and adds the method to [`Var`] that records it.
//!
//! [`TABLE`] lists every op with operands to try it on. Tests walk the table: a new op is one file, its `pub mod` line
//! and its row here, and one snapshot.

pub mod add;
pub mod add_n;
pub mod broadcast_to;
pub mod div;
pub mod matmul;
pub mod mul;
pub mod neg;
pub mod reshape;
pub mod sigmoid;
pub mod sub;
pub mod sum;
pub mod sum_to;

use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::Var;

/// A row of the table: an op, and a small program that uses it, for any kind of number.
pub struct Example {
    /// The op's name, as [`crate::Op::name`] gives it.
    pub op: &'static str,
    /// What to call the program with.
    pub operands: &'static [Operand],
    /// The program on f32.
    pub f32: Program<f32>,
    /// The program on f64.
    pub f64: Program<f64>,
}

/// A program that is given Vars and returns one.
pub type Program<F> = for<'t> fn(&[Var<'t, F>]) -> Var<'t, F>;

/// An operand to try an op on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// Numbers of either sign, at least 0.1 away from 0, where kinks are.
    Any(&'static [usize]),
    /// Numbers between 0.3 and 2.
    Positive(&'static [usize]),
    /// Rows of positive numbers that sum to 1. Not differentiated.
    Distribution(&'static [usize]),
    /// So many class labels, below a number of classes. Not differentiated.
    Labels(usize, usize),
}

use Operand::{Any, Distribution, Labels, Positive};

macro_rules! row {
    ($op:literal, [$($operand:expr),*], |$x:pat_param| $program:expr) => {{
        fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
            #[allow(clippy::missing_panics_doc)]
            let &$x = x else { panic!("the operands of the row {}", $op) };
            $program
        }
        Example { op: $op, operands: &[$($operand),*], f32: program::<f32>, f64: program::<f64> }
    }};
}

/// Every op, with operands to try it on and how it is written.
#[rustfmt::skip]
pub static TABLE: &[Example] = &[
    // arithmetic
    row!("add", [Any(&[2, 3]), Any(&[3])], |[a, b]| a + b),
    row!("sub", [Any(&[2, 3]), Any(&[3])], |[a, b]| a - b),
    row!("mul", [Any(&[2, 3]), Any(&[2, 1])], |[a, b]| a * b),
    row!("div", [Any(&[2, 3]), Any(&[])], |[a, b]| a / b),
    row!("neg", [Any(&[2, 3])], |[x]| -x),
    row!("add_n", [Any(&[2, 3]), Any(&[2, 3]), Any(&[2, 3])], |[a, b, c]| a.tape().record(add_n::AddN, &[a, b, c])),
    row!("matmul", [Any(&[2, 3]), Any(&[3, 4])], |[a, b]| a.matmul(b)),
    row!("matmul_nt", [Any(&[2, 3]), Any(&[4, 3])], |[a, b]| a.matmul_nt(b)),
    row!("matmul_tn", [Any(&[3, 2]), Any(&[3, 4])], |[a, b]| a.matmul_tn(b)),
    // shapes
    row!("reshape", [Any(&[2, 3])], |[x]| x.reshape([3, 2])),
    row!("broadcast_to", [Any(&[2, 1])], |[x]| x.broadcast_to([4, 2, 3])),
    row!("sum_to", [Any(&[4, 2, 3])], |[x]| x.sum_to([2, 1])),
    // reductions
    row!("sum", [Any(&[2, 3, 2])], |[x]| x.sum_axes(1)),
    // activations
    row!("sigmoid", [Any(&[2, 3])], |[x]| x.sigmoid()),
    row!("sigmoid'", [Any(&[2, 3]), Any(&[2, 3])], |[y, g]| y.tape().record(sigmoid::SigmoidGrad, &[y, g])),
];

/// The shape rule of ops that work element by element on one operand.
pub(crate) fn same_shape(operands: &[Shape]) -> Result<Shape, String> {
    Ok(operands[0])
}

/// The shape rule of ops that work element by element on two operands: NumPy's broadcasting.
pub(crate) fn broadcast_shape(operands: &[Shape]) -> Result<Shape, String> {
    let (a, b) = (operands[0], operands[1]);
    a.broadcast(b).ok_or_else(|| {
        format!("{a} and {b} do not broadcast: aligned at the right, two axes must be equal, or one of them 1 or missing")
    })
}

/// The shape rule of ops whose two operands must agree exactly. A loss is one: (n,) against (n, 1) would broadcast to
/// (n, n), and compare every output with every target.
pub(crate) fn equal_shapes(operands: &[Shape]) -> Result<Shape, String> {
    let (a, b) = (operands[0], operands[1]);
    if a == b { Ok(a) } else { Err(format!("{a} and {b} must be equal, nothing is broadcast here; reshape one of them")) }
}
