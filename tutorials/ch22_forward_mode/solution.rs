//! Solution 22. Along the jth axis a forward pass gives the jth column; with a cotangent that is 1 at i and 0 elsewhere, a backward pass
//! gives the ith row. There are `inputs` columns and `results` rows: take whichever are fewer. A loss is one row, and that is why
//! networks are trained in reverse.

mod judge;

use judge::Passes;
use ndarray::{Array1, Array2};

fn jacobian(passes: &Passes, inputs: usize, results: usize) -> Array2<f64> {
    let axis = |place: usize, count: usize| -> Vec<f64> { (0..count).map(|i| f64::from(i == place)).collect() };
    let mut jacobian = Array2::zeros((results, inputs));
    if inputs < results {
        for j in 0..inputs {
            jacobian.column_mut(j).assign(&Array1::from(passes.forward(&axis(j, inputs))));
        }
    } else {
        for i in 0..results {
            jacobian.row_mut(i).assign(&Array1::from(passes.backward(&axis(i, results))));
        }
    }
    jacobian
}

pub fn main() -> std::process::ExitCode {
    judge::judge(jacobian)
}
