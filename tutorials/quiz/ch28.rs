//! Chapter 28: where a program's fault is.

use super::{slopes, value};
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[the_promise_of_a_step, passes_every_check, in_which_order];

fn the_promise_of_a_step(draw: &mut Draw) -> Question {
    let (a, b) = (draw.one_of(&[1.0, 2.0, -3.0]), draw.one_of(&[2.0, 4.0, -1.0]));
    let rate = draw.one_of(&[0.01, 0.02]);
    let gradient = slopes(&[1.0, 1.0], |v| v[0] * a + v[1] * b);
    let squared = value(&gradient, |v| v[0] * v[0] + v[1] * v[1]);
    Question::number(
        format!(
            "The gradient is ({a}, {b}), and a step of descent has the rate {rate}. By how much should the loss change, with its sign, if the step is short?"
        ),
        -rate * squared,
        3,
        "The parameters move by -rate · g, and the loss by g times that: -rate · |g|². A step that breaks this promise has a fault.",
        &[
            (rate * squared, "The sign is wrong: a step against the gradient makes the loss smaller."),
            (
                -rate * value(&[squared], |v| v[0].sqrt()),
                "That is how far the parameters move. The loss changes by the gradient times that.",
            ),
            (-squared, "The rate is missing: the step is the rate times the gradient."),
        ],
    )
}

fn passes_every_check(_: &mut Draw) -> Question {
    Question::choice(
        "A program passes every check of its gradient, its steps keep their promise, and yet it learns the wrong thing. Where do you look?",
        ["At the loss", "The tape differentiates a wrong loss correctly. Compute it where you know what it should be."],
        &[
            ["At the vjps once more", "They were checked: gradient and loss belong together."],
            [
                "At the curve of the training",
                "It falls in nearly every faulty program, and in one without a fault it looks broken.",
            ],
        ],
    )
}

fn in_which_order(_: &mut Draw) -> Question {
    Question::choice(
        "Both the gradient check and a loss that is known beforehand find something. Where do you begin?",
        [
            "With the gradient",
            "Gradient, then step, then loss: each question makes sense only when the ones before it are answered.",
        ],
        &[
            [
                "With the loss, since the gradient comes from it",
                "As long as the gradient does not belong to the loss that is written, you cannot tell which of them is meant.",
            ],
            ["With the rate", "No rate makes a wrong gradient right. It only hides it for longer."],
        ],
    )
}
