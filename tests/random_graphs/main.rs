//! Random graphs of up to 40 nodes, with fan-out, broadcasting, reductions, matrix products, single numbers and empty arrays: on every one of them
//! all witnesses must agree. The reverse pass is held against nudges and against dual numbers, and its own reverse pass against dual numbers. A graph
//! on which they differ is shrunk as far as possible, and printed.
//!
//! The plain engine, which is the specification, is one more witness: see `plain.rs`.
//!
//! `cargo test --test suite random_graphs -- --ignored` tries 10,000 of them.

mod plain;
mod program;

use gradus::check::Check;
use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::derivatives::{grad, hessian_vector_product, hessian_vector_product_by_duals, jvp};
use gradus::draw::DrawOptions;
use gradus::{Scalar, Tape, Var};
use ndarray::ArrayD;
use program::{MOST_NODES, OPERATIONS, Operation, Program, programs};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

#[test]
fn on_200_random_graphs_all_witnesses_agree() {
    on_random_graphs(200, witnesses_agree);
}

#[test]
#[ignore = "ten seconds"]
fn on_10_000_random_graphs_all_witnesses_agree() {
    on_random_graphs(10_000, witnesses_agree);
}

#[test]
fn on_200_random_graphs_what_flows_to_a_node_adds_up_to_its_gradient() {
    on_random_graphs(200, |program| {
        let tape = Tape::new();
        let mut leaves = Vec::new();
        for leaf in &program.leaves {
            leaves.push(tape.var(leaf));
        }
        // Twice, so that the first pass's nodes are differentiated too.
        let gradients = grad(loss(program, &leaves), &leaves);
        let again = gradients.into_iter().fold(tape.constant(0.0), |sum, gradient| sum + (gradient * gradient).sum());
        // If the loss is linear, there is nothing to differentiate again, and only one pass.
        let _ = again.try_backward();
        (1..=tape.backward_passes()).try_for_each(|pass| adds_up(&tape, pass))
    });
}

#[test]
#[cfg(feature = "json")]
fn on_200_random_graphs_a_step_has_the_bits_of_the_tape() {
    on_random_graphs(200, |program| {
        crate::lean::expect_the_bits_of_the_tape(&program.leaves, &[], &|leaves, _| {
            loss_of(program.build(leaves).named("y"), leaves)
        })
        .map_err(|error| error.to_string())
    });
}

/// In the pass and in the trace, the contributions at every node sum to its gradient, in number and in shape.
fn adds_up(tape: &Tape<f64>, pass: u32) -> Result<(), String> {
    let (contributions, trace) = (tape.contributions(pass), tape.trace());
    let loss = tape.loss_of(pass).ok_or("a pass without a loss")?;
    for node in tape.nodes() {
        let Some(gradient) = tape.gradient_of(node.index, pass) else { continue };
        let sent: Vec<ArrayD<f64>> =
            contributions.iter().filter(|sent| sent.to == node.index).map(|sent| tape.value(sent.cotangent)).collect();
        let traced = trace.contributions(pass, node.index.index());
        let expected = tape.value(gradient);
        let sum = sent.iter().fold(ArrayD::zeros(expected.raw_dim()), |sum: ArrayD<f64>, sent| sum + sent);
        let is_right = match node.index == loss {
            true => sent.is_empty() && traced.is_empty(),
            false => sum.iter().zip(&expected).all(|(sum, x)| (sum - x).abs() <= 1e-9 * (1.0 + x.abs())),
        };
        if !is_right || traced.len() != sent.len() || trace.gradient(pass, node.index.index()) != Some(gradient.index())
        {
            return Err(format!("pass {pass}, %{}: {sent:?} should sum to {expected}", node.index.index()));
        }
    }
    Ok(())
}

