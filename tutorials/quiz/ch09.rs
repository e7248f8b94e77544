//! Chapter 9: a backward pass by hand.

use super::{slopes, value};
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[through_a_tanh, a_wrong_gradient_that_learns, a_check_at_a_point];

fn through_a_tanh(draw: &mut Draw) -> Question {
    let (h, g) = (draw.one_of(&[0.8, 0.6, -0.7, 0.9]), draw.one_of(&[0.5, 2.0, -1.5, 3.0]));
    let z = value(&[h], |v| ((v[0] + 1.0) / (1.0 - v[0])).ln() * 0.5);
    let times_g = |slope: f64| slope * g;
    Question::number(
        format!("h = tanh(z) is {h}. The gradient that arrives at h is {g}. What arrives at z?"),
        times_g(slopes(&[z], |v| v[0].tanh())[0]),
        2,
        "The slope of tanh is 1 - h², where h is its output.",
        &[
            (times_g(slopes(&[h], |v| v[0].tanh())[0]), "tanh was applied twice: h is its output already."),
            (times_g(value(&[h], |v| v[0] * (1.0 - v[0]))), "h (1 - h) is the slope of a sigmoid."),
            (g, "Only a sum passes a gradient on unchanged. A tanh multiplies it by its slope."),
        ],
    )
}

fn a_wrong_gradient_that_learns(_: &mut Draw) -> Question {
    Question::choice(
        "A backward pass takes 1 - tanh²(h) for 1 - h². The gradient of the first layer is off by 37% at the median, and yet 500 of 500 starts learn. How can that be?",
        [
            "The wrong slopes have the right signs",
            "Each element is the right one times a positive number, so a short step against it still goes down for each row.",
        ],
        &[
            [
                "Then the gradient must be right",
                "Learning is no proof. In this net a wrong gradient learns as well as the right one.",
            ],
            ["The mistakes of the four rows cancel", "They need not: already for a single row the step goes down."],
            [
                "The second layer makes up for it",
                "With a random first layer that never moves, not all starts would learn. It is the signs that count.",
            ],
        ],
    )
}

fn a_check_at_a_point(_: &mut Draw) -> Question {
    Question::choice(
        "A backward pass takes 1 - tanh²(h) for 1 - h². With weights 300 times smaller the checker finds nothing. What does that mean?",
        [
            "A check is a test at a point, and here the mistake does not show",
            "Near 0 tanh is a straight line, where both slopes are 1. Check where the net is bent, for example after some training.",
        ],
        &[
            ["The checker is broken", "At this point the two gradients agree, so it is right to find no difference."],
            [
                "With small weights the program is right",
                "It is the same program. Training makes the weights larger, and then its gradient is wrong.",
            ],
        ],
    )
}
