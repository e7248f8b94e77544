//! Solution 17. A unit has a weight for each unit below it, and a bias. The bias is a weight too, whose input is always 1; so count as if each
//! layer had one unit more below it. Inputs have no bias: they compute nothing.

use chapters::ch17::judge;

fn parameters(sizes: &[usize]) -> usize {
    sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
}

pub fn main() -> frame::Judgement {
    judge::judge(parameters)
}
