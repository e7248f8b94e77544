//! Chapter 1: nodes and arrows.

use frame::{Ask, Draw, Question};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[nodes_of_a_loop, a_second_name, a_branch];

fn nodes_of_a_loop(draw: &mut Draw) -> Question {
    let readings: usize = draw.one_of(&[2, 3, 4, 5, 6]);
    let tape = Tape::<f64>::new();
    let nodes_after = |readings: usize, tape: &mut Tape<f64>| {
        tape.rewind();
        let (w, b) = (tape.var(2.0), tape.var(1.0));
        (0..readings).for_each(|x| _ = w * tape.input(x as f64) + b);
        tape.len() as f64
    };
    let mut tape = tape;
    let formula = nodes_after(1, &mut tape);
    let right = nodes_after(readings, &mut tape);
    Question::number(
        format!(
            "`w` and `b` are recorded once. A loop then computes `z = w * x + b` for {readings} readings of x, each recorded as an input. How many nodes are on the tape?"
        ),
        right,
        0,
        "w and b are two nodes, and each round adds three: a reading, a product and a sum.",
        &[
            (
                formula,
                "That is the drawing of the formula. A graph belongs to the run: each round records its own nodes.",
            ),
            (formula * readings as f64, "w and b are recorded once, not in each round."),
            (right - readings as f64, "The readings are nodes, too: given numbers are recorded like computed ones."),
        ],
    )
}

fn a_second_name(_: &mut Draw) -> Question {
    Question::choice(
        "x is on the tape. Then the program runs `let y = x; let z = y * y;`. How many nodes and arrows are there now?",
        [
            "2 nodes, 2 arrows",
            "There are x and the product, and both arrows come from x: a value that is used twice has two arrows.",
        ],
        &[
            ["3 nodes, 3 arrows", "A second name for a value records nothing: y is the node x."],
            ["2 nodes, 1 arrow", "Each use is an arrow, and the product uses x twice."],
        ],
    )
}

fn a_branch(draw: &mut Draw) -> Question {
    let x = draw.one_of(&[2, 3, 5, 8]);
    Question::choice(
        format!("The program is `if x < 0 {{ -x }} else {{ x }}`, and x is -{x}. What does it leave on the tape?"),
        [
            "x and its negative",
            "The branch that was taken has one operation, and the comparison is no operation on the tape.",
        ],
        &[
            [
                "x, the comparison and the negative",
                "The comparison is decided by Rust. It has no slope, and nothing of it is recorded.",
            ],
            [
                "x, its negative, and the branch for positive numbers",
                "A branch that is not taken is not run, so it records nothing.",
            ],
            ["x alone", "That is so for a positive x, where the branch returns x itself. Here a negative is computed."],
        ],
    )
}
