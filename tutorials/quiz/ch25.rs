//! Chapter 25: dual numbers, and which mode is cheap.

use frame::{Ask, Draw, Question};
use gradus::Dual;

pub const QUESTIONS: &[Ask] = &[a_cube_of_a_dual, which_mode, what_fools_duals];

fn a_cube_of_a_dual(draw: &mut Draw) -> Question {
    let (a, b) = (draw.one_of(&[2.0, 3.0, 4.0, -2.0]), draw.one_of(&[2.0, 3.0, 5.0]));
    let x = Dual::new(a, b);
    let cube = x * x * x;
    let slope = Dual::variable(a) * Dual::variable(a) * Dual::variable(a);
    Question::number(
        format!("x is the dual number {a} + {b}ε. What stands before ε in x³?"),
        cube.tangent,
        0,
        "ε² is dropped, so what is left is the slope 3a² times what stands before ε in x.",
        &[
            (slope.tangent, "That is the slope of x³. x moves at a rate of its own, and the two multiply."),
            (b * b * b, "b³ stands before ε³, which is dropped."),
            (cube.value, "That is the value. The slope stands before ε."),
        ],
    )
}

fn which_mode(draw: &mut Draw) -> Question {
    let many = draw.one_of(&[200, 500, 1000]);
    let inputs_are_many = draw.one_of(&[true, false]);
    let forward =
        ["Forward mode", "One run forward gives a column of the Jacobian: all slopes with respect to one input."];
    let reverse = [
        "Reverse mode",
        "One walk back gives a row of the Jacobian: the slopes of one result with respect to all inputs.",
    ];
    let both = [
        "Both cost the same",
        "The shape of the Jacobian decides: one of them needs a single pass, the other one for each number.",
    ];
    let (text, right, wrong) = match inputs_are_many {
        true => (
            format!("A program has {many} inputs and one result. Which mode gets all slopes in one pass?"),
            reverse,
            forward,
        ),
        false => (
            format!("A program has one input and {many} results. Which mode gets all slopes in one pass?"),
            forward,
            reverse,
        ),
    };
    Question::choice(text, right, &[wrong, both])
}

fn what_fools_duals(_: &mut Draw) -> Question {
    Question::choice(
        "A checker compares the walk back with dual numbers. Which mistake can dual numbers not see?",
        [
            "A kernel that computes the wrong function",
            "Dual numbers run the same kernel, so their slope is right, for the wrong function.",
        ],
        &[
            ["A wrong vjp", "Dual numbers call no vjp, so a wrong one makes the two differ."],
            ["A walk back that hands on too early", "Dual numbers do not walk back, so the two differ."],
        ],
    )
}
