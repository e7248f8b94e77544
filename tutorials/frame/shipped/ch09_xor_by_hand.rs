//! Exercise 9. Find the mistake. This backward pass is the source's; it learns XOR, and one line of it is wrong.
//! `cargo run --release -- exercises watch ch09`

use chapters::ch09::judge;
use chapters::ch09::net::{Net, outer};
use ndarray::Array1;

/// The gradient of L = |y - t|² / 2 for one row, where h = tanh(x W1 + b1) and y = h W2 + b2.
fn backward(net: &Net, x: &Array1<f64>, t: &Array1<f64>) -> Net {
    let (h, y) = net.forward(x);
    // dL/dy
    let dy = y - t;
    // dL/dh: what h adds to each output, it adds with the weight that leads there.
    let dh = net.w2.dot(&dy);
    // dL/dz, where h = tanh(z): the slope of tanh is 1 - tanh².
    let dz = dh * h.mapv(|h| 1.0 - h.tanh().powi(2));
    // Each weight has the gradient: what it was given, times what came back.
    Net { w1: outer(x, &dz), b1: dz, w2: outer(&h, &dy), b2: dy }
}

pub fn main() -> frame::Judgement {
    judge::judge(backward)
}
