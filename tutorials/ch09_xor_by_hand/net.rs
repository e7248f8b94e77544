//! A net with one hidden layer of tanh units, as plain arrays. Rows are samples: h = tanh(x W1 + b1), y = h W2 + b2.

use gradus::nn::Init;
use ndarray::{Array1, Array2, ArrayD, Axis};
use rand::Rng;

/// Its parameters; or a gradient, which has the same shape.
#[derive(Clone)]
pub struct Net {
    pub w1: Array2<f64>,
    pub b1: Array1<f64>,
    pub w2: Array2<f64>,
    pub b2: Array1<f64>,
}

impl Net {
    /// All numbers from N(0, scale²).
    pub fn random([inputs, hidden, outputs]: [usize; 3], scale: f64, rng: &mut impl Rng) -> Net {
        let normal = Init::Normal(scale);
        Net {
            w1: normal.draw((inputs, hidden), inputs, hidden, rng),
            b1: normal.draw(hidden, inputs, hidden, rng),
            w2: normal.draw((hidden, outputs), hidden, outputs, rng),
            b2: normal.draw(outputs, hidden, outputs, rng),
        }
    }

    /// The hidden units and the outputs for one row.
    pub fn forward(&self, x: &Array1<f64>) -> (Array1<f64>, Array1<f64>) {
        let h = (x.dot(&self.w1) + &self.b1).mapv(f64::tanh);
        let y = h.dot(&self.w2) + &self.b2;
        (h, y)
    }

    /// L = |y - t|² / 2 for one row.
    pub fn cost(&self, x: &Array1<f64>, t: &Array1<f64>) -> f64 {
        (self.forward(x).1 - t).mapv(|error| error * error / 2.0).sum()
    }

    /// Adds `scale` times another of the same shape.
    pub fn add(&mut self, scale: f64, other: &Net) {
        self.w1.scaled_add(scale, &other.w1);
        self.b1.scaled_add(scale, &other.b1);
        self.w2.scaled_add(scale, &other.w2);
        self.b2.scaled_add(scale, &other.b2);
    }

    /// W1, b1, W2, b2.
    pub fn arrays(&self) -> [ArrayD<f64>; 4] {
        let Net { w1, b1, w2, b2 } = self.clone();
        [w1.into_dyn(), b1.into_dyn(), w2.into_dyn(), b2.into_dyn()]
    }

    /// From W1, b1, W2, b2.
    pub fn from_arrays(arrays: &[ArrayD<f64>]) -> Net {
        let matrix = |array: &ArrayD<f64>| array.clone().into_dimensionality().expect("a matrix");
        let row = |array: &ArrayD<f64>| array.clone().into_dimensionality().expect("a row");
        Net { w1: matrix(&arrays[0]), b1: row(&arrays[1]), w2: matrix(&arrays[2]), b2: row(&arrays[3]) }
    }
}

/// The outer product: a column times a row.
pub fn outer(column: &Array1<f64>, row: &Array1<f64>) -> Array2<f64> {
    column.view().insert_axis(Axis(1)).dot(&row.view().insert_axis(Axis(0)))
}
