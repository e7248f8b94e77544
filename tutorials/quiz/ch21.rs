//! Chapter 21: overfitting, its remedies, and luck.

use super::value;
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[kept_units, the_luckiest_guesser, which_validation_digits];

fn kept_units(draw: &mut Draw) -> Question {
    let p = draw.one_of(&[0.2, 0.25, 0.4, 0.75, 0.8]);
    Question::number(
        format!(
            "Dropout leaves out each unit with probability {p}. By what are the others multiplied in training, so that nothing has to change in use?"
        ),
        value(&[p], |v| (1.0 - v[0]).reciprocal()),
        2,
        "A unit is kept with probability 1 - p. Multiplied by 1/(1 - p), its mean is what it is in use.",
        &[
            (
                1.0 - p,
                "That makes the signal weaker still. It is the factor for use, if nothing is multiplied in training.",
            ),
            (1.0 / p, "p is the probability of being left out. What counts is that of being kept."),
            (1.0, "Then the sums in training would be smaller than in use, since units are missing."),
        ],
    )
}

fn the_luckiest_guesser(draw: &mut Draw) -> Question {
    let nets = draw.one_of(&[40, 100, 200]);
    Question::choice(
        format!(
            "{nets} nets that only guess read 100 validation digits, and the best of them reads 17. How many of 100 new digits will it read?"
        ),
        [
            "About 10",
            "It was the luckiest, and luck does not come along. So choose on validation digits, and report test digits.",
        ],
        &[
            ["About 17", "Its 17 were chosen as the most of many guesses. New digits know nothing of that choice."],
            [
                "Clearly fewer than 10, since it has overfitted",
                "It has learned nothing from the validation digits, so it has nothing wrong from them either.",
            ],
        ],
    )
}

fn which_validation_digits(_: &mut Draw) -> Question {
    Question::choice(
        "A net reads 93.1% of the last 2,000 digits of the training file, and 88.7% of 2,000 that are drawn from all of it. Which number do you report?",
        [
            "88.7%",
            "Validation digits must be like those that the net will have to read, and the end of the file is not like the rest.",
        ],
        &[
            [
                "93.1%, since no training digit is among them",
                "None is among the others either. But the end of the file is easier than the rest.",
            ],
            [
                "The mean of the two",
                "One of them measures what you want to know. A mean with the other makes it worse.",
            ],
        ],
    )
}
