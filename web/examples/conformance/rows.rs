//! Every op as programs that a page could open: its values, gradients and second derivatives at many places.

use gradus::data::seeded;
use gradus::derivatives::grad;
use gradus::table::Operand::Any;
use gradus::table::{self, Hard, Numbers, filled};
use gradus::{Scalar, Tape, Var};
use ndarray::ArrayD;
use std::marker::PhantomData;

/// A row of gradus's table of ops, or a larger program in addition.
pub struct Row {
    /// The op's name, for a larger program with its size.
    pub name: &'static str,
    f32: &'static table::Row<f32>,
    f64: &'static table::Row<f64>,
}

/// A program that computes an op at one place, and its derivatives.
pub struct Recorded {
    /// The program as JSON, on one line.
    pub program: String,
    /// The nodes that hold the values, the gradients and the second derivatives. The others lead to them.
    pub results: Vec<usize>,
    /// How many numbers all nodes have.
    pub numbers: usize,
}

/// Besides the hard places: what an op makes of a number that is none.
const NOT_A_NUMBER: &[Numbers] = &[&[f64::NAN, 1.0, -1.0, 0.5]];

/// Generators of ordinary places.
const SEEDS: [u64; 3] = [11, 12, 13];

/// The operands of the table are so small that a product of them is a plain loop. These are computed in vectors. (No array has more elements than a page
/// is told all of.)
struct Larger<F>(PhantomData<F>);

impl<F: Scalar> Larger<F> {
    const ALL: &[(&str, table::Row<F>)] = &[
        (
            "matmul, 14 x 70 x 14",
            table::Row { op: "matmul", operands: &[Any(&[14, 70]), Any(&[70, 14])], program: |x| x[0].matmul(x[1]) },
        ),
        (
            "conv2d, 2 x 3 x 8 x 8",
            table::Row {
                op: "conv2d",
                operands: &[Any(&[2, 3, 8, 8]), Any(&[4, 3, 3, 3]), Any(&[4])],
                program: |x| x[0].conv2d(x[1], x[2], 1, 1),
            },
        ),
    ];
}

/// All rows.
pub fn rows() -> impl Iterator<Item = Row> {
    let of_the_table = table::Row::ALL.iter().zip(table::Row::ALL).map(|(f32, f64)| Row { name: f32.op, f32, f64 });
    let larger = Larger::ALL.iter().zip(Larger::ALL).map(|((name, f32), (_, f64))| Row { name, f32, f64 });
    of_the_table.chain(larger)
}

impl Row {
    /// Programs in f32, and in f64: at random places, at the op's hard places, and where an operand is not a number.
    pub fn programs(&self) -> [Vec<Recorded>; 2] {
        let mut rng = seeded(71);
        let ordinary = SEEDS.map(|seed| {
            let mut rng = seeded(seed);
            self.f32.operands.iter().map(|operand| operand.sample(&mut rng)).collect()
        });
        let hard = Hard::of(self.f32.op).places(self.f32.operands, &mut rng);
        let not_numbers = filled(self.f32.operands, |_| NOT_A_NUMBER, &mut rng);
        let places: Vec<Vec<ArrayD<f64>>> = ordinary.into_iter().chain(hard).chain(not_numbers).collect();
        [
            places.iter().map(|operands| recorded(self.f32.program, operands)).collect(),
            places.iter().map(|operands| recorded(self.f64.program, operands)).collect(),
        ]
    }
}

/// The program's values y; with s = Σ y c for numbers c, the gradient of s; with t = Σ <gradients, d> for directions d, the gradient of t, for the operands and for c.
fn recorded<F: Scalar>(program: table::Program<F>, operands: &[ArrayD<f64>]) -> Recorded {
    let tape = Tape::new();
    let x: Vec<Var<F>> = operands.iter().map(|operand| tape.var(operand.mapv(F::from_f64))).collect();
    let y = program(&x);
    let cotangent = tape.var(simple_numbers::<F>(y.shape().as_ref()));
    let gradients = grad((y * cotangent).sum(), &x);
    let mut along = tape.constant(0.0);
    for &gradient in &gradients {
        along += (gradient * tape.input(simple_numbers::<F>(gradient.shape().as_ref()))).sum();
    }
    let second = grad(along, &[&x[..], &[cotangent]].concat());
    let results = [vec![y], gradients, second].concat().iter().map(|result| result.index().index()).collect();
    // A line of its own is all the space that a program has.
    let program = tape.program().expect("a program of the library's own ops").to_json().replace('\n', " ");
    Recorded { program, results, numbers: tape.nodes().iter().map(|node| node.shape.size()).sum() }
}

/// 0.5, -0.75, 1, 0.25, -1.25, ...: short in binary, so that products with them round little.
fn simple_numbers<F: Scalar>(shape: &[usize]) -> ArrayD<F> {
    let mut numbers = [0.5, -0.75, 1.0, 0.25, -1.25].into_iter().cycle();
    ArrayD::from_shape_simple_fn(shape, || F::from_f64(numbers.next().expect("a cycle")))
}
