//! Chapter 4: slopes of activations, and what a softmax looks at.

use super::{slopes, value};
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[slope_of_a_sigmoid, softmax_moved, a_dead_unit];

fn slope_of_a_sigmoid(draw: &mut Draw) -> Question {
    let a = draw.one_of(&[0.2, 0.3, 0.6, 0.7, 0.8, 0.9]);
    let z = value(&[a], |v| (v[0] / (1.0 - v[0])).ln());
    Question::number(
        format!("A sigmoid answers {a}. Which part of a small nudge of z gets through to its answer?"),
        slopes(&[z], |v| v[0].sigmoid())[0],
        3,
        "The slope of a sigmoid is a (1 - a), where a is its answer.",
        &[
            (a, "That is the answer itself. The slope is its product with 1 - a."),
            (1.0 - a, "A factor is missing: the slope is a (1 - a)."),
            (
                slopes(&[0.0], |v| v[0].sigmoid())[0],
                "That is the steepest slope, at z = 0, where the answer is one half.",
            ),
            (1.0 - a * a, "That is the slope of tanh."),
        ],
    )
}

fn softmax_moved(draw: &mut Draw) -> Question {
    let by = draw.one_of(&[3, 5, 10]);
    Question::choice(
        format!("You add {by} to all scores of a softmax. What happens to its shares?"),
        [
            "They stay the same",
            "Only differences of scores count: the same factor stands above and below the fraction line.",
        ],
        &[
            [
                "The largest grows",
                "That happens if you multiply the scores. Adding changes no difference between them.",
            ],
            ["All grow", "Shares add up to 1, so they cannot all grow."],
            ["They become more equal", "That happens if you divide the scores by a number above 1."],
        ],
    )
}

fn a_dead_unit(_: &mut Draw) -> Question {
    Question::choice(
        "The z of a ReLU is below 0 for every sample, and training is plain descent. What can bring the unit back?",
        [
            "Only layers below it, by changing its inputs",
            "The slope of the unit is 0 for every sample, so its own weights get no gradient. Layers below still learn by way of other units.",
        ],
        &[
            ["A larger rate", "The gradient of its weights is exactly 0, and any rate times 0 is 0."],
            ["More epochs", "Each epoch brings its weights the same gradient: 0."],
            [
                "The layers above it, by sending a larger gradient",
                "Whatever arrives is multiplied by the slope of the unit, which is 0.",
            ],
        ],
    )
}
