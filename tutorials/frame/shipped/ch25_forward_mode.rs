//! Exercise 25. One column or one row? Put together a Jacobian with as few passes as possible.
//! `cargo run --release -- exercises watch ch25`

use chapters::ch25::judge;
use judge::Passes;

/// The slopes of `passes.outputs()` results in `passes.inputs()` inputs, as one list of slopes for each result.
/// `passes.column(i)` is a run forward: the slopes of all results in input i. `passes.row(j)` is a walk back: the slopes of result
/// j in all inputs. Both cost one pass, and the judge counts.
fn jacobian(passes: &mut Passes) -> Vec<Vec<f64>> {
    // This is right, but far too expensive for a loss. Add the other way, and choose.
    let columns: Vec<Vec<f64>> = (0..passes.inputs()).map(|input| passes.column(input)).collect();
    (0..passes.outputs()).map(|output| columns.iter().map(|column| column[output]).collect()).collect()
}

pub fn main() -> frame::Judgement {
    judge::judge(jacobian)
}
