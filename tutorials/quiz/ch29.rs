//! Chapter 29: an engine of one's own.

use super::slopes;
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[an_engine_that_overwrites, handing_on_early, left_from_the_last_pass];

fn an_engine_that_overwrites(draw: &mut Draw) -> Question {
    let (x, y) = (draw.one_of(&[2.0, 3.0, 4.0]), draw.one_of(&[3.0, 5.0, -2.0, 7.0]));
    let all = slopes(&[x, y], |v| v[0] * v[1] + v[0])[0];
    let of_product = slopes(&[x, y], |v| v[0] * v[1])[0];
    let of_sum = slopes(&[x], |v| v[0] + 1.0)[0];
    Question::number(
        format!(
            "An engine walks back from the last node to the first, but a share that arrives overwrites the one before it. p = x y, then z = p + x, at x = {x}, y = {y}. What does it say that dz/dx is?"
        ),
        of_product,
        0,
        "The sum comes first and hands 1 to x. Then the product hands y to x, and overwrites the 1.",
        &[
            (all, "That is the right gradient, in which both shares are added. This engine does not add."),
            (
                of_sum,
                "The share of the sum arrives first, since z was recorded last. It is the one that is overwritten.",
            ),
            (x, "That is the share for y: the slope of x y with respect to y is x."),
        ],
    )
}

fn handing_on_early(_: &mut Draw) -> Question {
    Question::choice(
        "A walk hands on as soon as a node is found, and is wrong on 28 of 200 random programs. What do you make of it?",
        [
            "It is wrong wherever a short and a long path meet",
            "There a node hands on before the share of the long path has arrived. A walk must be right on all programs.",
        ],
        &[
            [
                "It is right in 86% of all cases, which will do",
                "Your program is not a random one. If it has such paths, its gradient is wrong each time.",
            ],
            ["The 28 are rounding errors", "Rounding is in the last digits. Here whole shares are missing."],
        ],
    )
}

fn left_from_the_last_pass(_: &mut Draw) -> Question {
    Question::choice(
        "An engine is right on all of 200 random programs, each with one pass. Which slip can still be in it?",
        [
            "Gradients are not cleared before a second pass",
            "With one pass for each program nobody sees what is left from the last. Somebody has to think of it and write a case.",
        ],
        &[
            ["Shares overwrite instead of adding up", "Most random programs use some value twice, so that shows."],
            [
                "None: 200 random programs are enough",
                "They try what they were made to try. Two passes over one tape were not.",
            ],
        ],
    )
}
