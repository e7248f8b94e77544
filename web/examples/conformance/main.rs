//! Compares the engine in WebAssembly (in Node) with the same functions here: `cargo run --example conformance -- MODULE`. With `--speed` behind it,
//! measures steps of small trainings on both instead (then build with `--release`).

mod node;

use gradus_web::conformance::{Results, Row, rows};
use gradus_web::trainings::{ALL, Training};
use node::Node;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(module) = arguments.first() else {
        eprintln!("usage: conformance MODULE [--speed]");
        return ExitCode::from(2);
    };
    let mut node = Node::start(module);
    if arguments.get(1).is_some_and(|argument| argument == "--speed") {
        ALL.iter().for_each(|training| println!("{}", speed(training, &mut node)));
        return ExitCode::SUCCESS;
    }
    let comparisons: Vec<Comparison> = rows().map(|row| Comparison::of(&row, &mut node)).collect();
    for comparison in &comparisons {
        println!("{comparison}");
    }
    let (equal, differing): (Vec<_>, Vec<_>) = comparisons.iter().partition(|comparison| comparison.differing == 0);
    let wrong = differing.iter().filter(|comparison| !comparison.is_close()).count();
    let numbers: usize = comparisons.iter().map(|comparison| comparison.numbers).sum();
    println!(
        "{} rows, {numbers} numbers: {} rows to the last bit, {} within 1e-6 (f32) and 1e-13 (f64), {wrong} wrong",
        comparisons.len(),
        equal.len(),
        differing.len() - wrong,
    );
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What came out for one row.
struct Comparison {
    name: &'static str,
    numbers: usize,
    differing: usize,
    /// The largest relative difference, in f32 and in f64.
    largest: [f64; 2],
}

impl Comparison {
    fn of(row: &Row, node: &mut Node) -> Comparison {
        let here = row.results();
        let there: Vec<f64> = node.ask(&format!("conformance {}", row.name)).chunks_exact(8).map(f64_of).collect();
        let numbers = here.iter().map(|results| results.numbers.len()).sum();
        assert_eq!(there.len(), numbers, "{}: as many numbers on both sides", row.name);
        let mut comparison = Comparison { name: row.name, numbers, differing: 0, largest: [0.0; 2] };
        let mut rest = &there[..];
        // Three orders at a time.
        for of_a_place in here.chunks(3) {
            let scale = largest(of_a_place);
            for results in of_a_place {
                let (of_these, others) = rest.split_at(results.numbers.len());
                comparison.compare(results, of_these, scale);
                rest = others;
            }
        }
        comparison
    }

    fn compare(&mut self, here: &Results, there: &[f64], scale: f64) {
        for (&here_number, &there) in here.numbers.iter().zip(there) {
            // Which of its many bit patterns a NaN has is up to the processor.
            if here_number.to_bits() == there.to_bits() || here_number.is_nan() && there.is_nan() {
                continue;
            }
            self.differing += 1;
            let off = (here_number - there).abs() / scale;
            let largest = &mut self.largest[usize::from(here.kind == "f64")];
            *largest = largest.max(if off.is_nan() { f64::INFINITY } else { off });
        }
    }

    fn is_close(&self) -> bool {
        self.largest[0] <= 1e-6 && self.largest[1] <= 1e-13
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{:36} {:8} numbers ", self.name, self.numbers)?;
        match self.differing {
            0 => write!(f, "to the last bit"),
            some => write!(f, "{some} differ, by at most {:.1e} (f32), {:.1e} (f64)", self.largest[0], self.largest[1]),
        }
    }
}

/// What differences are relative to: the largest number among the values and derivatives at a place. (Where large numbers cancel, their digits are lost
/// on both sides.)
fn largest(of_a_place: &[Results]) -> f64 {
    let finite = of_a_place.iter().flat_map(|results| &results.numbers).filter(|number| number.is_finite());
    finite.fold(f64::MIN_POSITIVE, |largest, number| largest.max(number.abs()))
}

fn f64_of(bytes: &[u8]) -> f64 {
    f64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

/// A row of the table of speeds: the best of several runs on either side, taking turns.
fn speed(training: &Training, node: &mut Node) -> String {
    let steps = steps_of_a_run(training);
    let mut best = [f64::INFINITY; 2];
    for _ in 0..7 {
        let start = Instant::now();
        (training.run)(steps);
        best[0] = best[0].min(start.elapsed().as_secs_f64() * 1e6 / steps as f64);
        let there = f64_of(&node.ask(&format!("time train {} {steps}", training.name)));
        best[1] = best[1].min(there * 1e3 / steps as f64);
    }
    let [native, wasm] = best;
    format!("| {} | {} | {native:.1} us | {wasm:.1} us | {:.1} |", training.name, training.step, wasm / native)
}

/// As many steps as take a fifth of a second here.
fn steps_of_a_run(training: &Training) -> usize {
    let start = Instant::now();
    (training.run)(500);
    (500.0 * 0.2 / start.elapsed().as_secs_f64()) as usize + 1
}
