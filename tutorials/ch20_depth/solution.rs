//! Solution 20. z is a sum of n products w x, so its mean square is n · s² · (mean square of x), s being the spread of the weights. Half of the z are
//! negative and become 0, so the mean square of the ReLU's outputs is half of that: n s² / 2 times that of its inputs. This factor is 1 for
//! s² = 2/n. (He and others, 2015.) With 1/√n, which is right for a layer without a bend, half of the mean square is lost in each layer:
//! after 30 layers a signal of size 1 has the size 0.00003.

use chapters::ch20::judge;

fn spread(n_in: usize) -> f64 {
    (2.0 / n_in as f64).sqrt()
}

pub fn main() -> frame::Judgement {
    judge::judge(spread)
}
