//! Chapter 18: a loss that is measured right, and a step of Adam.

use super::value;
use frame::{Ask, Draw, Question};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[first_step_of_adam, batches_of_two_sizes, surer_of_mistakes];

/// How far the first step of Adam moves a weight with this gradient.
fn first_step(rate: f64, gradient: f64) -> f64 {
    let weights = vec![Param::new("w", ndarray::arr0(0.0))];
    let tape = Tape::<f64>::new();
    let loss = tape.param(&weights[0]) * gradient;
    match Adam::new(rate).step(&weights, &loss.backward()) {
        Ok(()) => weights[0].value().sum(),
        Err(_) => f64::NAN,
    }
}

fn first_step_of_adam(draw: &mut Draw) -> Question {
    let (rate, gradient) = (draw.one_of(&[0.01, 0.02, 0.05]), draw.one_of(&[-20.0, 0.2, 3.0, 50.0]));
    let right = first_step(rate, gradient);
    // β1 = 0.9 and β2 = 0.999: the means after one step, as they are before the correction.
    let uncorrected = value(&[gradient], |v| v[0] * 0.1 / (v[0].square() * 0.001).sqrt() * -rate);
    Question::number(
        format!(
            "The first step of Adam has the rate {rate} (β1 = 0.9, β2 = 0.999). A weight has the gradient {gradient}. What is added to the weight?"
        ),
        right,
        3,
        "After the correction the means are g and g², and g/√g² is 1 or -1: the first step is one rate long, against the gradient.",
        &[
            (-rate * gradient, "That is the step of descent. Adam divides by the usual size of the gradient."),
            (-right, "The sign is wrong: the step goes against the gradient."),
            (uncorrected, "The means start at 0 and are too small at first, so Adam divides each by 1 - β."),
        ],
    )
}

fn batches_of_two_sizes(draw: &mut Draw) -> Question {
    let (full, rest) = (draw.one_of(&[60.0, 80.0, 90.0]), draw.one_of(&[10.0, 20.0, 40.0]));
    let (loss, last) = (draw.one_of(&[0.2, 0.4]), draw.one_of(&[1.0, 2.0, 0.8]));
    let mean = |full: f64, rest: f64| value(&[full, rest], |v| (v[0] * loss + v[1] * last) / (v[0] + v[1]));
    Question::number(
        format!(
            "A batch of {full} digits has the mean loss {loss}, another of {rest} digits the mean loss {last}. What is the mean loss of all digits?"
        ),
        mean(full, rest),
        3,
        "Each mean counts with the number of its digits.",
        &[
            (
                mean(1.0, 1.0),
                "That is the mean of the two means, in which a digit of the smaller batch counts more than one of the larger.",
            ),
            (loss + last, "That is the sum of the means, which grows with the number of batches."),
        ],
    )
}

fn surer_of_mistakes(_: &mut Draw) -> Question {
    Question::choice(
        "From epoch 4 to 10 the test loss rises by two fifths, and the accuracy stays the same. How can that be?",
        [
            "The net becomes surer of the digits that it misreads",
            "The loss counts how sure it is, the accuracy only whether it is right.",
        ],
        &[
            [
                "The loss is computed wrong: the two must move together",
                "They measure different things. A digit that is misread with 60% or with 99% is one mistake.",
            ],
            [
                "It misreads other digits than before",
                "That leaves the accuracy as it is, but does not raise the loss by itself.",
            ],
        ],
    )
}
