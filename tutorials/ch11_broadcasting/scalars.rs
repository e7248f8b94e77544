//! A layer a = relu(x W + b) and its loss L = Σ (a - t)², twice: a node for every number, and a node for every array.

use gradus::prelude::*;
use ndarray::{Array1, Array2, Ix1, Ix2};

/// The numbers that a layer is given.
pub struct Layer {
    pub x: Array2<f64>,
    pub w: Array2<f64>,
    pub b: Array1<f64>,
    pub t: Array2<f64>,
}

/// A layer in single numbers, recorded.
pub struct Numbers<'t> {
    pub loss: Var<'t, f64>,
    pub w: Vec<Var<'t, f64>>,
    pub b: Vec<Var<'t, f64>>,
}

/// The result of one of the two ways: its slopes, and its numbers of nodes without and with the way back.
pub struct Way {
    pub dw: Array2<f64>,
    pub db: Array1<f64>,
    pub forward: usize,
    pub nodes: usize,
}

impl Layer {
    /// A layer of `units` units for these rows, with its other numbers drawn.
    pub fn draw(x: Array2<f64>, units: usize, mut number: impl FnMut() -> f64) -> Layer {
        let (samples, inputs) = x.dim();
        let w = Array2::from_shape_simple_fn((inputs, units), &mut number);
        let b = Array1::from_shape_simple_fn(units, &mut number);
        Layer { x, w, b, t: Array2::from_shape_simple_fn((samples, units), number) }
    }

    // ANCHOR: numbers
    pub fn record_numbers<'t>(&self, tape: &'t Tape<f64>) -> Numbers<'t> {
        let (samples, units) = self.t.dim();
        let x: Vec<_> = self.x.iter().map(|&x| tape.input(x)).collect();
        let w: Vec<_> = self.w.iter().map(|&w| tape.var(w)).collect();
        let b: Vec<_> = self.b.iter().map(|&b| tape.var(b)).collect();
        let mut squares = Vec::new();
        for (sample, unit) in (0..samples).flat_map(|sample| (0..units).map(move |unit| (sample, unit))) {
            let inputs = self.x.ncols();
            let product = |i: usize| x[sample * inputs + i] * w[i * units + unit];
            let z = (1..inputs).map(product).fold(product(0), |sum, product| sum + product) + b[unit];
            let off = z.relu() - tape.input(self.t[[sample, unit]]);
            squares.push(off * off);
        }
        let loss = squares[1..].iter().fold(squares[0], |sum, &square| sum + square);
        Numbers { loss, w, b }
    }
    // ANCHOR_END: numbers

    /// The slopes, by a node for every number.
    pub fn in_numbers(&self) -> Way {
        let tape = Tape::new();
        let Numbers { loss, w, b } = self.record_numbers(&tape);
        let forward = tape.len();
        let gradients = loss.backward();
        let slopes = |vars: &[Var<f64>]| vars.iter().map(|&var| gradients.wrt(var).item()).collect::<Vec<_>>();
        let dw = Array2::from_shape_vec(self.w.dim(), slopes(&w)).expect("a slope for each weight");
        Way { dw, db: slopes(&b).into(), forward, nodes: tape.len() }
    }

    /// The slopes, by a node for every array.
    pub fn in_arrays(&self) -> Way {
        let tape = Tape::new();
        // ANCHOR: arrays
        let (x, t) = (tape.input(&self.x), tape.input(&self.t));
        let (w, b) = (tape.var(&self.w), tape.var(&self.b));
        let off = (x.matmul(w) + b).relu() - t;
        let loss = (off * off).sum();
        // ANCHOR_END: arrays
        let forward = tape.len();
        let gradients = loss.backward();
        let dw = gradients.wrt(w).value().into_dimensionality::<Ix2>().expect("W has two axes");
        let db = gradients.wrt(b).value().into_dimensionality::<Ix1>().expect("b has one axis");
        Way { dw, db, forward, nodes: tape.len() }
    }
}

impl Way {
    /// The largest difference of two slopes, as a share of the largest slope.
    pub fn apart(&self, other: &Way) -> f64 {
        let pairs = self.dw.iter().zip(&other.dw).chain(self.db.iter().zip(&other.db));
        let (difference, largest) = pairs.fold((0.0_f64, 0.0_f64), |(difference, largest), (a, b)| {
            (difference.max((a - b).abs()), largest.max(a.abs()))
        });
        difference / largest
    }
}
