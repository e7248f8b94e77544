//! Random graphs of up to 40 nodes, with fan-out, broadcasting, reductions, matrix products, single numbers and empty arrays:
//! on every one of them all witnesses must agree about the gradient. A graph on which they do not is shrunk until nothing more can be
//! left out, and printed.
//!
//! `cargo test --test random_graphs -- --ignored` tries 10,000 of them.

mod program;

use gradus::{Scalar, Tape, Var};
use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::check::{Check, Report};
use gradus::draw::DotOptions;
use program::{MOST_NODES, OPERATIONS, Operation, Program, programs};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use std::collections::BTreeSet;

/// The same graphs in every run.
fn runner(graphs: u32) -> TestRunner {
    TestRunner::new(Config { cases: graphs, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })
}

/// Tries a property on random graphs. The smallest graph on which it fails is described in the panic.
fn on_random_graphs(graphs: u32, property: impl Fn(&Program) -> Result<(), String>) {
    let outcome = runner(graphs).run(&programs(), |program| property(&program).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(what, program)) => panic!("{what}\n{}", portrait(&program, &|_| ())),
        Err(error) => panic!("{error}"),
    }
}

/// The program as a listing and as a figure for Graphviz. `tamper` may break something between forward and backward.
fn portrait(program: &Program, tamper: &dyn Fn(&Tape<f64>)) -> String {
    let tape = Tape::new();
    let mut leaves = Vec::new();
    for leaf in &program.leaves {
        leaves.push(tape.var(leaf));
    }
    let result = program.build(&leaves).named("result");
    tamper(&tape);
    result.backward_with(tape.full(result.shape(), 1.0));
    format!("{}\n{}", tape.listing(), tape.to_dot(&DotOptions::new()))
}

fn reverse_and_nudging_agree(program: &Program) -> Result<(), String> {
    verdict(&Check::new().tolerance(1e-6).run(|x| loss(program, x), &program.leaves))
}

/// Σ weights * result + Σ leaves. The weights differ, because Σ softmax = 1 would hide a softmax without a gradient. The leaves
/// add 1 to every gradient: of one that is all but 0, only rounding is left to compare.
fn loss<'t, F: Scalar>(program: &Program, leaves: &[Var<'t, F>]) -> Var<'t, F> {
    let result = program.build(leaves);
    let weights: Vec<F> = (0..result.shape().size()).map(|i| F::from_f64(1.0 + 0.5 * (i as f64).sin())).collect();
    let mut loss = (result * result.tape().input(&weights[..]).reshape(result.shape())).sum();
    for leaf in leaves {
        loss = loss + leaf.sum();
    }
    loss
}

fn verdict(report: &Report) -> Result<(), String> {
    if report.passed() { Ok(()) } else { Err(report.to_string()) }
}

#[test]
fn on_200_random_graphs_the_reverse_pass_agrees_with_nudging() {
    on_random_graphs(200, reverse_and_nudging_agree);
}

#[test]
#[ignore = "a minute; run with -- --ignored"]
fn on_10_000_random_graphs_all_witnesses_agree() {
    on_random_graphs(10_000, reverse_and_nudging_agree);
}

#[test]
fn the_random_graphs_hold_what_they_should() {
    let mut sizes = Vec::new();
    let mut tally = std::collections::BTreeMap::<String, usize>::new();
    on_random_graphs(200, |program| { Ok(()) });
    let mut r = runner(1);
    for _ in 0..2000 {
        let program = programs().new_tree(&mut r).unwrap().current();
        sizes.push(program.leaves.len() + program.steps.len());
        for s in &program.steps { *tally.entry(format!("{:?}", s.operation)).or_default() += 1; }
    }
    sizes.sort();
    panic!("{:?} {tally:?}", (0..20).map(|i| sizes[i*100]).collect::<Vec<_>>());
}
