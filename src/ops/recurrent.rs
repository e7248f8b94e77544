//! Recurrent networks: a state that each step updates. Compositions, written as in the papers; the tape differentiates them through time.

use crate::{Scalar, Var};
use smallvec::SmallVec;

/// How a recurrent network updates its state. x is the input of a step, h the state before it; every W x and U h has biases of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cell {
    /// h' = tanh(W x + U h) (Elman 1990)
    Tanh,
    /// r = σ(Wᵣ x + Uᵣ h), z = σ(W_z x + U_z h), n = tanh(Wₙ x + r Uₙ h), h' = (1 - z) n + z h (Cho et al. 2014, with r where PyTorch has it)
    Gru,
    /// i = σ(Wᵢ x + Uᵢ h), f = σ(W_f x + U_f h), g = tanh(W_g x + U_g h), o = σ(Wₒ x + Uₒ h), c' = f c + i g, h' = o tanh c' (Hochreiter and Schmidhuber
    /// 1997, with the forget gate of Gers et al. 2000)
    Lstm,
}

impl Cell {
    /// How many times the state's width W x is wide: the parts r, z, n of a GRU, and i, f, g, o of an LSTM, lie one after the other.
    pub fn parts(self) -> usize {
        match self {
            Cell::Tanh => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }

    /// The next state, and what an LSTM remembers besides (the state itself for other cells), given W x and U h.
    #[track_caller]
    fn next<'t, F: Scalar>(self, x: Var<'t, F>, u: Var<'t, F>, [h, c]: [Var<'t, F>; 2]) -> [Var<'t, F>; 2] {
        match self {
            Cell::Tanh => [(x + u).tanh(); 2],
            Cell::Gru => {
                let reset = (part(x, h, 0) + part(u, h, 0)).sigmoid();
                let keep = (part(x, h, 1) + part(u, h, 1)).sigmoid();
                let new = (part(x, h, 2) + reset * part(u, h, 2)).tanh();
                [new + keep * (h - new); 2]
            }
            Cell::Lstm => {
                let all = x + u;
                let input = part(all, h, 0).sigmoid();
                let forget = part(all, h, 1).sigmoid();
                let new = part(all, h, 2).tanh();
                let output = part(all, h, 3).sigmoid();
                let c = forget * c + input * new;
                [output * c.tanh(), c]
            }
        }
    }
}

/// Part number `number` of `x`, as wide as the state `h`.
#[track_caller]
fn part<'t, F: Scalar>(x: Var<'t, F>, h: Var<'t, F>, number: usize) -> Var<'t, F> {
    let [batch, width] = [0, 1].map(|axis| h.shape()[axis]);
    x.slice(&[(0, batch), (number * width, (number + 1) * width)])
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The states of a recurrent network after each step: sequences `[batch, steps, features]` become `[batch, steps, width]`. The first state is 0.
    /// `weights` are W `[features, parts * width]` and U `[width, parts * width]`, `biases` those of W x and of U h, each `[parts * width]`.
    ///
    /// # Panics
    /// Where the shapes do not fit.
    #[track_caller]
    pub fn recurrent(self, cell: Cell, weights: [Self; 2], biases: [Self; 2]) -> Self {
        let &[batch, steps, features] = &self.shape()[..] else {
            panic!("recurrent: sequences are [batch, steps, features], found {}", self.describe());
        };
        let &[width, wide] = &weights[1].shape()[..] else {
            panic!("recurrent: the weights of the state are a matrix, found {}", weights[1].describe());
        };
        assert!(
            wide == cell.parts() * width,
            "recurrent: a {cell:?} needs weights of the state [width, {} * width], found {}",
            cell.parts(),
            weights[1].describe()
        );
        assert!(steps > 0, "recurrent: {} has no steps", self.describe());
        weights[0].expect_shape("recurrent", "the weights of the input", [features, wide], self);
        biases[0].expect_shape("recurrent", "the biases of the input", [wide], weights[0]);
        biases[1].expect_shape("recurrent", "the biases of the state", [wide], weights[1]);
        // The inputs of all steps are known: one product serves them all.
        let inputs = self.reshape([batch * steps, features]).matmul(weights[0]) + biases[0];
        let inputs = inputs.reshape([batch, steps, wide]);
        let mut state = [self.tape.full([batch, width], 0.0); 2];
        let mut states: SmallVec<[Self; 16]> = SmallVec::new();
        for step in 0..steps {
            let input = inputs.slice(&[(0, batch), (step, step + 1), (0, wide)]).reshape([batch, wide]);
            // The first state is 0, and so is its product.
            let from_state = match step {
                0 => biases[1].broadcast_to([batch, wide]),
                _ => state[0].matmul(weights[1]) + biases[1],
            };
            state = cell.next(input, from_state, state);
            states.push(state[0].reshape([batch, 1, width]));
        }
        Var::concat(&states, 1)
    }
}
