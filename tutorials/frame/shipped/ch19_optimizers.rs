//! Exercise 19. Write the step of RMSProp. What stands here is plain descent. `cargo run --release -- exercises watch ch19`

use chapters::ch19::judge;

/// One step for the numbers `w` with gradient `g`. `v` is RMSProp's own between steps: a list as long as w, at first 0.
///
/// With ρ = 0.9 and ε = 10⁻⁸: v ← ρ v + (1 - ρ) g², w ← w - rate · g / (√v + ε)
fn step(v: &mut [f64], w: &mut [f64], g: &[f64], rate: f64) {
    // Change this loop. v is not used yet.
    let _ = v;
    for (w, g) in w.iter_mut().zip(g) {
        *w -= rate * g;
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(step)
}
