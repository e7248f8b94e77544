//! Chapter 23: predicting letters, and attention.

use super::value;
use frame::{Ask, Draw, Question};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[before_training, one_head, how_to_hide];

fn before_training(draw: &mut Draw) -> Question {
    let symbols = draw.one_of(&[20_usize, 27, 50, 65]);
    let tape = Tape::<f64>::new();
    let scores = tape.input(ndarray::Array2::zeros((1, symbols)));
    let right = scores.softmax_cross_entropy(tape.input([0.0])).item();
    Question::number(
        format!(
            "A net is to predict the next of {symbols} symbols. Before any training all symbols are alike for it. What is its loss, in nats?"
        ),
        right,
        2,
        "Each symbol has the share 1/n, and -ln(1/n) is ln n. A first loss far from that is a mistake in the loss or in the start.",
        &[
            (right / value(&[2.0], |v| v[0].ln()), "That is in bits. Nats take the natural logarithm."),
            (1.0 / symbols as f64, "That is the share of the right symbol. The loss is minus its logarithm."),
            (-right, "A share below 1 has a negative logarithm, and the loss is minus that."),
        ],
    )
}

fn one_head(draw: &mut Draw) -> Question {
    let (s1, s2) = (draw.one_of(&[0.0, 1.0]), draw.one_of(&[2.0, 3.0, -1.0]));
    let (v1, v2) = (draw.one_of(&[4.0, 10.0, -2.0]), draw.one_of(&[1.0, 6.0, 8.0]));
    let tape = Tape::<f64>::new();
    let (scores, values) = (tape.input([s1, s2]), tape.input([v1, v2]));
    Question::number(
        format!(
            "A head of attention has the scores {s1} and {s2} for two places, whose values are {v1} and {v2}. What is its result?"
        ),
        (scores.softmax(0) * values).sum().item(),
        2,
        "The mean of the values, weighted by the softmax of the scores.",
        &[
            ((scores * values).sum().item(), "Scores become shares first, by a softmax."),
            (values.mean().item(), "That would be so for equal scores."),
            (f64::max(s1, s2), "A score says how much a place counts. The result is made of the values."),
            (
                if s1 > s2 { v1 } else { v2 },
                "The place with the larger score counts more, but the other counts as well.",
            ),
        ],
    )
}

fn how_to_hide(_: &mut Draw) -> Question {
    Question::choice(
        "How does attention hide later places from each place?",
        [
            "Their scores become minus infinity, before the softmax",
            "Then their shares are exactly 0, and the others add up to 1.",
        ],
        &[
            [
                "Their scores become 0, before the softmax",
                "A score of 0 hides nothing: e⁰ is 1, and takes its share like any other score.",
            ],
            [
                "Their shares become 0, after the softmax",
                "Then the rest no longer adds up to 1: the sum that it was divided by includes the hidden scores.",
            ],
            ["Their values become 0", "They would still take their shares, and make the result smaller."],
        ],
    )
}
