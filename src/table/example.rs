//! The rows of the [table](super::TABLE) of ops: small programs, and operands to run them on. Who needs the ops for one kind of number alone takes
//! [`Row::ALL`]: then no other is compiled.

use crate::dual::Dual;
use crate::scalar::Scalar;
use crate::tape::Var;
#[cfg(feature = "rand")]
use ndarray::{ArrayD, Axis, IxDyn};
#[cfg(feature = "rand")]
use rand::{RngExt, rngs::ChaCha8Rng};

/// A row of the table for one kind of number: an op, and a small program that uses it.
#[derive(Debug)]
pub struct Row<F: Scalar> {
    /// The op's name, as [`crate::Op::name`] gives it.
    pub op: &'static str,
    /// The operands to call the program with.
    pub operands: &'static [Operand],
    /// The program.
    pub program: Program<F>,
}

/// A row of the table, for every kind of number.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The op's name, as [`crate::Op::name`] gives it.
    pub op: &'static str,
    /// The operands to call the program with.
    pub operands: &'static [Operand],
    /// The program on f32.
    pub f32: Program<f32>,
    /// The program on f64.
    pub f64: Program<f64>,
    /// The program on dual numbers.
    pub dual: Program<Dual>,
    /// The program on dual numbers of dual numbers, which carry second derivatives.
    pub dual_of_dual: Program<Dual<Dual>>,
}

impl Example {
    pub(super) const fn all() -> [Example; Row::<f64>::ALL.len()] {
        let mut all = [Example::number(0); Row::<f64>::ALL.len()];
        let mut row = 1;
        while row < all.len() {
            all[row] = Example::number(row);
            row += 1;
        }
        all
    }

    const fn number(row: usize) -> Example {
        let Row { op, operands, program } = Row::<f64>::ALL[row];
        Example {
            op,
            operands,
            f32: Row::<f32>::ALL[row].program,
            f64: program,
            dual: Row::<Dual>::ALL[row].program,
            dual_of_dual: Row::<Dual<Dual>>::ALL[row].program,
        }
    }
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
    /// Rows of positive numbers that sum to 1.
    Distribution(&'static [usize]),
    /// Class labels: how many labels, and how many classes. Not differentiated.
    Labels(usize, usize),
}

impl Operand {
    /// Whether the op has a derivative with respect to this operand.
    pub fn is_differentiable(&self) -> bool {
        !matches!(self, Operand::Labels(..))
    }

    /// Random values of this kind. The same generator gives the same values on any machine.
    #[cfg(feature = "rand")]
    pub fn sample(&self, rng: &mut ChaCha8Rng) -> ArrayD<f64> {
        let mut fill = |shape: &[usize], draw: fn(&mut ChaCha8Rng) -> f64| {
            ArrayD::from_shape_simple_fn(IxDyn(shape), || draw(rng))
        };
        match *self {
            Operand::Any(shape) => fill(shape, |rng| {
                let size = rng.random_range(0.1..1.5);
                if rng.random() { size } else { -size }
            }),
            Operand::Positive(shape) => fill(shape, |rng| rng.random_range(0.3..2.0)),
            Operand::Distribution(shape) => {
                let mut rows = fill(shape, |rng| rng.random_range(0.1..1.0));
                for mut row in rows.lanes_mut(Axis(shape.len() - 1)) {
                    let sum = row.sum();
                    row /= sum;
                }
                rows
            }
            Operand::Labels(count, classes) => {
                ArrayD::from_shape_simple_fn(IxDyn(&[count]), || rng.random_range(0..classes) as f64)
            }
        }
    }
}
