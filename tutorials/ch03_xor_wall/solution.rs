//! Solution 3. Two layers make (x W + b) V + c of a row x. Multiply out: x (W V) + (b V + c). That is one layer, whose weights are W V
//! and whose bias is b V + c; the first bias passes through the second layer's weights like any row. Fold this with the third, and so
//! on. The order of the factors is the order of the layers, because rows are multiplied from the left.

use chapters::ch03::judge;
use judge::Layer;

fn fold(layers: &[Layer]) -> Layer {
    let mut folded = layers[0].clone();
    for (v, c) in &layers[1..] {
        folded = (folded.0.dot(v), folded.1.dot(v) + c);
    }
    folded
}

pub fn main() -> frame::Judgement {
    judge::judge(fold)
}
