//! Solution 19. v is a running mean of the squared gradient, each number by itself: about the last ten steps count. It gets its new value first, so that
//! the step divides by a root that knows today's gradient too. √v is the gradient's usual size, and g / √v is about 1 or -1 whatever the unit of
//! the loss: a step is about as long as the rate. Unlike Adam, RMSProp does not mend that v starts at 0, so its first step is 1/√0.1 = 3.2
//! times the rate; and it follows the last gradient, not a mean of several.

use chapters::ch19::judge;

const RHO: f64 = 0.9;
const EPSILON: f64 = 1e-8;

fn step(v: &mut [f64], w: &mut [f64], g: &[f64], rate: f64) {
    for ((w, &g), v) in w.iter_mut().zip(g).zip(v) {
        *v = RHO * *v + (1.0 - RHO) * g * g;
        *w -= rate * g / (v.sqrt() + EPSILON);
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(step)
}
