//! Chapter 17: counting parameters, and what accuracies do not say.

use frame::{Ask, Draw, Question};
use gradus::nn::{Init, Linear, Parameters};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[count_the_parameters, shuffled_pixels, all_training_digits];

fn count_the_parameters(draw: &mut Draw) -> Question {
    let (inputs, first, second) =
        (draw.one_of(&[20_usize, 50, 100]), draw.one_of(&[5_usize, 8, 12]), draw.one_of(&[4_usize, 6, 10]));
    let layers = [(inputs, first), (first, second)]
        .map(|(from, to)| Linear::<f64>::new("layer", from, to, Init::Zeros, Init::Zeros, &mut seeded(1)));
    let all = layers.iter().map(Parameters::parameter_count).sum::<usize>() as f64;
    let weights = layers.iter().map(|layer| layer.weights.value().len()).sum::<usize>() as f64;
    Question::number(
        format!(
            "How many parameters does a fully connected net with {inputs} inputs, {first} hidden units and {second} outputs have?"
        ),
        all,
        0,
        "Each unit has a weight for each of its inputs, and a bias.",
        &[
            (weights, "The biases are missing: one for each unit that computes something."),
            (all + inputs as f64, "Inputs compute nothing, so they have no bias."),
            (all - second as f64, "The units of the last layer have biases, too."),
        ],
    )
}

fn shuffled_pixels(_: &mut Draw) -> Question {
    Question::choice(
        "The pixels of all images are shuffled by the same rule, before training and after. What does a fully connected net lose?",
        [
            "Nothing at all",
            "A sum does not depend on the order of its terms: the net with shuffled rows of first weights does the same.",
        ],
        &[
            [
                "Nearly everything: nobody can read such digits",
                "We cannot. The net never knew which pixels are neighbours.",
            ],
            [
                "A few percent, since neighbours are no longer together",
                "That is so for a convolution. A fully connected unit treats all pairs of pixels alike.",
            ],
        ],
    )
}

fn all_training_digits(_: &mut Draw) -> Question {
    Question::choice(
        "A net reads 100% of its 2,000 training digits. What has it learned?",
        [
            "That cannot be said from this number",
            "With random labels it reads 100% of them, too, and of new digits only as many as a guess.",
        ],
        &[
            ["To read digits", "With random labels there is nothing to learn, and it reads 100% as well."],
            [
                "The training digits by heart, and nothing else",
                "With true labels it reads most new digits, so it has learned more. This number does not tell the two apart.",
            ],
        ],
    )
}
