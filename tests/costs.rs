//! The time of a program depends on what it uses, not on what the tape holds.

use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::arr1;

#[test]
fn scopes_that_end_in_another_order_than_they_began_leave_none_behind() {
    let mut tape = Tape::<f64>::new();
    let [encoder, mlp] = ["encoder", "mlp"].map(|name| tape.scope(name));
    drop(encoder);
    let _ = tape.var(1.0);
    drop(mlp);
    let _ = tape.var(1.0);
    let scopes: Vec<String> = tape.nodes().into_iter().map(|node| node.scope).collect();
    assert_eq!(scopes, ["encoder/mlp/", ""]);
    std::mem::forget(tape.scope("forgotten"));
    tape.rewind();
    let _ = tape.var(1.0);
    assert_eq!(tape.nodes()[0].scope, "");
}

#[test]
fn a_scope_may_end_while_somebody_looks_at_the_graph() {
    let tape = Tape::<f64>::new();
    let scope = tape.scope("layer");
    let graph = tape.graph();
    drop(scope);
    drop(graph);
    let _ = tape.var(1.0);
    assert_eq!(tape.nodes()[0].scope, "");
}

#[test]
fn the_name_given_last_counts_among_many_names() {
    let tape = Tape::<f64>::new();
    let first = tape.var(1.0).named("before");
    for index in 0..1_000 {
        let _ = tape.var(1.0).named(format!("x{index}"));
    }
    let _ = first.named("after");
    assert_eq!(tape.nodes()[0].name, "after");
    assert_eq!(tape.nodes()[1_000].name, "x999");
}

#[test]
fn small_passes_on_a_large_tape_find_their_gradients() {
    let tape = Tape::<f64>::new();
    let w = tape.var(3.0);
    let mut x = tape.var(0.5);
    for _ in 0..20_000 {
        x = x.sin();
    }
    for pass in 1..=2_000 {
        let y = w * w;
        let gradients = y.backward();
        assert_eq!((gradients.pass(), gradients.wrt(w).item()), (pass, 6.0));
        assert!(gradients.get(x).is_none());
    }
    let deep = x.backward();
    assert!(deep.get(w).is_none() && deep.wrt(x).item() == 1.0);
    assert_eq!(tape.contributions(1).len(), 2);
}

#[test]
fn each_of_many_parameters_has_one_leaf_and_is_stepped() {
    let params: Vec<Param<f32>> = (0..2_000).map(|i| Param::new(format!("w{i}"), arr1(&[i as f32]))).collect();
    let mut tape = Tape::new();
    for round in 0..2 {
        let mut sum = tape.param(&params[0]);
        for param in &params[1..] {
            sum += tape.param(param);
        }
        assert_eq!(tape.param(&params[7]).index(), tape.param(&params[7]).index());
        Sgd::new(1.0).step(&params, &sum.sum().backward()).expect("all have gradients");
        let stepped = |(i, param): (usize, &Param<f32>)| param.value()[[0]] == i as f32 - 1.0 - round as f32;
        assert!(params.iter().enumerate().all(stepped));
        tape.rewind();
    }
}

#[test]
fn shapes_of_every_round_anew_are_told_apart() {
    let mut tape = Tape::<f32>::new();
    for round in 0..50 {
        let _ = tape.full([1], 0.0);
        for length in 1..100 {
            assert_eq!(tape.full([length + round], 1.0).sum().item(), (length + round) as f32);
        }
        tape.rewind();
    }
}

/// Only Linux gives the number of a program's threads.
#[cfg(all(target_os = "linux", feature = "parallel"))]
#[test]
fn however_many_threads_are_asked_for_no_more_are_started_than_there_are_processors() {
    const NAME: &str = "however_many_threads_are_asked_for_no_more_are_started_than_there_are_processors";
    if std::env::var_os("RAYON_NUM_THREADS").is_some_and(|count| count == "20000") {
        let tape = Tape::<f32>::new();
        assert_eq!(tape.full([600, 600], 1.0).matmul(tape.full([600, 600], 1.0)).mean().item(), 600.0);
        let status = std::fs::read_to_string("/proc/self/status").expect("what Linux says of this program");
        println!("{}", status.lines().find(|line| line.starts_with("Threads:")).expect("a line"));
        return;
    }
    let mut again = std::process::Command::new(std::env::current_exe().expect("this program"));
    again.args([NAME, "--nocapture", "--test-threads=1"]).env("RAYON_NUM_THREADS", "20000");
    let said = String::from_utf8(again.output().expect("it runs").stdout).expect("text");
    let threads = said.split("Threads:").nth(1).and_then(|rest| rest.split_whitespace().next());
    let threads: usize = threads.unwrap_or_else(|| panic!("{said}")).parse().expect("a number");
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(threads <= processors + 2, "{threads} threads on {processors} processors");
}
