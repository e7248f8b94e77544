//! Chapter 3: what one line cannot do, and what layers without a bend are.

use super::value;
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[fold_two_layers, bend_at_the_output, a_cost_that_stands_still];

fn fold_two_layers(draw: &mut Draw) -> Question {
    let (w1, b1) = (draw.one_of(&[-2.0, 3.0, 4.0]), draw.one_of(&[1.0, 2.0, 5.0]));
    let (w2, b2) = (draw.one_of(&[-2.0, 2.0, 3.0, 5.0]), draw.one_of(&[1.0, 4.0, 6.0]));
    let at = |x: f64| value(&[x], |v| (v[0] * w1 + b1) * w2 + b2);
    Question::number(
        format!(
            "Two layers have no bend between them: h = {w1} x + {b1}, then y = {w2} h + {b2}. As one layer they are y = W x + B. What is B?"
        ),
        at(0.0),
        0,
        "B is y at x = 0: the earlier bias times the later weight, plus the later bias.",
        &[
            (b1 + b2, "The earlier bias passes through the later layer as well: it is multiplied by the later weight."),
            (at(1.0) - at(0.0), "That is W, by which x is multiplied. B is what is left at x = 0."),
            (b1, "The later layer multiplies the earlier bias and adds one of its own."),
        ],
    )
}

fn bend_at_the_output(_: &mut Draw) -> Question {
    Question::choice(
        "Two layers have no bend between them, and a sigmoid stands on the output alone. Can this net compute XOR?",
        [
            "No: its border is a straight line",
            "The layers fold into one weighted sum z. A sigmoid only rises, so it crosses one half on the line z = 0.",
        ],
        &[
            [
                "Yes: two layers are enough for XOR",
                "Two layers with a bend between them are. Without it they are one layer.",
            ],
            [
                "Yes: the sigmoid is the bend",
                "It bends the output only. A border has to be bent, and that needs a bend between the layers.",
            ],
            [
                "Only with enough hidden units",
                "However many there are, a weighted sum of weighted sums is a weighted sum.",
            ],
        ],
    )
}

fn a_cost_that_stands_still(_: &mut Draw) -> Question {
    Question::choice(
        "Two linear layers learn XOR, and the cost (y - t)²/2 stands still at 0.125. What helps?",
        [
            "A bend between the layers",
            "No weighted sum does better than one half for every row, which costs (1/2)²/2 = 1/8. The net is at its best already.",
        ],
        &[
            [
                "A smaller rate",
                "The cost is the least that this net can reach. A rate changes the way to it, not the place.",
            ],
            ["A third linear layer", "It folds into the other two: more parameters, the same functions."],
        ],
    )
}
