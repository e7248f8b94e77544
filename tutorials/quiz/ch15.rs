//! Chapter 15: how wide first sums spread, and what an accuracy says.

use super::value;
use frame::{Ask, Draw, Question};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[spread_of_a_sum, is_it_good, would_a_check_find_it];

fn spread_of_a_sum(draw: &mut Draw) -> Question {
    let bright = draw.one_of(&[99_usize, 143, 195, 255, 399]);
    let tape = Tape::<f64>::new();
    let pixels = ndarray::Array1::from_shape_fn(784, |place| if place < bright { 1.0 } else { 0.0 });
    let (w, b) = (tape.var(ndarray::Array1::zeros(784)), tape.var(0.0));
    let gradients = ((w * tape.input(pixels)).sum() + b).backward();
    // Each parameter spreads by 1, so z spreads by the length of its slopes.
    let variance = gradients.wrt(w).square().sum().item() + gradients.wrt(b).square().item();
    Question::number(
        format!(
            "Of 784 pixels {bright} are bright (1) and the rest are 0. The weights and the bias of a unit are drawn from N(0, 1). By how much does its sum z spread (its standard deviation)?"
        ),
        value(&[variance], |v| v[0].sqrt()),
        1,
        "The variances of independent terms add up: one for each bright pixel, and one for the bias. The spread is the root.",
        &[
            (variance, "That is the variance. The spread is its root."),
            (value(&[784.0], |v| v[0].sqrt()), "A pixel that is 0 adds nothing to the sum, whatever its weight."),
            (1.0, "That is the spread of one term. Variances add up."),
        ],
    )
}

fn is_it_good(_: &mut Draw) -> Question {
    Question::choice(
        "A net with a hidden layer reads 92.44% of the test digits after thirty epochs. Is that good?",
        [
            "That cannot be said without something to compare it with",
            "A softmax regression without a hidden layer reads 92.2%, and another start of this net 96.8%.",
        ],
        &[
            [
                "Yes, it is far above guessing",
                "So is everything that learns at all. The question is what a simpler net reads.",
            ],
            [
                "Yes, thirty epochs are enough for any net",
                "Half of what it will ever learn came in the first epoch. Epochs do not say how good the start was.",
            ],
        ],
    )
}

fn would_a_check_find_it(_: &mut Draw) -> Question {
    Question::choice(
        "With weights from N(0, 1) most sigmoids of the first layer are flat. Would a gradient check have found that?",
        ["No, every gradient is right", "The start is bad, not the gradient. Look at how wide the first sums spread."],
        &[
            ["Yes, it reports slopes that are nearly 0", "A slope that is nearly 0 and right passes."],
            [
                "Yes, with a fine enough step",
                "The step decides how exactly a slope is measured. Here the slopes are right.",
            ],
        ],
    )
}
