//! Chapter 7: gradients and descent.

use super::slopes;
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[two_steps_down, level_ground, what_a_component_says];

fn two_steps_down(draw: &mut Draw) -> Question {
    let (curvature, rate) = (draw.one_of(&[2.0, 3.0, 4.0, 6.0]), draw.one_of(&[0.1, 0.2, 0.4]));
    let start = draw.one_of(&[1.0, 2.0, 5.0, 10.0]);
    let walk = |steps: usize, rate: f64| {
        (0..steps).fold(start, |x, _| x - rate * slopes(&[x], |v| v[0] * v[0] * (curvature / 2.0))[0])
    };
    Question::number(
        format!(
            "Descent on f(x) = {curvature} x²/2 starts at x = {start}. The rate is {rate}. Where is x after two steps?"
        ),
        walk(2, rate),
        2,
        "The slope is the curvature times x, so each step multiplies x by 1 - rate · curvature.",
        &[
            (walk(2, -rate), "That goes uphill: a step is the rate times the slope, subtracted."),
            (walk(1, rate), "That is after one step. The second begins there, with the slope there."),
            (walk(2, rate / curvature), "The slope of this function is the curvature times x, not x alone."),
            (
                walk(1, 2.0 * rate),
                "Both steps with the slope of the start: the slope has to be taken anew after the first.",
            ),
        ],
    )
}

fn level_ground(_: &mut Draw) -> Question {
    Question::choice(
        "The gradient is (0, 0). What do you know about this place?",
        [
            "It is level ground, and no more",
            "Minimum, maximum and saddle all have this gradient. The curvature tells them apart, along every direction and not only along the axes.",
        ],
        &[
            ["It is a minimum", "A saddle has the gradient (0, 0) as well, and the ground falls away to two sides."],
            [
                "The function is constant there",
                "Then the curvature would be 0, too. The gradient alone does not say that.",
            ],
        ],
    )
}

fn what_a_component_says(_: &mut Draw) -> Question {
    Question::choice(
        "A gradient has the components 3.2 for the first weight and 0.1 for the second. What follows?",
        [
            "The same small change of the first weight changes the cost more",
            "That is all a component says: how fast the cost changes with this weight, from here.",
        ],
        &[
            ["The first weight is larger", "A component is about a change of the weight, not about its size."],
            [
                "The first weight contributes more to the answer",
                "A weight near 0 contributes little and may still have a large slope.",
            ],
        ],
    )
}
