//! Chapter 19: how optimizers step, and how they are compared.

use frame::{Ask, Draw, Question};
use gradus::derivatives::hessian;

pub const QUESTIONS: &[Ask] = &[when_descent_runs_away, a_loss_in_thousandths, a_fair_race];

fn when_descent_runs_away(draw: &mut Draw) -> Question {
    let steep = draw.one_of(&[5.0, 8.0, 20.0, 25.0, 40.0]);
    let curvature = hessian(|v| v[0] * v[0] * (steep / 2.0) + v[1] * v[1] * 0.5, &[1.0, 1.0])[[0, 0]];
    Question::number(
        format!("A ravine is f(x, y) = {steep} x²/2 + y²/2. Above which rate does descent run away?"),
        2.0 / curvature,
        3,
        "Each step multiplies x by 1 - rate · curvature. Above 2 over the curvature its size is more than 1.",
        &[
            (
                1.0 / curvature,
                "At this rate x arrives in one step. Up to twice as much it swings from side to side, and still comes closer.",
            ),
            (2.0, "That is the bound for y alone. The steepest direction sets it."),
            (curvature / 2.0, "That is its inverse: the steeper the ravine, the smaller the rate has to be."),
        ],
    )
}

fn a_loss_in_thousandths(_: &mut Draw) -> Question {
    Question::choice(
        "The loss is measured in thousandths, so all its numbers become 1000 times larger. Whose steps stay as they were?",
        ["Those of RMSProp and Adam", "They divide by the size of the gradient (and ε is small beside it)."],
        &[
            ["Those of descent", "Its step is the rate times the gradient, which is 1000 times larger."],
            ["Those of momentum", "It adds up gradients, each of which is 1000 times larger."],
            [
                "All: the minimum is where it was",
                "The place is, but a step is computed from slopes, and these are larger.",
            ],
        ],
    )
}

fn a_fair_race(_: &mut Draw) -> Question {
    Question::choice(
        "At the rate 0.001 Adam reads 93.7% after one epoch, and descent 57.3%. Is Adam the better optimizer here?",
        [
            "Only at this rate: try each at its own best rate",
            "At 0.3 descent reads 94.0%, and Adam less than half. A rate means something else to each of them.",
        ],
        &[
            [
                "Yes: the same rate makes the race fair",
                "For Adam the rate is a length, for descent a factor of the gradient. The same number is not the same rate.",
            ],
            ["No: descent only needs more epochs", "It may, but first it needs the rate that suits it."],
        ],
    )
}
