//! Chapter 8: the walk back.

use super::{slopes, value};
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[a_fan_out, a_chain_of_slopes, many_paths];

fn a_fan_out(draw: &mut Draw) -> Question {
    let a = draw.one_of(&[1.5, 2.5, 3.0, 4.0, 5.0, 0.5]);
    let right = slopes(&[a], |v| {
        let b = v[0] + v[0];
        b * (b + b)
    })[0];
    // What b hands on before the share of c has arrived: the value of c, twice.
    let too_early = value(&[a], |v| {
        let b = v[0] + v[0];
        (b + b) + (b + b)
    });
    Question::number(
        format!("b = a + a, then c = b + b, then d = b c. At a = {a}, what is dd/da?"),
        right,
        1,
        "b gets the value of c from the product, and twice the value of b by way of c. a gets the sum of all that twice.",
        &[
            (too_early, "b has handed on before c has handed in its share. A node waits for all its uses."),
            (
                value(&[a], |v| {
                    let b = v[0] + v[0];
                    b * (b + b)
                }),
                "That is the value of d, and not its slope.",
            ),
        ],
    )
}

fn a_chain_of_slopes(draw: &mut Draw) -> Question {
    let (w, x, b) = (draw.one_of(&[0.5, 1.5, -1.0]), draw.one_of(&[-2.0, 2.0, 3.0]), draw.one_of(&[-0.5, 0.5, 1.0]));
    let all = slopes(&[w, x, b], |v| (v[0] * v[1] + v[2]).sigmoid());
    let a = value(&[w, x, b], |v| (v[0] * v[1] + v[2]).sigmoid());
    Question::number(
        format!("w = {w}, x = {x}, b = {b}, and a = sigmoid(w x + b). What is da/dw?"),
        all[0],
        3,
        "The slope of the sigmoid, a (1 - a), times the slope x of the product.",
        &[
            (
                all[2],
                "That is da/db. The last factor of the chain is missing: the slope of w x with respect to w is x.",
            ),
            (all[1], "That is da/dx. The slope of w x with respect to w is x, and not w."),
            (value(&[a, x], |v| v[0] * v[1]), "The sigmoid's slope is a (1 - a), not a."),
            (x, "That is the slope of z. It still has to be multiplied by the slope of the sigmoid."),
        ],
    )
}

fn many_paths(draw: &mut Draw) -> Question {
    let rounds = draw.one_of(&[40, 50, 60]);
    Question::choice(
        format!(
            "A program computes y ← (y + y)/2 in each of {rounds} rounds, so the number of paths from the end to the start is 2 to the power of the number of rounds. Why is the walk back cheap all the same?"
        ),
        [
            "It visits each node once, and adds where paths meet",
            "The sum over all paths is the same number, taken together node by node.",
        ],
        &[
            [
                "Most paths have the slope 0",
                "None has: each path's slope is small, but there are so many that together they make 1.",
            ],
            [
                "It follows only the path that was recorded last",
                "Then all other shares would be missing, and the gradient would be wrong.",
            ],
        ],
    )
}
