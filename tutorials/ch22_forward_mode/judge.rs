//! Judges a Jacobian: its numbers, and the passes it took.

use frame::Judge;
use gradus::data::seeded;
use gradus::derivatives::{grad, jvp};
use gradus::{Scalar, Tape, Var};
use ndarray::{Array2, ArrayD};
use rand::RngExt;
use std::process::ExitCode;

/// The function y = sin(x A), whose Jacobian can be had a column or a row at a time.
pub struct Passes {
    matrix: Array2<f64>,
    at: ArrayD<f64>,
    counted: usize,
}

impl Passes {
    /// How many inputs there are.
    pub fn inputs(&self) -> usize {
        self.matrix.nrows()
    }

    /// How many results there are.
    pub fn outputs(&self) -> usize {
        self.matrix.ncols()
    }

    /// A run forward on dual numbers: the slopes of all results in one input.
    pub fn column(&mut self, input: usize) -> Vec<f64> {
        self.counted += 1;
        let mut direction = ArrayD::zeros(self.at.raw_dim());
        direction[[0, input]] = 1.0;
        let (_, slopes) = jvp(|x| self.function(x), std::slice::from_ref(&self.at), &[direction]);
        slopes.into_iter().collect()
    }

    /// A walk back: the slopes of one result in all inputs.
    #[allow(dead_code)] // the untouched exercise does not call it
    pub fn row(&mut self, output: usize) -> Vec<f64> {
        self.counted += 1;
        let tape = Tape::new();
        let x = tape.var(&self.at);
        let result = self.function(&[x]).slice(&[(0, 1), (output, output + 1)]).sum();
        grad(result, &[x])[0].value().into_iter().collect()
    }

    fn function<'t, F: Scalar>(&self, x: &[Var<'t, F>]) -> Var<'t, F> {
        let matrix = self.matrix.mapv(F::from_f64);
        x[0].matmul(x[0].tape().input(&matrix)).sin()
    }
}

pub fn judge(jacobian: fn(&mut Passes) -> Vec<Vec<f64>>) -> ExitCode {
    let mut judge = Judge::new("Exercise 22: one column or one row");
    let mut rng = seeded(22);
    for (inputs, outputs) in [(1, 1), (1, 6), (6, 1), (2, 5), (5, 2), (4, 4), (300, 1), (1, 300)] {
        let mut draw = |shape: (usize, usize)| Array2::from_shape_simple_fn(shape, || rng.random_range(-1.0..1.0));
        let (matrix, at) = (draw((inputs, outputs)), draw((1, inputs)));
        let slope = at.dot(&matrix).mapv(f64::cos);
        let mut passes = Passes { matrix, at: at.into_dyn(), counted: 0 };
        let got = jacobian(&mut passes);
        let name = format!("{inputs} inputs, {outputs} results");
        let shape = (got.len(), got.first().map_or(0, Vec::len));
        judge.case(
            format!("{name}: lists of slopes, and slopes in each"),
            format!("{:?}", (outputs, inputs)),
            format!("{shape:?}"),
            shape == (outputs, inputs),
        );
        for (output, row) in got.iter().enumerate().take(outputs) {
            for (input, &got) in row.iter().enumerate().take(inputs) {
                let expected = slope[[0, output]] * passes.matrix[[input, output]];
                judge.number(format!("{name}: slope of result {output} in input {input}"), expected, got);
            }
        }
        let few = inputs.min(outputs);
        judge.case(format!("{name}: passes"), format!("at most {few}"), passes.counted, passes.counted <= few);
    }
    judge.verdict("how many columns has the matrix, and how many rows? Which are fewer?")
}
