//! Solution 1. Each product is a node of its own, and so is each sum, because `+` takes two. The sum so far is only a number: the number
//! of the node that was drawn last. It starts at b and moves on with each product, so n inputs make n products and n sums. One
//! could also add up the products first and b last: another drawing, of the same size and with the same z.

use chapters::ch01::judge;
use judge::Drawing;

fn draw(drawing: &mut Drawing, n: usize) {
    let mut sum = 0;
    for i in 0..n {
        let product = drawing.multiply(2 * i + 2, 2 * i + 1);
        sum = drawing.add(product, sum);
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(draw)
}
