//! Chapter 16: batches, epochs, and counting what should have happened.

use super::value;
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[never_seen, one_update, a_share_of_a_softmax];

fn never_seen(draw: &mut Draw) -> Question {
    let batches = draw.one_of(&[300.0, 600.0, 900.0, 1200.0]);
    let (digits, batch) = (60_000.0, 100.0);
    let right = value(&[digits], |v| (1.0 - v[0].reciprocal()).pow(batches * batch));
    Question::number(
        format!(
            "{batches} batches of {batch} digits are drawn from {digits}, with replacement. Which share of the digits, from 0 to 1, has the net never seen?"
        ),
        right,
        2,
        "Each draw misses a digit with probability 1 - 1/n, and draws are independent. That is about e to the power of minus the number of epochs.",
        &[
            (1.0 - right, "That is the share it has seen."),
            (
                f64::max(0.0, 1.0 - batches * batch / digits),
                "That would be so without replacement, where no digit comes twice.",
            ),
        ],
    )
}

fn one_update(_: &mut Draw) -> Question {
    Question::choice(
        "A program draws 10,000 batches, and the net then reads 14% of the test digits. What do you count first?",
        [
            "The updates of a parameter",
            "There should be 10,000. If there is one, the step has slipped out of the loop.",
        ],
        &[
            [
                "The digits in the training file",
                "Fewer digits would still give far more than 14% after 10,000 updates.",
            ],
            [
                "The parameters",
                "Their number decides what the net can learn, and any of these nets learns more than that.",
            ],
            ["The batches that were drawn", "The program says that, and it does not say what was done with them."],
        ],
    )
}

fn a_share_of_a_softmax(_: &mut Draw) -> Question {
    Question::choice(
        "A net gives a digit the share 99.8% and is wrong. Is the softmax broken?",
        [
            "No: it makes shares of scores, and nobody has checked that they are right as probabilities",
            "Its shares add up to 1. Whether nine of ten answers with 90% are right is a measurement.",
        ],
        &[
            [
                "Yes: 99.8% sure means wrong twice in a thousand",
                "That would have to be measured. A softmax only divides what the scores say.",
            ],
            [
                "No, the digit must be mislabelled",
                "Some are, but a net is also surely wrong on digits with the right label.",
            ],
        ],
    )
}
