//! Chapter 24: what is in a file, and what belongs into a checkpoint.

use frame::{Ask, Draw, Question};
use gradus::nn::{Init, Linear, Parameters};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[bytes_of_a_layer, did_resuming_work, without_the_moments];

fn bytes_of_a_layer(draw: &mut Draw) -> Question {
    let (inputs, outputs) = (draw.one_of(&[20_usize, 50, 100]), draw.one_of(&[5_usize, 10, 30]));
    let layer = Linear::<f32>::new("layer", inputs, outputs, Init::Zeros, Init::Zeros, &mut seeded(1));
    let of_number = size_of::<f32>() as f64;
    let numbers = layer.parameter_count() as f64;
    Question::number(
        format!(
            "A fully connected layer with {inputs} inputs and {outputs} outputs is written to a file as f32. How many bytes do its numbers take, without the header?"
        ),
        numbers * of_number,
        0,
        "Four bytes for each number: the weights and the biases.",
        &[
            (numbers, "That is how many numbers there are. Each f32 takes four bytes."),
            (numbers * size_of::<f64>() as f64, "Eight bytes are those of an f64."),
            (layer.weights.value().len() as f64 * of_number, "The biases are missing."),
        ],
    )
}

fn did_resuming_work(_: &mut Draw) -> Question {
    Question::choice(
        "A killed training run is resumed from a file, and in the end reads exactly as many test digits as the run that was never killed. Did resuming work?",
        [
            "That cannot be said from an accuracy. Compare the bits of all parameters",
            "Two different nets can read equally many digits. With everything restored not a single bit of the parameters differs.",
        ],
        &[
            [
                "Yes, since it reads as many",
                "Something may be missing in the file, and the count be the same by chance. An accuracy says little about the parameters.",
            ],
            [
                "No, since rounding makes a resumed run a little different",
                "The same numbers and the same operations are rounded in the same way, so a run with everything restored is the same run.",
            ],
        ],
    )
}

fn without_the_moments(_: &mut Draw) -> Question {
    Question::choice(
        "A run with Adam goes on without Adam's two means, which start at 0 again. What do the first steps do?",
        [
            "They move each weight by about a whole rate, even one that had settled",
            "Adam divides by the usual size of the gradient. Without a past that is the present size.",
        ],
        &[
            [
                "They hardly move anything, since the means are 0",
                "The means are corrected for their start: after one step they are g and g².",
            ],
            [
                "The same as before, since the parameters are the same",
                "The step depends on the means as well as on the parameters.",
            ],
        ],
    )
}
