//! Chapter 14: the four equations, on the tape.

use super::{slopes, value};
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[delta_of_the_last_layer, delta_on_the_tape, products_on_the_way_back];

fn delta_of_the_last_layer(draw: &mut Draw) -> Question {
    let (a, y) = (draw.one_of(&[0.2, 0.3, 0.6, 0.7, 0.8]), draw.one_of(&[0.0, 1.0]));
    let z = value(&[a], |v| (v[0] / (1.0 - v[0])).ln());
    let right = slopes(&[z], |v| (v[0].sigmoid() - y).square() * 0.5)[0];
    Question::number(
        format!(
            "A unit of the last layer has the activation a = σ(z) = {a}, and its target is y = {y}. The cost of the sample is (a - y)²/2. What is its error δ?"
        ),
        right,
        3,
        "δ is the slope of the cost with respect to z: a - y, times the slope a (1 - a) of the sigmoid.",
        &[
            (
                slopes(&[a], |v| (v[0] - y).square() * 0.5)[0],
                "That is the slope with respect to a. δ belongs to z, one sigmoid further back.",
            ),
            (-right, "The sign is wrong: it is a - y, and not y - a."),
            (
                value(&[a], |v| v[0] * (1.0 - v[0])),
                "That is the slope of the sigmoid alone. It is multiplied by a - y.",
            ),
        ],
    )
}

fn delta_on_the_tape(draw: &mut Draw) -> Question {
    let (delta, batch) = (draw.one_of(&[0.12, -0.2, 0.3, 0.24]), draw.one_of(&[5.0, 10.0, 20.0]));
    // A cost whose slope with respect to one sample's z is the error, in a mean over the batch.
    let right = slopes(&[0.0], |v| v[0] * delta / batch)[0];
    Question::number(
        format!(
            "A book's error δ of one sample is {delta}. The cost on the tape is the mean over a batch of {batch} samples. Which slope with respect to this sample's z is on the tape?"
        ),
        right,
        3,
        "In a mean each sample counts by one over the number of samples, and so does its error.",
        &[
            (delta, "That is the error of one sample's own cost. The tape's cost is a mean."),
            (delta * batch, "A sample moves a mean by less than its own cost, not by more."),
        ],
    )
}

fn products_on_the_way_back(draw: &mut Draw) -> Question {
    let layers = draw.one_of(&[2, 3, 4]);
    let (right, twice) = (2 * layers - 1, 2 * layers);
    Question::choice(
        format!(
            "The forward pass of a net with {layers} layers takes one matrix product for each. How many does the backward pass need?"
        ),
        [
            &format!("{right} products"),
            "Each layer needs one product for its weights and one for the layer below, but nobody asks for the slope of a pixel.",
        ],
        &[
            [&format!("{twice} products"), "The first layer needs only one: nobody asks for the slope of a pixel."],
            [
                &format!("{layers} products"),
                "A layer has two operands, and both want a gradient: its weights and what comes from below.",
            ],
        ],
    )
}
