//! Recurrent layers.

use super::{Init, Module, Parameters};
use crate::ops::recurrent::Cell;
use crate::{Param, Scalar, Var};
use rand::Rng;

/// A recurrent layer: sequences `[batch, steps, features]` become the states after each step, `[batch, steps, width]`. The first state is 0. See
/// [`Cell`] for the formulas, and [`Var::recurrent`].
#[derive(Debug)]
pub struct Rnn<F: Scalar = f32> {
    /// The weights of the input, `[features, parts * width]`.
    pub input_weights: Param<F>,
    /// The weights of the state, `[width, parts * width]`.
    pub state_weights: Param<F>,
    /// The biases of the input, `[parts * width]`.
    pub input_biases: Param<F>,
    /// The biases of the state, `[parts * width]`.
    pub state_biases: Param<F>,
    cell: Cell,
}

impl<F: Scalar> Rnn<F> {
    /// A plain recurrent layer, h' = tanh(W x + b + U h + c): PyTorch's `nn.RNN`. Its parameters are called `name/W_ih`, `name/W_hh`, `name/b_ih` and `name/b_hh`; all start
    /// from a normal distribution with standard deviation 1/√width.
    ///
    /// # Panics
    /// If there are no features, or the state has no width.
    #[track_caller]
    pub fn new(name: &str, features: usize, width: usize, rng: &mut impl Rng) -> Self {
        Rnn::of(Cell::Tanh, name, features, width, rng)
    }

    /// A gated recurrent unit: PyTorch's `nn.GRU`. Parameters as in [`new`](Rnn::new).
    ///
    /// # Panics
    /// As [`new`](Rnn::new).
    #[track_caller]
    pub fn gru(name: &str, features: usize, width: usize, rng: &mut impl Rng) -> Self {
        Rnn::of(Cell::Gru, name, features, width, rng)
    }

    /// Long short-term memory: PyTorch's `nn.LSTM`. Parameters as in [`new`](Rnn::new).
    ///
    /// # Panics
    /// As [`new`](Rnn::new).
    #[track_caller]
    pub fn lstm(name: &str, features: usize, width: usize, rng: &mut impl Rng) -> Self {
        Rnn::of(Cell::Lstm, name, features, width, rng)
    }

    #[track_caller]
    fn of(cell: Cell, name: &str, features: usize, width: usize, rng: &mut impl Rng) -> Self {
        let can_be = features > 0 && width > 0;
        assert!(can_be, "{name}: a recurrent layer has features and a width, not {features} and {width}");
        let wide = cell.parts() * width;
        // Every part of a state is one number for each of its `width` inputs from the state before.
        let mut draw = |rows| Init::Scaled.draw::<F, _>((rows, wide), width, wide, rng);
        let [input_weights, state_weights] = [draw(features), draw(width)];
        let [input_biases, state_biases] = [draw(1), draw(1)].map(|row| row.remove_axis(ndarray::Axis(0)));
        Rnn {
            input_weights: Param::new(format!("{name}/W_ih"), input_weights),
            state_weights: Param::new(format!("{name}/W_hh"), state_weights),
            input_biases: Param::new(format!("{name}/b_ih"), input_biases),
            state_biases: Param::new(format!("{name}/b_hh"), state_biases),
            cell,
        }
    }
}

impl<F: Scalar> Parameters<F> for Rnn<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        [&self.input_weights, &self.state_weights, &self.input_biases, &self.state_biases].into_iter().for_each(visit);
    }
}

impl<F: Scalar> Module<F> for Rnn<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        let tape = x.tape();
        let weights = [tape.param(&self.input_weights), tape.param(&self.state_weights)];
        let biases = [tape.param(&self.input_biases), tape.param(&self.state_biases)];
        x.recurrent(self.cell, weights, biases)
    }
}
