//! Exercise 18. Write the step of Adam. What stands here is plain descent.
//! `cargo run --release -- exercises watch ch18`

use chapters::ch18::judge;
use judge::Memory;

/// One step for the numbers `w` with gradient `g`. `memory` is Adam's own between steps: two lists as long as w, at first 0, and the
/// number of steps made before this one.
///
/// With t the number of this step, counted from 1, and β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸:
///
/// m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ), w ← w - rate · m̂ / (√v̂ + ε)
fn step(memory: &mut Memory, w: &mut [f64], g: &[f64], rate: f64) {
    memory.steps += 1;
    for (w, g) in w.iter_mut().zip(g) {
        *w -= rate * g;
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(step)
}
