//! Chapter 30: a step on several devices.

use super::value;
use frame::{Ask, Draw, Question};

pub const QUESTIONS: &[Ask] = &[two_devices, around_the_ring, have_we_won];

fn two_devices(draw: &mut Draw) -> Question {
    let (first, second) = (draw.one_of(&[3.0, 4.0, 6.0]), draw.one_of(&[1.0, 2.0]));
    let (of_first, of_second) = (draw.one_of(&[1.0, 2.0, -2.0]), draw.one_of(&[4.0, 6.0, 8.0]));
    let mean = |rows: [f64; 2]| value(&rows, |v| (v[0] * of_first + v[1] * of_second) / (v[0] + v[1]));
    Question::number(
        format!(
            "One device has {first} rows of a batch, and the mean of their gradients is {of_first}. Another has {second}, with the mean {of_second}. The loss is a mean over the batch. What is its gradient?"
        ),
        mean([first, second]),
        2,
        "Each device's sum, divided by the number of rows of the whole batch, and the parts added up.",
        &[
            (mean([1.0, 1.0]), "The mean of the two means is right only if both devices have equally many rows."),
            (
                of_first + of_second,
                "Parts add up if each was divided by the number of all rows. These are means of each device's own rows.",
            ),
            (mean([first, second]) * (first + second), "That is the sum over all rows. The loss is a mean."),
        ],
    )
}

fn around_the_ring(draw: &mut Draw) -> Question {
    let devices = draw.one_of(&[4.0, 5.0, 8.0, 10.0]);
    let rounds = value(&[devices], |v| (v[0] - 1.0) * 2.0);
    Question::number(
        format!(
            "{devices} devices stand in a ring, and each array is cut into as many pieces. They add up their arrays and hand the sums round. How many times the size of its array does each device send?"
        ),
        value(&[rounds], |v| v[0] / devices),
        2,
        "There are N - 1 rounds to add and N - 1 to hand round, and in each a device sends one piece: 2 (N - 1)/N.",
        &[
            (rounds, "That is the number of rounds. In each of them a device sends one piece, not the whole array."),
            (rounds / 2.0 / devices, "That is the adding. The sums have to be handed round as well."),
            (
                devices,
                "Nobody sends the whole array to everybody: what is sent hardly grows with the number of devices.",
            ),
        ],
    )
}

fn have_we_won(_: &mut Draw) -> Question {
    Question::choice(
        "The batch grows with the number of devices, and so does the number of digits per second. Have we won?",
        [
            "Only if fewer steps are needed",
            "What counts is the time until a loss is reached. Beyond some size larger batches hardly save any steps.",
        ],
        &[
            [
                "Yes: twice the digits per second is half the time",
                "If the number of steps stays the same, the net sees more digits for the same result.",
            ],
            [
                "No: adding up takes longer than it saves",
                "What each device sends is less than twice its array, however many there are.",
            ],
        ],
    )
}
