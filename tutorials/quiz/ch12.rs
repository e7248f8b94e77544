//! Chapter 12: layers as blocks, and what blocks cannot show alone.

use frame::{Ask, Draw, Question};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[slope_of_a_score, blocks_alone, a_loss_that_stays];

fn slope_of_a_score(draw: &mut Draw) -> Question {
    let (p, samples) = (draw.one_of(&[0.2, 0.3, 0.6, 0.7, 0.8, 0.9]), draw.one_of(&[10_usize, 20, 50]));
    let tape = Tape::<f64>::new();
    // Two classes, whose scores give the right one this share in every sample.
    let scores = ndarray::Array2::from_shape_fn(
        (samples, 2),
        |(_, class)| if class == 0 { f64::ln(p) } else { f64::ln(1.0 - p) },
    );
    let scores = tape.var(scores);
    let gradients = scores.softmax_cross_entropy(tape.input(ndarray::Array1::zeros(samples))).backward();
    let right = gradients.wrt(scores).value()[[0, 0]];
    let all = samples as f64;
    Question::number(
        format!(
            "A softmax gives the right class the share {p}. The loss is the cross-entropy, a mean over {samples} samples. What is the slope of the loss with respect to this class's score?"
        ),
        right,
        4,
        "p - t, divided by the number of samples; t is 1 for the right class.",
        &[
            (right * all, "The loss is a mean: one sample's score moves it less, by the number of samples."),
            (-right, "The sign is wrong: a larger score of the right class makes the loss smaller."),
            (p / all, "That would be so for a wrong class. For the right one the target 1 is subtracted."),
        ],
    )
}

fn blocks_alone(_: &mut Draw) -> Question {
    Question::choice(
        "Each block of a net passes a gradient check by itself. Is the gradient of the net right?",
        [
            "Not necessarily",
            "A block may spoil an array that another one needs, or overwrite the slope of its own first use. That shows only where something is used twice.",
        ],
        &[
            [
                "Yes, by the chain rule",
                "The chain rule joins slopes. It cannot know that a block has changed an array behind another one's back.",
            ],
            [
                "Nothing can be said without training",
                "Training shows it least of all: nets with wrong slopes look like nets that need a little more time.",
            ],
        ],
    )
}

fn a_loss_that_stays(_: &mut Draw) -> Question {
    Question::choice(
        "In 300 steps the loss hardly changes, while the parameters move ten times as far as those of other nets. What do you suspect?",
        [
            "The layers use other arrays than those that move",
            "A step that makes a new array under the old name leaves the layers with the old one.",
        ],
        &[
            ["The rate is too small", "Then the parameters would move little, and here they move far."],
            ["The net is in a minimum", "There the gradient is 0, and the parameters would rest."],
        ],
    )
}
