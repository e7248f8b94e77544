//! Chapter 20: what each layer does to signals and gradients.

use super::{slopes, value};
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[factor_of_a_layer, five_sigmoids, tiny_everywhere];

fn factor_of_a_layer(draw: &mut Draw) -> Question {
    let (units, spread) = (draw.one_of(&[18.0, 50.0, 128.0, 200.0]), draw.one_of(&[0.02, 0.05, 0.1, 0.3]));
    Question::number(
        format!(
            "Layers of {units} ReLUs have weights that spread by {spread}. By which factor does one more layer multiply the size of the gradient?"
        ),
        value(&[units], |v| (v[0] * 0.5).sqrt() * spread),
        2,
        "The variance of a sum is the number of its terms times that of a term, and a ReLU lets half of it through: spread · √(n/2).",
        &[
            (value(&[units], |v| v[0].sqrt() * spread), "A ReLU lets only half of the variance through."),
            (value(&[units], |v| v[0] * 0.5 * spread), "Variances add up, and spreads do not: take the root of n/2."),
        ],
    )
}

fn five_sigmoids(draw: &mut Draw) -> Question {
    let layers = draw.one_of(&[3, 4, 5]);
    let through = |layers: i32| slopes(&[0.0], |v| v[0].sigmoid())[0].powi(layers);
    Question::number(
        format!(
            "{layers} sigmoids stand one behind the other, with weights of 1 between them. Which part of a gradient do they let through at most?"
        ),
        through(layers),
        4,
        "A sigmoid passes on at most 1/4, and slopes along a path multiply.",
        &[
            (through(1), "That is what one of them passes on at most. Slopes along a path multiply."),
            (through(1) * f64::from(layers), "Slopes along a path multiply. They add up only where paths meet."),
            (0.5_f64.powi(layers), "One half is the answer of a sigmoid at 0. Its slope there is a (1 - a)."),
        ],
    )
}

fn tiny_everywhere(_: &mut Draw) -> Question {
    Question::choice(
        "In a deep net with small weights the gradient of the weights is tiny in every layer, not only in the first. Why?",
        [
            "It is the product of a signal that shrinks upwards and a slope that shrinks downwards",
            "Where one of the two is large, the other is small, so the product is small in every layer.",
        ],
        &[
            ["The loss is nearly at its minimum", "The net knows nothing yet: its loss is that of a guess, ln 10."],
            [
                "The walk back loses digits from layer to layer",
                "Rounding is far smaller than that. Each gradient is right, and tiny.",
            ],
        ],
    )
}
