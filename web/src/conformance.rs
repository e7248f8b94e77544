//! Every op's values and derivatives at many places, as plain numbers, so that two machines can be compared. The one idea to know: the same function
//! runs in WebAssembly and natively. The comparison is `examples/conformance/`.

use gradus::data::seeded;
use gradus::derivatives::grad;
use gradus::table::Operand::Any;
use gradus::table::{self, Hard, Numbers, Program, filled};
use gradus::{Scalar, Tape, Var};
use ndarray::ArrayD;
use std::marker::PhantomData;

/// A row of gradus's table of ops, or a larger program in addition.
#[derive(Debug)]
pub struct Row {
    /// The op's name, for a larger program with its size.
    pub name: &'static str,
    f32: &'static table::Row<f32>,
    f64: &'static table::Row<f64>,
}

/// Numbers of one kind that an op leads to.
#[derive(Debug)]
pub struct Results {
    /// The kind of number that they were computed in: `f32` or `f64`.
    pub kind: &'static str,
    /// 0 for values, 1 for gradients, 2 for second derivatives.
    pub order: usize,
    /// The place, counted from 0.
    pub place: usize,
    /// The numbers; f32 is widened, which changes none.
    pub numbers: Vec<f64>,
}

/// Besides the hard places: what an op makes of a number that is none.
const NOT_A_NUMBER: &[Numbers] = &[&[f64::NAN, 1.0, -1.0, 0.5]];

/// Generators of ordinary places.
const SEEDS: [u64; 3] = [11, 12, 13];

/// The operands of the table are so small that a product of them is a plain loop. These are computed in vectors.
struct Larger<F>(PhantomData<F>);

impl<F: Scalar> Larger<F> {
    const ALL: &[(&str, table::Row<F>)] = &[
        (
            "matmul, 16 x 70 x 20",
            table::Row { op: "matmul", operands: &[Any(&[16, 70]), Any(&[70, 20])], program: |x| x[0].matmul(x[1]) },
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
    /// Values, gradients and second derivatives, in f32 and f64: at random places, at the op's hard places, and where an operand is not a number.
    pub fn results(&self) -> Vec<Results> {
        let mut rng = seeded(71);
        let ordinary = SEEDS.map(|seed| {
            let mut rng = seeded(seed);
            self.f32.operands.iter().map(|operand| operand.sample(&mut rng)).collect()
        });
        let hard = Hard::of(self.f32.op).places(self.f32.operands, &mut rng);
        let not_numbers = filled(self.f32.operands, |_| NOT_A_NUMBER, &mut rng);
        let mut results = Vec::new();
        for (place, operands) in ordinary.into_iter().chain(hard).chain(not_numbers).enumerate() {
            results.extend(derivatives(self.f32.program, &operands, place));
            results.extend(derivatives(self.f64.program, &operands, place));
        }
        results
    }
}

/// The program's values y; with s = Σ y c for numbers c, the gradient of s; with t = Σ <gradients, d> for directions d, the gradient of t, for the operands and for c.
fn derivatives<F: Scalar>(program: Program<F>, operands: &[ArrayD<f64>], place: usize) -> [Results; 3] {
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
    [(0, vec![y]), (1, gradients), (2, second)].map(|(order, vars)| {
        let numbers = vars.into_iter().flat_map(|var| var.value().mapv(F::to_f64)).collect();
        Results { kind: F::NAME, order, place, numbers }
    })
}

/// 0.5, -0.75, 1, 0.25, -1.25, ...: short in binary, so that products with them round little.
fn simple_numbers<F: Scalar>(shape: &[usize]) -> ArrayD<F> {
    let mut numbers = [0.5, -0.75, 1.0, 0.25, -1.25].into_iter().cycle();
    ArrayD::from_shape_simple_fn(shape, || F::from_f64(numbers.next().expect("a cycle")))
}
