//! Chapter 22: convolutions, their parameters and their gradients.

use frame::{Ask, Draw, Question};
use gradus::nn::{Conv2d, Init, Parameters};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[parameters_of_a_convolution, gradient_of_a_shared_weight, a_digit_moved];

fn parameters_of_a_convolution(draw: &mut Draw) -> Question {
    let (maps, kernels, side) =
        (draw.one_of(&[3_usize, 4, 12]), draw.one_of(&[6_usize, 8, 24]), draw.one_of(&[3_usize, 5]));
    let count = |maps: usize| {
        Conv2d::<f64>::new("layer", maps, kernels, side, Init::Zeros, &mut seeded(1)).parameter_count() as f64
    };
    Question::number(
        format!(
            "A convolution makes {kernels} maps from {maps} maps, with square kernels of side {side} and a bias for each new map. How many parameters does it have?"
        ),
        count(maps),
        0,
        "Each kernel has a window for each of the maps that it looks at, and one bias.",
        &[
            (count(1), "A kernel looks at all maps, and has a window of weights for each."),
            (count(maps) - kernels as f64, "The biases are missing: one for each new map."),
            (
                count(maps) + (maps * kernels - kernels) as f64,
                "There is one bias for each new map, not for each pair of maps.",
            ),
        ],
    )
}

fn gradient_of_a_shared_weight(draw: &mut Draw) -> Question {
    let row: [f64; 4] = std::array::from_fn(|_| draw.one_of(&[-2.0, 1.0, 2.0, 3.0, 4.0]));
    let tape = Tape::<f64>::new();
    let (image, kernel) = (tape.input([row]), tape.var([[1.0, -1.0]]));
    let image = image.reshape([1, 1, 1, 4]);
    let loss = image.conv2d_with(kernel.reshape([1, 1, 1, 2]), None, gradus::Conv::default()).sum();
    let right = loss.backward().wrt(kernel).value()[[0, 0]];
    let [a, b, c, d] = row;
    Question::number(
        format!(
            "A kernel with two weights (w1, w2) slides over the row {a}, {b}, {c}, {d}, and the loss is the sum of the three results. What is the slope of the loss with respect to w1?"
        ),
        right,
        2,
        "w1 is used at three places. Copying forward is summing backward: the sum of the pixels that it meets.",
        &[
            (right / 3.0, "The shares of the places add up; they are not averaged."),
            (a, "That is the share of the first place. The weight is used at three."),
            (right + d, "w1 never meets the last pixel: there is no room for w2 beyond it."),
        ],
    )
}

fn a_digit_moved(_: &mut Draw) -> Question {
    Question::choice(
        "A convolution moves with the digit. Does a convolutional net read a digit wherever it stands?",
        [
            "No: it reads far fewer when all are moved by four pixels",
            "The maps move along, but the last layer has a weight for each place and has seen digits only in the middle.",
        ],
        &[
            [
                "Yes, a kernel finds its pattern anywhere",
                "It does. What is made of the places is up to the layers behind it.",
            ],
            ["Yes, pooling takes the place away", "A window of two pixels forgives a pixel or so, not four."],
        ],
    )
}
