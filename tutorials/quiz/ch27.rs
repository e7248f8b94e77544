//! Chapter 27: what a training step asks for.

use frame::{Ask, Draw, Question};
use gradus::prelude::*;

pub const QUESTIONS: &[Ask] = &[nodes_after_many_steps, batches_that_do_not_divide, asking_and_new_memory];

fn nodes_after_many_steps(draw: &mut Draw) -> Question {
    let (steps, layers) = (draw.one_of(&[10_usize, 50, 100]), draw.one_of(&[3_usize, 5, 8]));
    let nodes = |is_rewound: bool| {
        let mut tape = Tape::<f64>::new();
        for _ in 0..steps {
            if is_rewound {
                tape.rewind();
            }
            let x = tape.input(0.5);
            let _ = (0..layers).fold(x, |x, _| x.tanh());
        }
        tape.len() as f64
    };
    Question::number(
        format!(
            "Each of {steps} steps records an input and {layers} times tanh, one after the other. The tape is rewound before each step. How many nodes does it hold in the end?"
        ),
        nodes(true),
        0,
        "After a rewind the same program finds its nodes again and makes no new ones.",
        &[
            (nodes(false), "That is so for a tape that grows. Rewinding reuses the nodes of the step before."),
            (nodes(true) - 1.0, "The input is a node, too."),
            (0.0, "Rewinding moves the cursor to the start. The nodes stay, to be used again."),
        ],
    )
}

fn batches_that_do_not_divide(_: &mut Draw) -> Question {
    Question::choice(
        "1,000 digits come in batches of 64, and the tape is rewound after each. In which batches of the second epoch are new nodes made?",
        [
            "In the first and in the last",
            "The last batch holds 40 digits, so its shapes differ from the one before; and the next first batch differs from it again.",
        ],
        &[
            [
                "In none: all nodes are there since the first epoch",
                "A node is reused only if its shape is the same, and the last batch is smaller.",
            ],
            [
                "In the last alone",
                "The first batch of the epoch follows the small one, whose shapes differ from its own.",
            ],
        ],
    )
}

fn asking_and_new_memory(_: &mut Draw) -> Question {
    Question::choice(
        "A tape that grows asks for memory less often per step than a tape that is made anew, and its steps take four times as long. Why?",
        [
            "It gets memory that nobody has used yet",
            "The operating system must clear each new page. Asking is cheap, new memory is not.",
        ],
        &[
            [
                "Each request of a growing tape takes longer to find room",
                "Finding room is quick. Filling new pages takes the time.",
            ],
            [
                "It walks back over all earlier steps as well",
                "A walk back visits only what its loss was computed from.",
            ],
        ],
    )
}
