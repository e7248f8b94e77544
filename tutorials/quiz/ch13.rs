//! Chapter 13: reading a gradient check.

use super::slopes;
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[a_relative_error, a_difference_that_stays, what_was_asked];

fn a_relative_error(draw: &mut Draw) -> Question {
    let (w, x, factor) =
        (draw.one_of(&[0.5, 2.0, 3.0]), draw.one_of(&[1.0, 2.0, 4.0]), draw.one_of(&[1.25, 2.5, 4.0, 5.0]));
    let slope = slopes(&[w], |v| (v[0] * x).square())[0];
    let claimed = slope * factor;
    Question::number(
        format!(
            "Nudging says that a slope is {slope}. The program says {claimed}. What is the relative error: the difference, divided by the larger of the two?"
        ),
        (claimed - slope) / claimed,
        2,
        "A relative error does not depend on how large the gradient is, so one bound serves for all elements.",
        &[
            (claimed - slope, "That is the absolute error, which says nothing unless you know how large the slope is."),
            ((claimed - slope) / slope, "That is divided by the smaller of the two."),
            (slope / claimed, "That is the ratio. The error is what is missing to 1."),
        ],
    )
}

fn a_difference_that_stays(_: &mut Draw) -> Question {
    Question::choice(
        "Gradient and nudging differ by 1e-6, whatever the step. What is the matter?",
        [
            "The gradient is wrong, or belongs to another function",
            "An error of the measurement changes with the step. A mistake does not: it draws a V with a flat floor.",
        ],
        &[
            ["The step is still too large", "Then a finer step would make the difference smaller."],
            ["That is rounding", "Rounding grows as the step becomes finer, so it does not stay the same either."],
            [
                "Nothing, 1e-6 is small",
                "It is small beside what? If the slopes are 1e-6 themselves, it is as large as they are.",
            ],
        ],
    )
}

fn what_was_asked(_: &mut Draw) -> Question {
    Question::choice(
        "A gradient check passes. What do you know about the loss?",
        [
            "That the gradient belongs to it",
            "Whether it is the loss that you wanted was not asked. Compute it at an answer that you know.",
        ],
        &[
            ["That it is the right loss", "A right gradient of a wrong loss passes as well."],
            ["That it falls during training", "That depends on the rate as well, and on the start."],
        ],
    )
}
