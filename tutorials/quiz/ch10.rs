//! Chapter 10: a training loop on a tape, and ops of one's own.

use super::{slopes, value};
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[an_op_of_your_own, successes_in_a_row, where_a_gradient_can_be_wrong];

fn an_op_of_your_own(draw: &mut Draw) -> Question {
    let (k, x, g) = (draw.one_of(&[2.0, 3.0, 4.0]), draw.one_of(&[0.1, 0.2, 0.4]), draw.one_of(&[1.0, 2.0, -3.0]));
    let right = g * slopes(&[x], |v| (v[0] * k).sin())[0];
    Question::number(
        format!(
            "You write the vjp of an op that computes y = sin({k} x). At x = {x} the gradient {g} arrives at y. What does the vjp send to x? (Angles are radians.)"
        ),
        right,
        2,
        "The incoming gradient times the slope: cos of the same angle, times the factor inside.",
        &[
            (right / k, "The factor inside comes out as well: the slope of sin(k x) is k cos(k x)."),
            (
                g * k * value(&[x], |v| v[0].cos()),
                "The factor stays inside, too: the slope is taken at k x, and not at x.",
            ),
            (right / g, "That is the slope alone. A vjp multiplies it by the gradient that arrives."),
        ],
    )
}

fn successes_in_a_row(draw: &mut Draw) -> Question {
    let (of, starts) = (draw.one_of(&[50.0, 100.0, 200.0]), draw.one_of(&[100.0, 200.0]));
    Question::number(
        format!(
            "On average a net fails from 1 of {of} random starts. With which probability do {starts} starts in a row succeed?"
        ),
        value(&[of], |v| (1.0 - v[0].reciprocal()).pow(starts)),
        2,
        "Each start succeeds with probability 1 - 1/n, and the probabilities of independent starts multiply. Successes in a row do not mean that it always succeeds.",
        &[
            (
                value(&[of], |v| 1.0 - v[0].reciprocal()),
                "That is the probability for one start. Those of independent starts multiply.",
            ),
            (starts / of, "That is how many failures to expect. A probability of success is something else."),
        ],
    )
}

fn where_a_gradient_can_be_wrong(_: &mut Draw) -> Question {
    Question::choice(
        "Nobody wrote a backward pass for this net: the tape walks back. Where can its gradient still be wrong?",
        [
            "In the vjp of an op",
            "The walk is the same for all programs and is tested once. Each op has a slope of its own, which somebody has written.",
        ],
        &[
            [
                "In the order of the walk, which depends on the net",
                "A node's operands are always recorded before it, so last recorded first is right for every net.",
            ],
            [
                "Nowhere at all",
                "The tape applies the ops' own slopes. If one of them is wrong, so is every gradient that passes through it.",
            ],
        ],
    )
}
