//! A program under suspicion: a loss, what it takes for the gradient, and how it trains. Nothing here knows what is wrong with it.

use gradus::prelude::*;
use ndarray::{Array2, ArrayD, Axis, Ix2};

/// The parameters of a program, array by array; or a gradient, which has the same shapes.
pub type Arrays = Vec<ArrayD<f64>>;
type Loss = Box<dyn Fn(&[ArrayD<f64>]) -> f64>;
type Gradient = Box<dyn Fn(&[ArrayD<f64>]) -> Arrays>;

/// A program that learns.
pub struct Suspect {
    pub names: &'static [&'static str],
    pub start: Arrays,
    /// The loss, as the program computes it.
    pub loss: Loss,
    /// What the program takes for the gradient of that loss.
    pub gradient: Gradient,
    /// The loss that it prints, where that is computed in another way.
    pub printed: Option<Loss>,
    pub rate: f64,
    pub steps: usize,
    /// The factor of rate times gradient in a step: -1 is descent.
    pub direction: f64,
    pub known: Known,
}

/// A loss that is known without the program, and the program's value.
pub struct Known {
    pub what: &'static str,
    pub expected: f64,
    pub got: f64,
}

impl Suspect {
    /// One step from here.
    pub fn step(&self, at: &[ArrayD<f64>]) -> Arrays {
        at.iter().zip((self.gradient)(at)).map(|(w, g)| w + g * (self.direction * self.rate)).collect()
    }

    /// Trains: the loss before each step and after the last, and the parameters at the end.
    pub fn train(&self) -> (Vec<f64>, Arrays) {
        let printed = self.printed.as_ref().unwrap_or(&self.loss);
        let mut weights = self.start.clone();
        let mut curve = vec![printed(&weights)];
        for _ in 0..self.steps {
            weights = self.step(&weights);
            curve.push(printed(&weights));
        }
        (curve, weights)
    }
}

/// The loss and the gradient of a program on a tape: they belong together by construction.
pub fn on_tape(program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64> + Clone + 'static) -> (Loss, Gradient) {
    let for_loss = program.clone();
    let loss = move |at: &[ArrayD<f64>]| {
        let tape = Tape::new();
        let vars: Vec<Var<f64>> = at.iter().map(|array| tape.input(array)).collect();
        for_loss(&vars).item()
    };
    let gradient = move |at: &[ArrayD<f64>]| {
        let tape = Tape::new();
        let vars: Vec<Var<f64>> = at.iter().map(|array| tape.var(array)).collect();
        let gradients = program(&vars).backward();
        vars.iter().map(|&var| gradients.wrt(var).value()).collect()
    };
    (Box::new(loss), Box::new(gradient))
}

/// One of the arrays as a matrix.
pub fn matrix(array: &ArrayD<f64>) -> Array2<f64> {
    array.clone().into_dimensionality::<Ix2>().expect("it was made with two axes")
}

/// The sum over the rows, as a row of its own: the gradient of a bias `[1, n]`.
pub fn sum_of_rows(rows: &Array2<f64>) -> Array2<f64> {
    rows.sum_axis(Axis(0)).insert_axis(Axis(0))
}
