//! Chapter 11: shapes, and the way back of a copy.

use frame::{Ask, Draw, Question};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[back_to_a_bias, a_column_minus_a_row, back_through_a_mean];

fn back_to_a_bias(draw: &mut Draw) -> Question {
    let arriving: [f64; 4] = std::array::from_fn(|_| draw.one_of(&[-2.0, 1.0, 2.0, 3.0, 5.0]));
    let tape = Tape::<f64>::new();
    let (bias, x) = (tape.var([0.0; 3]), tape.input([[0.0; 3]; 4]));
    // The slopes that arrive at the sum, the same for each unit.
    let weights = tape.input(arriving.map(|slope| [slope; 3]));
    let gradients = ((x + bias) * weights).sum().backward();
    let right = gradients.wrt(bias).value()[[0]];
    let [first, second, third, fourth] = arriving;
    Question::number(
        format!(
            "A bias of shape [3] is added to an array of shape [4, 3]: 4 samples, 3 units. At unit 0 the slopes {first}, {second}, {third} and {fourth} arrive. What does the bias of \
             unit 0 get?"
        ),
        right,
        2,
        "The bias was copied to four samples. What comes back to the copies adds up.",
        &[
            (
                right / 4.0,
                "If the loss is a mean over samples, its 1/n is in the slopes already. Dividing again would be wrong.",
            ),
            (fourth, "That is what one copy gets. All four copies are the same bias."),
            (right * 3.0, "Each unit has a bias of its own: the sum is over samples only."),
        ],
    )
}

fn a_column_minus_a_row(draw: &mut Draw) -> Question {
    let n = draw.one_of(&[8_usize, 20, 50]);
    let tape = Tape::<f64>::new();
    let (y, t) = (tape.input(ndarray::Array2::zeros((n, 1))), tape.input(ndarray::Array1::zeros(n)));
    let shape = (y - t).shape();
    Question::choice(
        format!("The answers y have the shape [{n}, 1], the targets t the shape [{}]. What is y - t?", t.value().len()),
        [
            &format!("An array of shape {shape}"),
            "Shapes are compared from the last axis on, and an axis of length 1 is stretched. Each answer is compared with each target.",
        ],
        &[
            [
                &format!("An array of shape [{n}, 1]"),
                "The only axis of t is compared with the last axis of y, which has length 1 and is stretched.",
            ],
            [&format!("An array of shape [{n}]"), "y keeps both its axes; t gets another one in front."],
            [
                "A mistake that is refused",
                "Both arrays can be stretched to fit, so nothing is refused. The loss even falls: print the shape.",
            ],
        ],
    )
}

fn back_through_a_mean(draw: &mut Draw) -> Question {
    let (n, g) = (draw.one_of(&[4_usize, 5, 8, 10]), draw.one_of(&[1.0, 2.0, 3.0, 6.0]));
    let tape = Tape::<f64>::new();
    let x = tape.var(ndarray::Array1::zeros(n));
    let gradients = (x.mean() * g).backward();
    Question::number(
        format!(
            "m is the mean of {n} numbers, and the gradient {g} arrives at m. What arrives at each of the numbers?"
        ),
        gradients.wrt(x).value()[[0]],
        2,
        "The way back of a mean is a copy, divided by the number of elements.",
        &[
            (g, "That is the way back of a sum. A mean divides by the number of elements, forward and back."),
            (g * n as f64, "A nudge of one number moves the mean by less than itself, not by more."),
        ],
    )
}
