//! Solution 18. The first moment m is a mean of the last ten gradients or so, the second one, v, a mean of the squares of the last thousand. Their
//! quotient m / √v has no unit: it does not matter whether the gradient is measured in millions or in millionths, a step is
//! about as long as the rate. Both means start at 0 and are too small at first; the divisions by 1 - βᵗ mend that. Without them the
//! very first step would be (1 - β₁) / √(1 - β₂) = 3.2 times the rate.

use chapters::ch18::judge;
use judge::Memory;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

fn step(memory: &mut Memory, w: &mut [f64], g: &[f64], rate: f64) {
    memory.steps += 1;
    let moments = memory.m.iter_mut().zip(&mut memory.v);
    for ((w, &g), (m, v)) in w.iter_mut().zip(g).zip(moments) {
        *m = BETA1 * *m + (1.0 - BETA1) * g;
        *v = BETA2 * *v + (1.0 - BETA2) * g * g;
        let m_hat = *m / (1.0 - BETA1.powi(memory.steps));
        let v_hat = *v / (1.0 - BETA2.powi(memory.steps));
        *w -= rate * m_hat / (v_hat.sqrt() + EPSILON);
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(step)
}
