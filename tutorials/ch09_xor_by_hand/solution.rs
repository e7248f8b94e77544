//! Solution 9. The slope of tanh at z is 1 - tanh(z)². The forward pass has computed tanh(z) already and calls it h, so the slope
//! is 1 - h². The source takes the tanh of h once more. The formula is right and the code looks like the formula: that is why it is
//! so easy to overlook.

use chapters::ch09::judge;
use chapters::ch09::net::{Net, outer};
use ndarray::Array1;

fn backward(net: &Net, x: &Array1<f64>, t: &Array1<f64>) -> Net {
    let (h, y) = net.forward(x);
    let dy = y - t;
    let dh = net.w2.dot(&dy);
    let dz = dh * h.mapv(|h| 1.0 - h * h);
    Net { w1: outer(x, &dz), b1: dz, w2: outer(&h, &dy), b2: dy }
}

pub fn main() -> frame::Judgement {
    judge::judge(backward)
}
