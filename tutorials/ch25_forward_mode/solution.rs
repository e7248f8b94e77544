//! Solution 25. A run forward gives a column and a walk back a row, so the shorter side of the matrix decides. A loss has one result:
//! one walk back, whatever the number of weights. That is why networks are trained in reverse.

use chapters::ch25::judge;
use judge::Passes;

fn jacobian(passes: &mut Passes) -> Vec<Vec<f64>> {
    if passes.outputs() <= passes.inputs() {
        return (0..passes.outputs()).map(|output| passes.row(output)).collect();
    }
    let columns: Vec<Vec<f64>> = (0..passes.inputs()).map(|input| passes.column(input)).collect();
    (0..passes.outputs()).map(|output| columns.iter().map(|column| column[output]).collect()).collect()
}

pub fn main() -> frame::Judgement {
    judge::judge(jacobian)
}