#[test]
fn the_random_graphs_hold_what_they_should() {
    let mut runner = runner(1);
    let mut drawn: Vec<Program> = Vec::new();
    for _ in 0..500 {
        drawn.push(programs(OPERATIONS).new_tree(&mut runner).expect("a program can always be drawn").current());
    }
    let share = |holds: fn(&Program) -> bool| drawn.iter().filter(|program| holds(program)).count() as f64 / 500.0;
    for operation in OPERATIONS {
        let used = |program: &&Program| program.steps.iter().any(|step| step.operation == *operation);
        assert!(drawn.iter().filter(used).count() >= 10, "{operation:?} is hardly ever drawn");
    }
    assert!(drawn.iter().all(|program| nodes(program) <= MOST_NODES));
    assert!(share(|program| nodes(program) > 20) > 0.3, "large graphs");
    assert!(share(Program::fans_out) > 0.5, "a value used twice");
    assert!(share(|program| program.leaves.iter().any(ArrayD::is_empty)) > 0.1, "empty arrays");
    assert!(share(|program| program.leaves.iter().any(|leaf| leaf.ndim() == 0)) > 0.1, "single numbers");
    assert!(share(|program| program.leaves.len() > 1) > 0.3, "several leaves");
}

#[test]
fn a_wrong_vjp_is_shrunk_to_a_graph_that_a_person_can_read() {
    let (what, program) = smallest_failure("mul", Sabotage::OneCopy).expect("the graphs must show it");
    assert!(nodes(&program) <= 4, "{program:?}");
    let text = format!("{what}\n{}", portrait(&program, |tape| _ = sabotage(tape, "mul", Sabotage::OneCopy)));
    insta::with_settings!({filters => vec![(r"\.rs:\d+", ".rs:LINE")]}, { insta::assert_snapshot!(text) });
}

#[test]
fn random_graphs_notice_ops_that_are_wrong_in_many_ways() {
    for (op, how) in [
        ("tanh", Sabotage::Factor(0.5)),
        ("sub", Sabotage::Sign),
        ("matmul", Sabotage::Zero),
        ("matmul_nt", Sabotage::LastElementZero),
        ("div", Sabotage::Dropped),
        ("softmax", Sabotage::Zero),
        ("sum", Sabotage::Factor(2.0)),
        ("mean", Sabotage::NoBatchMean),
        ("maximum", Sabotage::CotangentIgnored),
        ("add", Sabotage::OneCopy),
        ("reshape", Sabotage::Factor(1.001)),
    ] {
        assert!(smallest_failure(op, how).is_some(), "{op} {how:?}");
    }
}

/// The same graphs in every run.
fn runner(graphs: u32) -> TestRunner {
    let seed = RngSeed::Fixed(1);
    TestRunner::new(Config {
        cases: graphs,
        rng_seed: seed,
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    })
}

/// Tries a property on random graphs. The smallest graph on which it fails is described in the panic.
fn on_random_graphs(graphs: u32, property: impl Fn(&Program) -> Result<(), String>) {
    if let Some((what, program)) = counterexample(graphs, OPERATIONS, property) {
        panic!("{what}\n{}", portrait(&program, |_| ()));
    }
}

/// A random graph on which a property fails, and how it fails. Proptest leaves out what it can; then the graph is cut further as long as the rest
/// still fails.
fn counterexample(
    graphs: u32,
    operations: &'static [Operation],
    property: impl Fn(&Program) -> Result<(), String>,
) -> Option<(String, Program)> {
    let (mut what, mut program) =
        match runner(graphs).run(&programs(operations), |program| property(&program).map_err(TestCaseError::fail)) {
            Ok(()) => return None,
            Err(TestError::Fail(what, program)) => (what.to_string(), program),
            Err(TestError::Abort(why)) => panic!("{why}"),
        };
    while let Some((how, smaller)) = program.smaller().into_iter().find_map(|p| Some((property(&p).err()?, p))) {
        (what, program) = (how, smaller);
    }
    Some((what, program))
}

