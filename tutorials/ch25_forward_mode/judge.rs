//! Judges a Jacobian: its numbers, and the passes it took.

use frame::{Judge, Judgement};
use gradus::derivatives::{grad, jvp};
use gradus::{Scalar, Tape, Var};
use ndarray::{Array2, ArrayD};
use rand::RngExt;

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

pub fn judge(jacobian: fn(&mut Passes) -> Vec<Vec<f64>>) -> Judgement {
    Judge::examine("25_forward_mode", |judge| {
        let (some, others) = (judge.rng().random_range(2..9), judge.rng().random_range(2..9));
        let shapes = [(2, 3), (3, 2), (1, 1), (1, 6), (6, 1), (4, 4), (some, others), (300, 1), (1, 300)];
        for ((inputs, outputs), size) in shapes.into_iter().flat_map(|shape| [(shape, 1.0), (shape, 20.0)]) {
            let matrix: Array2<f64> = judge.draw((inputs, outputs), size);
            let at: Array2<f64> = judge.draw((1, inputs), 1.0);
            let slope = at.dot(&matrix).mapv(f64::cos);
            let expected = matrix.t().to_owned() * slope.t();
            let mut passes = Passes { matrix, at: at.into_dyn(), counted: 0 };
            judge.given(format!("{inputs} input(s), {outputs} result(s), slopes of up to {size}"));
            let got = jacobian(&mut passes);
            match as_matrix(&got) {
                Some(got) => {
                    judge.equal("the Jacobian, a row for each result", &expected, got);
                }
                None => judge.holds("the Jacobian", "rows of one length", format!("{got:?}"), false),
            }
            let few = inputs.min(outputs);
            judge.holds("passes", format!("at most {few}"), passes.counted, passes.counted <= few);
        }
    })
}

/// Rows as a matrix, if they are of one length.
fn as_matrix(rows: &[Vec<f64>]) -> Option<Array2<f64>> {
    let columns = rows.first().map_or(0, Vec::len);
    Array2::from_shape_vec((rows.len(), columns), rows.concat()).ok()
}
