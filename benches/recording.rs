//! The cost of recording, without the arithmetic: nanoseconds per node, on a new tape and on a rewound one. `cargo
//! bench --bench recording`. The last column is nodes per second.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use gradus::prelude::*;

fn main() {
    divan::main();
}

const LENGTHS: [usize; 3] = [100, 10_000, 1_000_000];

/// Records `nodes` products and sums of single numbers, after three leaves.
fn record(tape: &Tape<f32>, nodes: usize) -> (Var<'_, f32>, Var<'_, f32>) {
    let [start, a, b] = [0.5, 0.9, 0.1].map(|x: f32| tape.var(x));
    let mut x = start;
    for _ in 0..nodes / 2 {
        x = x * a + b;
    }
    (start, x)
}

#[divan::bench(args = LENGTHS)]
fn fresh(bencher: Bencher, nodes: usize) {
    bencher.counter(ItemsCount::new(nodes)).bench_local(|| {
        let tape = Tape::new();
        black_box(record(&tape, nodes).1.item());
    });
}

#[divan::bench(args = LENGTHS)]
fn rewound(bencher: Bencher, nodes: usize) {
    let mut tape = Tape::new();
    bencher.counter(ItemsCount::new(nodes)).bench_local(|| {
        tape.rewind();
        black_box(record(&tape, nodes).1.item());
    });
}

/// The same and its gradient; the count is that of all nodes, those of the backward pass too.
#[divan::bench(args = LENGTHS)]
fn rewound_with_gradient(bencher: Bencher, nodes: usize) {
    let mut tape = Tape::new();
    let mut step = || {
        tape.rewind();
        let (start, end) = record(&tape, nodes);
        black_box(end.backward().wrt(start).item());
        tape.len()
    };
    let recorded = step();
    bencher.counter(ItemsCount::new(recorded)).bench_local(step);
}
