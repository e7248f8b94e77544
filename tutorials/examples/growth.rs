//! How the time of a training step grows with the batch, with the width of a layer, and with the length of the tape, beside what the
//! roofline says. `cargo run --profile bench -p gradus-course --example growth` prints the tables and writes docs/growth.svg.

#[path = "../ch27_rewind/load.rs"]
mod load;
#[path = "../ch27_rewind/roof.rs"]
mod roof;

use frame::{Chart, Figure, Panels, count_allocations};
use gradus::prelude::*;
use load::Load;
use roof::{Roof, fastest};
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

const BUDGET: Duration = Duration::from_millis(700);

/// Two curves: what was measured, and what the roofline says.
type Curves = [Vec<(f64, f64)>; 2];

fn main() {
    let roof = Roof::measure();
    // A step whose arithmetic is nothing: what is left is recording, walking back, and calling kernels.
    let smallest = Load::measure(&[1, 1, 1], 1, BUDGET);
    let per_node = smallest.seconds / smallest.nodes as f64;
    println!("a product  {:6.1} GFLOP/s\na node     {:6.1} ns", roof.flops / 1e9, per_node * 1e9);
    for (bytes, bandwidth) in &roof.copies {
        println!("copies of {:>9} kB  {:6.1} GB/s", bytes >> 10, bandwidth / 1e9);
    }
    println!("new memory           {:6.1} GB/s", roof.first_touch / 1e9);

    println!("\n784-256-10, by batch");
    let batches: Vec<usize> = (0..=12).map(|power| 1 << power).collect();
    let by_batch = sweep(&roof, per_node, &batches, |batch| Load::measure(&[784, 256, 10], batch, BUDGET));
    println!("\n784-w-10, batch 64, by width");
    let widths: Vec<usize> = (4..=11).map(|power| 1 << power).collect();
    let by_width = sweep(&roof, per_node, &widths, |width| Load::measure(&[784, width, 10], 64, BUDGET));
    println!("\nx = tanh(x a + b), n times, forward and backward");
    let by_length = chains(&roof);

    let panel = |title: &str, x: &str, [measured, least]: Curves| {
        let chart = Chart::new(x, "µs per step").title(title).size(430.0, 330.0).log_x().log_y();
        chart.path("measured", &measured).line("roofline", &least)
    };
    let lengths = Chart::new("links", "ns per op").title("A chain of single numbers").size(430.0, 330.0).log_x();
    let [rewound, new] = by_length;
    let figure = Panels::new(3)
        .panel(panel("784-256-10", "batch", by_batch))
        .panel(panel("784-w-10, batch 64", "width w", by_width))
        .panel(lengths.y_range(0.0, 400.0).path("tape rewound", &rewound).path("new tape", &new));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/growth.svg");
    std::fs::write(&file, figure.draw().svg()).expect("docs/growth.svg can be written");
}

/// A table of loads, and its curves in microseconds.
fn sweep(roof: &Roof, per_node: f64, sizes: &[usize], load: impl Fn(usize) -> Load) -> Curves {
    println!("    size   µs per step   GFLOP/s     GB/s   touches kB   roofline µs   of it");
    let mut curves = [Vec::new(), Vec::new()];
    for &size in sizes {
        let load = load(size);
        let least = load.under(roof, per_node);
        println!(
            "{size:>8}   {:>11.1}   {:>7.1}   {:>6.1}   {:>10.0}   {:>11.1}   {:>4.0}%",
            load.seconds * 1e6,
            load.flops() / load.seconds / 1e9,
            load.bytes() / load.seconds / 1e9,
            load.working_set / 1024.0,
            least * 1e6,
            100.0 * least / load.seconds,
        );
        curves[0].push((size as f64, load.seconds * 1e6));
        curves[1].push((size as f64, least * 1e6));
    }
    curves
}

/// Nanoseconds for each of the 3n ops, on a tape that is rewound and on new ones.
fn chains(roof: &Roof) -> Curves {
    println!("       n   rewound, ns per op   new tape   bytes per op   touches kB   GB/s there");
    let mut curves = [Vec::new(), Vec::new()];
    for n in [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000] {
        let ops = (3 * n) as f64;
        let mut tape = Tape::<f32>::new();
        let rewound = fastest(BUDGET, || {
            chain(&tape, n);
            tape.rewind();
        });
        drop(tape);
        Tape::<f32>::release_spare_memory();
        let (tape, held) = count_allocations(|| {
            let tape = Tape::<f32>::new();
            chain(&tape, n);
            tape
        });
        drop(tape);
        let new = fastest(BUDGET, || chain(&Tape::new(), n));
        let [rewound, new] = [rewound, new].map(|seconds| seconds * 1e9 / ops);
        println!(
            "{n:>8}   {rewound:>18.1}   {new:>8.1}   {:>12.0}   {:>10.0}   {:>10.1}",
            held.kept as f64 / ops,
            held.kept as f64 / 1024.0,
            roof.bandwidth(held.kept as f64) / 1e9,
        );
        curves[0].push((n as f64, rewound));
        curves[1].push((n as f64, new));
    }
    curves
}

/// Records n links and walks back.
fn chain(tape: &Tape<f32>, n: usize) {
    let (start, a, b) = (tape.var(0.5_f32), tape.var(0.9_f32), tape.var(0.1_f32));
    let mut x = start;
    for _ in 0..n {
        x = (x * a + b).tanh();
    }
    black_box(x.backward().wrt(start).item());
}
