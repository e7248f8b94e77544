//! Solution 6. f(x + h) = f + h f' + h²/2 f'' + h³/6 f''' + ..., and f(x - h) is the same with the odd terms negative. In the
//! difference the even terms cancel, f'' with them; what is left over after dividing by 2h is h²/6 f'''. The two points are 2h apart: dividing by
//! h would double every slope.

use chapters::ch06::judge;
use judge::moved;
use ndarray::ArrayD;

fn slopes(f: &dyn Fn(&ArrayD<f64>) -> f64, x: &ArrayD<f64>, step: f64) -> ArrayD<f64> {
    let mut slopes = Vec::new();
    for i in 0..x.len() {
        let slope = (f(&moved(x, i, step)) - f(&moved(x, i, -step))) / (2.0 * step);
        slopes.push(slope);
    }
    ArrayD::from_shape_vec(x.raw_dim(), slopes).expect("there is one slope for each element")
}

pub fn main() -> frame::Judgement {
    judge::judge(slopes)
}
