//! Chapter 6: slopes by nudging.

use super::{slopes, value};
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[a_central_difference, a_finer_step, a_slope_of_the_step];

fn a_central_difference(draw: &mut Draw) -> Question {
    let (x, h) = (draw.one_of(&[1.0, 2.0, 3.0, -1.0]), draw.one_of(&[0.5, 1.0, 2.0]));
    let f = |x: f64| value(&[x], |v| v[0] * v[0] * v[0]);
    Question::number(
        format!("f(x) = x³ at x = {x}, and the step is {h}. What does the central difference say about the slope?"),
        (f(x + h) - f(x - h)) / (2.0 * h),
        2,
        "It is (f(x + h) - f(x - h)) / (2 h). For x³ that is the slope plus h².",
        &[
            (
                (f(x + h) - f(x)) / h,
                "That is the difference to one side. A central one takes a step up and a step down.",
            ),
            ((f(x + h) - f(x - h)) / h, "The two points are 2 h apart, not h."),
            (
                slopes(&[x], |v| v[0] * v[0] * v[0])[0],
                "That is the slope itself. With a step of this size the difference is not the slope.",
            ),
        ],
    )
}

fn a_finer_step(_: &mut Draw) -> Question {
    Question::choice(
        "The step of a central difference becomes ten times finer. By which factor does its error fall, as long as rounding does not matter?",
        ["100", "The error begins with h² times the third derivative."],
        &[
            [
                "10",
                "That is so for a difference to one side, whose error begins with h. To both sides that term cancels.",
            ],
            ["1000", "The difference of the two values has a term with h³, but it is divided by the step."],
            [
                "It does not fall",
                "Only a mistake stays the same whatever the step. An error of the measurement depends on it.",
            ],
        ],
    )
}

fn a_slope_of_the_step(_: &mut Draw) -> Question {
    Question::choice(
        "You measure a slope of 25000 where you expect 6. Which measurement says whether the function or the measuring is to blame?",
        [
            "The same with a step ten times larger",
            "A slope belongs to the function. If it changes with the step as much as here, the array cannot hold so small a step.",
        ],
        &[
            [
                "The same with another seed",
                "Another seed is another function, so its slope says nothing about this one.",
            ],
            [
                "The same twice more, and the mean",
                "The same step gives the same number each time: the error is not random.",
            ],
        ],
    )
}
