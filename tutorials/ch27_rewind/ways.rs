//! Four ways to go from one training step to the next, and what each asks for.

use frame::{Allocations, Result, count_allocations};
use gradus::data::{Batch, Digits, seeded};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use std::time::{Duration, Instant};

/// What happens to the tape between two steps.
pub struct Way {
    pub key: &'static str,
    pub name: &'static str,
    pub next: fn(Tape) -> Tape,
}

// ANCHOR: ways
pub static WAYS: [Way; 4] = [
    Way { key: "rewound", name: "rewind it", next: rewound },
    Way { key: "new", name: "drop it, make a new one", next: new },
    Way { key: "freed", name: "drop it, free its memory", next: freed },
    Way { key: "growing", name: "go on with it", next: |tape| tape },
];

fn rewound(mut tape: Tape) -> Tape {
    tape.rewind();
    tape
}

fn new(tape: Tape) -> Tape {
    drop(tape); // it leaves its memory to the next tape of this thread
    Tape::new()
}

fn freed(tape: Tape) -> Tape {
    drop(tape);
    Tape::<f32>::release_spare_memory();
    Tape::new()
}
// ANCHOR_END: ways

/// What one step took.
pub struct Step {
    pub asked: Allocations,
    pub nodes_made: u64,
    pub time: Duration,
}

/// The steps of one way.
pub struct Walk {
    pub way: &'static Way,
    pub steps: Vec<Step>,
}

impl Walk {
    /// Takes over the time of each step that was shorter in another walk of the same steps.
    pub fn shorten(&mut self, other: &Walk) {
        for (step, other) in self.steps.iter_mut().zip(&other.steps) {
            step.time = step.time.min(other.time);
        }
    }
}

/// How many digits a step looks at.
pub const BATCH_SIZE: usize = 10;

/// The network of chapter 15, at the start of its training.
pub fn network(seed: u64) -> Mlp {
    Mlp::new(&[784, 100, 20, 10], Activation::Sigmoid, &mut seeded(seed))
}

// ANCHOR: train
/// One step of training, as in every chapter.
pub fn train(tape: &Tape, net: &Mlp, sgd: &mut Sgd, batch: &Batch) -> Result {
    let (x, y) = (tape.input(&batch.images), tape.input(&batch.one_hot));
    let loss = net.forward(x).quadratic_cost(y);
    sgd.step(net, &loss.backward())?;
    Ok(())
}
// ANCHOR_END: train

/// Trains for so many steps of ten digits, and counts.
pub fn walk(way: &'static Way, digits: &Digits, seed: u64, count: usize) -> Result<Walk> {
    let (net, mut sgd) = (network(seed), Sgd::new(0.1));
    Tape::<f32>::release_spare_memory();
    let mut tape = Tape::new();
    let mut steps = Vec::with_capacity(count);
    for batch in digits.batches_in_order(BATCH_SIZE).take(count) {
        let (made_before, start) = (tape.nodes_made(), Instant::now());
        // ANCHOR: counted
        let (next, asked) = count_allocations(|| -> Result<(Tape, u64)> {
            train(&tape, &net, &mut sgd, &batch)?;
            let nodes_made = tape.nodes_made() - made_before;
            Ok(((way.next)(tape), nodes_made))
        });
        // ANCHOR_END: counted
        let time = start.elapsed();
        let nodes_made;
        (tape, nodes_made) = next?;
        steps.push(Step { asked, nodes_made, time });
    }
    Ok(Walk { way, steps })
}
