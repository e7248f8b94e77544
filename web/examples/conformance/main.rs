//! Compares the engine in WebAssembly (in Node) with the same engine here: `cargo run --example conformance -- MODULE_F32 MODULE_F64`. Every op of the table
//! is recorded as programs, which both open as a page does. With `--speed` behind it, measures steps of small trainings on both instead (then build with `--release`).

mod node;
mod rows;
mod trainings;

use gradus::page;
use gradus::trace::Digest;
use node::Node;
use rows::{Recorded, Row, rows};
use serde::Deserialize;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [f32, f64, rest @ ..] = &arguments[..] else {
        eprintln!("usage: conformance MODULE_F32 MODULE_F64 [--speed]");
        return ExitCode::from(2);
    };
    let mut nodes = [f32, f64].map(|module| Node::start(module));
    if rest == ["--speed"] {
        trainings::measure(&mut nodes[0]);
        return ExitCode::SUCCESS;
    }
    let comparisons: Vec<Comparison> = rows().map(|row| Comparison::of(&row, &mut nodes)).collect();
    for comparison in &comparisons {
        println!("{comparison}");
    }
    let (equal, differing): (Vec<_>, Vec<_>) = comparisons.iter().partition(|comparison| comparison.differing == 0);
    let wrong = differing.iter().filter(|comparison| !comparison.is_close()).count();
    let [programs, numbers] = [|row: &Comparison| row.programs, |row: &Comparison| row.numbers]
        .map(|count| comparisons.iter().map(count).sum::<usize>());
    println!(
        "{} rows, {programs} programs, {numbers} numbers: {} rows to the last bit, {} within 1e-6 (f32) and 1e-13 (f64), {wrong} wrong",
        comparisons.len(),
        equal.len(),
        differing.len() - wrong,
    );
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What came out for one row.
struct Comparison {
    name: &'static str,
    programs: usize,
    numbers: usize,
    /// How many programs lead to other states.
    differing: usize,
    /// The largest relative difference of a number, in f32 and in f64.
    largest: [f64; 2],
}

impl Comparison {
    fn of(row: &Row, nodes: &mut [Node; 2]) -> Comparison {
        let mut comparison = Comparison { name: row.name, programs: 0, numbers: 0, differing: 0, largest: [0.0; 2] };
        for (kind, programs) in row.programs().iter().enumerate() {
            for recorded in programs {
                comparison.compare(recorded, kind, &mut nodes[kind]);
            }
        }
        comparison
    }

    /// Opens a program on both sides. What a page is told of it is a text: values, events and sentences. If the texts are the same, so are all numbers,
    /// to the last bit.
    fn compare(&mut self, recorded: &Recorded, kind: usize, node: &mut Node) {
        let here = page::open(&recorded.program).and_then(|mut live| live.ask(r#"{"ask": "run"}"#));
        let here = here.unwrap_or_else(|refused| panic!("{}: {refused}", self.name));
        let there = node.text(&format!("open {}", recorded.program));
        self.programs += 1;
        self.numbers += recorded.numbers;
        if here == there {
            return;
        }
        self.differing += 1;
        let [here, there] = [here, there].map(|state| values(&state));
        assert_eq!(here.len(), there.len(), "{}: as many nodes on both sides", self.name);
        let scale = recorded.results.iter().map(|&result| largest(&here[result])).fold(f64::MIN_POSITIVE, f64::max);
        for (here, there) in here.iter().zip(&there) {
            assert_eq!(here.len(), there.len(), "{}: as many numbers on both sides", self.name);
            let scale = largest(here).max(scale);
            for (here, there) in here.iter().zip(there) {
                let off = if same(*here, *there) { 0.0 } else { (here - there).abs() / scale };
                self.largest[kind] = self.largest[kind].max(if off.is_nan() { f64::INFINITY } else { off });
            }
        }
    }

    fn is_close(&self) -> bool {
        self.largest[0] <= 1e-6 && self.largest[1] <= 1e-13
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Comparison { name, programs, numbers, differing, largest } = self;
        write!(f, "{name:36} {programs:4} programs, {numbers:7} numbers ")?;
        match differing {
            0 => write!(f, "to the last bit"),
            some => write!(f, "{some} programs differ, by at most {:.1e} (f32), {:.1e} (f64)", largest[0], largest[1]),
        }
    }
}

/// The part of a state that is compared where it differs.
#[derive(Deserialize)]
struct State {
    values: Vec<Option<Digest>>,
}

/// The numbers of each node.
fn values(state: &str) -> Vec<Vec<f64>> {
    let state: State = serde_json::from_str(state).expect("a state");
    let whole = |value: Digest| value.elements.expect("an array of which a page is told all numbers");
    state.values.into_iter().map(|value| value.map(whole).unwrap_or_default()).collect()
}

/// Whether two numbers have the same bits. Which of its many bit patterns a NaN has is up to the processor.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// What differences are relative to: the largest number of the node, or among the values and derivatives of the program. (Where large numbers cancel,
/// their digits are lost on both sides.)
fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().filter(|number| number.is_finite()).fold(0.0, |largest, number| largest.max(number.abs()))
}
