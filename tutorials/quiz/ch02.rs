//! Chapter 2: how a perceptron learns, and when it does not.

use super::value;
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[a_nudge, xor_in_motion, a_margin];

fn a_nudge(draw: &mut Draw) -> Question {
    let (w1, w2, b) =
        (draw.one_of(&[-1.0, 0.5, 1.0]), draw.one_of(&[-0.5, 1.0, 1.5]), draw.one_of(&[-2.0, -1.0, 0.0, 1.0]));
    let (x1, x2) = (draw.one_of(&[-2.0, 2.0, 3.0]), draw.one_of(&[0.0, 1.0]));
    let (target, rate) = (draw.one_of(&[0.0, 1.0]), draw.one_of(&[0.1, 0.5]));
    let z = value(&[w1, w2, b], |v| v[0] * x1 + v[1] * x2 + v[2]);
    let answer = if z >= 0.0 { 1.0 } else { 0.0 };
    let error = target - answer;
    let moved = |by: f64| value(&[w1], |v| v[0] + by);
    Question::number(
        format!(
            "A perceptron fires if z is at least 0. It has the weights w1 = {w1} and w2 = {w2} and the bias b = {b}. It sees the row x1 = {x1}, x2 = {x2}, \
             whose target is {target}. The rate is {rate}. What is w1 afterwards?"
        ),
        moved(rate * error * x1),
        2,
        format!(
            "z is {z}, so the answer y is {answer}. With the target t the error t - y is {error}, and w1 moves by rate · (t - y) · x1."
        ),
        &[
            (
                moved(-rate * error * x1),
                "That is the wrong way. If the row should have fired, its z must become larger, otherwise smaller.",
            ),
            (
                moved(rate * error),
                "That is how the bias moves. A weight moves by its input as well, since the input decides how much the weight counts.",
            ),
            (w1, "The answer was wrong, so the weight has to move. Compare z with 0 first."),
        ],
    )
}

fn xor_in_motion(_: &mut Draw) -> Question {
    Question::choice(
        "A perceptron is trained on XOR from zero, and its weights move in every round. Is it still learning?",
        [
            "No, it walks in a circle",
            "After a few nudges the weights are where they were: no line separates XOR, and moving is not improving.",
        ],
        &[
            [
                "Yes, it only needs more rounds",
                "The weights come back to where they were, so the next thousand rounds repeat the last ones.",
            ],
            [
                "Yes, with a smaller rate it would settle",
                "From zero every number is a multiple of the rate: another rate scales z, and no sign of it changes.",
            ],
        ],
    )
}

fn a_margin(_: &mut Draw) -> Question {
    Question::choice(
        "After training on AND the weights are w = (2, 1) and b = -3, and all four rows are right. What can go wrong with an input that is slightly off?",
        ["(1, 1) may be answered wrong", "There z is 2 + 1 - 3 = 0: right, but without any margin."],
        &[
            [
                "Nothing, since all rows are right",
                "Right rows say on which side of the line they are, not how far from it.",
            ],
            ["(0, 0) may be answered wrong", "There z is -3, which is far from 0."],
        ],
    )
}
