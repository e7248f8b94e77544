//! Chapter 5: what a loss sends back.

use super::{slopes, value};
use frame::{Ask, Draw, Question};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[what_arrives_at_the_score, two_costs_of_one_name, slope_of_an_accuracy];

fn what_arrives_at_the_score(draw: &mut Draw) -> Question {
    let p = draw.one_of(&[0.05, 0.1, 0.2, 0.7]);
    let score = value(&[p], |v| (v[0] / (1.0 - v[0])).ln());
    Question::number(
        format!(
            "A sigmoid says p = {p}, and the truth is 1. The loss is -ln p. What is the slope of the loss with respect to the score that goes into the sigmoid?"
        ),
        slopes(&[score], |v| -v[0].sigmoid().ln())[0],
        2,
        "The slope is p - 1: the slope -1/p of the loss times the slope p (1 - p) of the sigmoid.",
        &[
            (
                slopes(&[p], |v| -v[0].ln())[0],
                "That is the slope with respect to p. It still has to pass through the sigmoid, whose slope is p (1 - p).",
            ),
            (
                slopes(&[score], |v| (v[0].sigmoid() - 1.0).square() * 0.5)[0],
                "That belongs to the square (p - 1)²/2. With -ln p the factor p (1 - p) cancels.",
            ),
            (
                -slopes(&[score], |v| -v[0].sigmoid().ln())[0],
                "The sign is wrong: a larger score makes this loss smaller.",
            ),
        ],
    )
}

fn two_costs_of_one_name(draw: &mut Draw) -> Question {
    let (outputs, rate) = (draw.one_of(&[3_usize, 4, 8, 10, 20]), draw.one_of(&[0.1, 0.2, 0.5]));
    let tape = Tape::<f64>::new();
    let errors = tape.var(ndarray::Array1::from_elem(outputs, 0.3));
    let slope = |cost: Var<f64>| cost.backward().wrt(errors).value()[[0]];
    let (of_a, of_b) = (slope(errors.square().sum() * 0.5), slope(errors.square().mean()));
    Question::number(
        format!(
            "Program A uses the cost 1/(2n) Σ|a - y|² over n samples, program B the mean of all squares (a - y)². The net has {outputs} outputs, and A trains well at the rate {rate}. \
             Which rate gives B the same steps?"
        ),
        rate * of_a / of_b,
        2,
        "B divides by the number of outputs where A divides by 2, so its rate must be half the number of outputs times as large.",
        &[
            (
                rate,
                "Both are called MSE, and their gradients differ: one divides by 2, the other by the number of outputs.",
            ),
            (rate * of_b / of_a, "The other way round: a smaller gradient needs a larger rate."),
            (rate * outputs as f64, "A divides too: its sum over the outputs is halved."),
        ],
    )
}

fn slope_of_an_accuracy(_: &mut Draw) -> Question {
    Question::choice(
        "We want a high accuracy. Why does training not follow the slope of the accuracy?",
        [
            "Its slope is 0 wherever it has one",
            "Accuracy is a staircase: a small nudge of a weight changes no answer, so it says nothing about the direction.",
        ],
        &[
            [
                "Its slopes are small, since it lies between 0 and 1",
                "A small slope could be made up for by the rate. A slope of 0 cannot.",
            ],
            [
                "It can only be computed for all samples together",
                "It is a count, and one can count in a batch as well.",
            ],
        ],
    )
}