/// What the ordinary run finds when an op is broken.
fn smallest_failure(op: &str, how: Sabotage) -> Option<(String, Program)> {
    counterexample(200, OPERATIONS, |program| {
        if !program.has_elements() {
            return Ok(());
        }
        let broken = |x: &[Var<'_, f64>]| sabotage(x[0].tape(), op, how);
        let report = Check::new().run(
            |x| {
                let loss = loss(program, x);
                broken(x);
                loss
            },
            &program.leaves,
        );
        if report.passed() { Ok(()) } else { Err(report.snapshot()) }
    })
}

/// The program as a listing and as a figure for Graphviz. `tamper` may break something between forward and backward.
fn portrait(program: &Program, tamper: impl Fn(&Tape<f64>)) -> String {
    let tape = Tape::new();
    let mut leaves = Vec::new();
    for leaf in &program.leaves {
        leaves.push(tape.var(leaf));
    }
    let result = program.build(&leaves).named("result");
    tamper(&tape);
    result.backward_with(tape.full(result.shape(), 1.0));
    format!("{}\n{}", tape.listing(), tape.to_dot(&DrawOptions::new()))
}

/// How many nodes a program records.
fn nodes(program: &Program) -> usize {
    let tape = Tape::<f64>::new();
    let mut leaves = Vec::new();
    for leaf in &program.leaves {
        leaves.push(tape.input(leaf));
    }
    let _ = program.build(&leaves);
    tape.len()
}

/// Σ weights * result + Σ leaves. The weights differ, because Σ softmax = 1 would hide a softmax without a gradient. The leaves add 1 to every
/// gradient: if a gradient were nearly 0, there would be only rounding to compare.
fn loss<'t, F: Scalar>(program: &Program, leaves: &[Var<'t, F>]) -> Var<'t, F> {
    loss_of(program.build(leaves), leaves)
}

fn loss_of<'t, F: Scalar>(result: Var<'t, F>, leaves: &[Var<'t, F>]) -> Var<'t, F> {
    let weights: Vec<F> = weights(result.shape().size()).into_iter().map(F::from_f64).collect();
    let mut loss = (result * result.tape().input(&weights[..]).reshape(result.shape())).sum();
    for leaf in leaves {
        loss += leaf.sum();
    }
    loss
}

fn weights(count: usize) -> Vec<f64> {
    (0..count).map(|i| 1.0 + 0.5 * (i as f64).sin()).collect()
}

fn witnesses_agree(program: &Program) -> Result<(), String> {
    let report = || Check::new().tolerance(1e-6).run(|x| loss(program, x), &program.leaves);
    let report = program.has_elements().then(report);
    if let Some(report) = report.filter(|report| !report.passed()) {
        return Err(format!("reverse mode and nudges differ\n{report}"));
    }
    let direction: Vec<ArrayD<f64>> = program.leaves.iter().map(|leaf| leaf.mapv(|x| (9.0 * x).sin())).collect();
    slopes_agree(program, &direction)?;
    curvatures_agree(program, &direction)
}

/// The slope along a direction, as <gradient, direction> and on dual numbers.
fn slopes_agree(program: &Program, direction: &[ArrayD<f64>]) -> Result<(), String> {
    let tape = Tape::new();
    let mut x = Vec::new();
    for leaf in &program.leaves {
        x.push(tape.var(leaf));
    }
    let (mut reverse, mut size) = (0.0, 1.0);
    for (gradient, direction) in grad(loss(program, &x), &x).into_iter().zip(direction) {
        let terms = gradient.value() * direction;
        reverse += terms.sum();
        size += terms.mapv(f64::abs).sum();
    }
    let forward = jvp(|x| loss(program, x), &program.leaves, direction).1.sum();
    agree("the slope", "reverse mode", reverse, "dual numbers", forward, size)
}

/// The Hessian times a direction, reverse over reverse and forward over reverse.
fn curvatures_agree(program: &Program, direction: &[ArrayD<f64>]) -> Result<(), String> {
    let twice = hessian_vector_product(|x| loss(program, x), &program.leaves, direction);
    let duals = hessian_vector_product_by_duals(|x| loss(program, x), &program.leaves, direction);
    let size = twice.iter().flatten().fold(1.0, |size: f64, x| size.max(x.abs()));
    for (&twice, &dual) in twice.iter().flatten().zip(duals.iter().flatten()) {
        agree("a curvature", "reverse over reverse", twice, "forward over reverse", dual, size)?;
    }
    Ok(())
}

fn agree(what: &str, one: &str, a: f64, other: &str, b: f64, size: f64) -> Result<(), String> {
    match (a - b).abs() <= 1e-9 * size {
        true => Ok(()),
        false => Err(format!("{what} is {a} by {one}, but {b} by {other}")),
    }
}
