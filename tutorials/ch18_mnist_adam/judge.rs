//! Judges a step of Adam: the first step, and a hundred steps beside the formulas.

use frame::{Judge, Judgement};
use ndarray::Array1;

/// What Adam remembers between steps.
pub struct Memory {
    /// The mean of the gradients.
    pub m: Vec<f64>,
    /// The mean of their squares.
    pub v: Vec<f64>,
    /// How many steps were made.
    pub steps: i32,
}

impl Memory {
    fn new(size: usize) -> Self {
        Memory { m: vec![0.0; size], v: vec![0.0; size], steps: 0 }
    }
}

type Step = fn(&mut Memory, &mut [f64], &[f64], f64);

pub fn judge(step: Step) -> Judgement {
    Judge::examine("18_mnist_adam", |judge| {
        for gradient in [2.0, -1.0, 1e-3, 1e6] {
            judge.given(format!("w = 0.5, gradient {gradient}, rate 0.001, the first step"));
            let steps = [Array1::from_elem(1, gradient)];
            compare(judge, step, &Array1::from_elem(1, 0.5), &steps, 0.001);
        }
        for (size, scale) in [(1, 1.0), (3, 1.0), (3, 1e-3), (5, 1e4), (40, 1.0)] {
            judge.given(format!("{size} numbers, gradients up to {scale}, a hundred steps at rate 0.01"));
            let start = judge.draw(size, 1.0);
            let gradients: Vec<_> = (0..100).map(|_| judge.draw(size, scale) + 0.2 * scale).collect();
            compare(judge, step, &start, &gradients, 0.01);
        }
    })
}

/// Makes the steps with the answer and with the formulas, and with typical mistakes in them.
fn compare(judge: &mut Judge, step: Step, start: &Array1<f64>, gradients: &[Array1<f64>], rate: f64) {
    let (mut w, mut memory) = (start.to_vec(), Memory::new(start.len()));
    gradients.iter().for_each(|g| step(&mut memory, &mut w, &g.to_vec(), rate));
    let adam = |mistake| by_formula(start, gradients, rate, mistake);
    judge
        .equal("w after it", adam(Mistake::None), w)
        .slip("the divisions by 1 - β₁ᵗ and 1 - β₂ᵗ are missing", || adam(Mistake::Uncorrected))
        .slip("t is one too large: the first step is t = 1", || adam(Mistake::LateStart))
        .slip("the first moment is missing: the step follows the last gradient alone, as RMSProp's does", || {
            adam(Mistake::NoFirstMoment)
        })
        .slip("the root of v̂ is missing", || adam(Mistake::NoRoot))
        .slip("it goes along the gradient, not against it", || adam(Mistake::Upwards));
}

#[derive(PartialEq)]
enum Mistake {
    None,
    Uncorrected,
    LateStart,
    NoFirstMoment,
    NoRoot,
    Upwards,
}

/// Algorithm 1 of Kingma and Ba, one number at a time.
fn by_formula(start: &Array1<f64>, gradients: &[Array1<f64>], rate: f64, mistake: Mistake) -> Array1<f64> {
    let mut w = start.clone();
    for (element, w) in w.iter_mut().enumerate() {
        let (mut m, mut v) = (0.0, 0.0);
        for (before, g) in gradients.iter().enumerate() {
            let (g, t) = (g[element], before as f64 + if mistake == Mistake::LateStart { 2.0 } else { 1.0 });
            m = if mistake == Mistake::NoFirstMoment { g } else { 0.9 * m + 0.1 * g };
            v = 0.999 * v + 0.001 * g * g;
            let mut corrected = [m / (1.0 - 0.9_f64.powf(t)), v / (1.0 - 0.999_f64.powf(t))];
            if mistake == Mistake::Uncorrected {
                corrected = [m, v];
            } else if mistake == Mistake::NoFirstMoment {
                corrected[0] = m;
            }
            let size = if mistake == Mistake::NoRoot { corrected[1] } else { corrected[1].sqrt() };
            let way = if mistake == Mistake::Upwards { -1.0 } else { 1.0 };
            *w -= way * rate * corrected[0] / (size + 1e-8);
        }
    }
    w
}
