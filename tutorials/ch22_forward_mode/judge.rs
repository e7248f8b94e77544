//! Judges a Jacobian: its numbers against nudges, and the number of passes that it took.

#[path = "program.rs"]
mod program;

use frame::Judge;
use gradus::derivatives::jvp;
use gradus::prelude::*;
use ndarray::{Array1, Array2};
use program::layer;
use rand::RngExt;
use std::cell::Cell;
use std::process::ExitCode;

/// A program at a point, to be differentiated in passes, which are counted.
pub struct Passes {
    x: Array1<f64>,
    results: usize,
    count: Cell<usize>,
}

#[allow(dead_code)] // an answer may use one of the two only
impl Passes {
    /// The Jacobian times `direction`: one run on dual numbers. One number for each result.
    pub fn forward(&self, direction: &[f64]) -> Vec<f64> {
        self.count.set(self.count.get() + 1);
        jvp(|x| layer(x[0], self.results), &[&self.x], &[&Array1::from(direction.to_vec())]).1.into_iter().collect()
    }

    /// `cotangent` times the Jacobian: one backward pass. One number for each input.
    pub fn backward(&self, cotangent: &[f64]) -> Vec<f64> {
        self.count.set(self.count.get() + 1);
        let tape = Tape::new();
        let x = tape.var(&self.x);
        let gradients = layer(x, self.results).backward_with(tape.input(cotangent));
        gradients.wrt(x).value().into_iter().collect()
    }

    fn nudged(&self) -> Array2<f64> {
        let value = |x: &Array1<f64>| {
            let tape = Tape::new();
            layer(tape.input(x), self.results).value()
        };
        let mut jacobian = Array2::zeros((self.results, self.x.len()));
        for (j, mut column) in jacobian.columns_mut().into_iter().enumerate() {
            let [ahead, behind] = [1e-5, -1e-5].map(|step| {
                let mut x = self.x.clone();
                x[j] += step;
                value(&x)
            });
            column.iter_mut().zip((ahead - behind) / 2e-5).for_each(|(to, slope)| *to = slope);
        }
        jacobian
    }
}

pub fn judge(jacobian: fn(&Passes, usize, usize) -> Array2<f64>) -> ExitCode {
    let mut judge = Judge::new("Exercise 22: one column or one row?");
    let mut rng = seeded(22);
    for (inputs, results) in [(2, 3), (3, 2), (1, 1), (1, 9), (9, 1), (4, 4), (30, 6), (6, 30)] {
        let x = Array1::from_shape_simple_fn(inputs, || rng.random_range(-1.0..1.0));
        let passes = Passes { x, results, count: Cell::new(0) };
        let (expected, got) = (passes.nudged(), jacobian(&passes, inputs, results));
        let good = got.shape() == expected.shape() && got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-8);
        let input = |what: &str| format!("{what}, {inputs} input(s) and {results} result(s)");
        judge.case(input("the Jacobian"), shown(&expected), shown(&got), good);
        let (fewest, taken) = (inputs.min(results), passes.count.get());
        judge.case(input("passes for it"), format!("at most {fewest}"), taken, taken <= fewest);
    }
    judge.verdict(
        "which direction makes a forward pass give the jth column alone? Which cotangent makes a backward pass give the ith row alone? And which are fewer?",
    )
}

fn shown(matrix: &Array2<f64>) -> String {
    let rows: Vec<String> = matrix.outer_iter().map(|row| format!("{:.4?}", row.to_vec())).collect();
    rows.join(" ")
}
