//! Exercise 5. Huber's loss. `cargo run --release -- exercises watch ch05`

use chapters::ch05::judge;
use gradus::Var;

/// The mean over all elements of ρ(a - y), where ρ(r) = r²/2 if |r| is at most `delta`, and delta (|r| - delta/2) beyond. It has to be recorded
/// on the tape, so that it has a gradient.
fn huber<'t>(a: Var<'t, f64>, y: Var<'t, f64>, delta: f64) -> Var<'t, f64> {
    // How far apart they are: always positive.
    let r = (a - y).abs();
    // This is the squared error, and an outlier drags it along. What should happen where r is beyond delta?
    // (`r.minimum(other)` is the smaller of two, element by element, and `r.tape().constant(delta)` puts a number onto the tape.)
    let _ = delta;
    (r * r * 0.5).mean()
}

pub fn main() -> frame::Judgement {
    judge::judge(huber)
}
