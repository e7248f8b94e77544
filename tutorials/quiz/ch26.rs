//! Chapter 26: second derivatives, and what they are good for.

use super::slopes;
use frame::{Ask, Draw, Question};
use gradus::derivatives::hessian;

pub const QUESTIONS: &[Ask] = &[a_mixed_derivative, a_step_of_newton, a_saddle];

fn a_mixed_derivative(draw: &mut Draw) -> Question {
    let (x, y) = (draw.one_of(&[1.0, 2.0, 3.0]), draw.one_of(&[1.0, 2.0, 3.0]));
    let second = hessian(|v| v[0] * v[0] * v[1] * v[1] * v[1], &[x, y]);
    let first = slopes(&[x, y], |v| v[0] * v[0] * v[1] * v[1] * v[1]);
    Question::number(
        format!("f(x, y) = x² y³ at x = {x}, y = {y}. What is the number of its Hessian off the diagonal, ∂²f/∂x∂y?"),
        second[[0, 1]],
        0,
        "Take the derivative with respect to x, 2 x y³, and of that the derivative with respect to y: 6 x y².",
        &[
            (second[[0, 0]], "That stands on the diagonal: both derivatives with respect to x."),
            (second[[1, 1]], "That stands on the diagonal: both derivatives with respect to y."),
            (first[0] * first[1], "A derivative of a derivative is no product of two first derivatives."),
        ],
    )
}

fn a_step_of_newton(draw: &mut Draw) -> Question {
    let (x, power) = (draw.one_of(&[2.0, 3.0, 1.5]), draw.one_of(&[3.0, 4.0, 6.0]));
    let slope = slopes(&[x], |v| v[0].pow(power))[0];
    let curvature = hessian(|v| v[0].pow(power), &[x])[[0, 0]];
    Question::number(
        format!(
            "Newton's method looks for a place where the slope of x to the power of {power} is 0. It stands at x = {x}. Where is it after one step?"
        ),
        x - slope / curvature,
        2,
        "The step is minus the slope over the curvature: it goes to where a parabola with this slope and this curvature is level.",
        &[
            (x + slope / curvature, "The sign is wrong: the step goes against the slope."),
            (x - slope, "That is a step of descent with the rate 1. Newton's method divides by the curvature."),
            (x - x.powf(power) / slope, "That looks for a place where the function is 0. Here its slope is to be 0."),
        ],
    )
}

fn a_saddle(_: &mut Draw) -> Question {
    Question::choice(
        "Where the gradient is 0 the Hessian is [2 2.7; 2.7 2]. What kind of place is it?",
        ["A saddle", "Its eigenvalues are 2 - 2.7 and 2 + 2.7: along one diagonal the ground falls away."],
        &[
            [
                "A minimum, since both numbers on the diagonal are positive",
                "These are the curvatures along the axes. Along a diagonal it is 2 - 2.7, below 0.",
            ],
            ["A minimum, since Newton's method ends there", "It ends on level ground of any kind."],
        ],
    )
}
