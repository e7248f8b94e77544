//! Parameters that are changed: inside their own update, while somebody reads them, by several threads. What cannot be right is refused by name.

use crate::parameters::{in_time, number, scalar, told};
use gradus::optim::{OptimError, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::arr0;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

// Inside its own update.

#[test]
fn a_parameter_used_inside_its_own_update_says_so() {
    type Use = fn(&Param<f64>);
    let uses: [(&str, Use); 8] = [
        ("value", |w| _ = w.value()),
        ("with", |w| w.with(|_| ())),
        ("update", |w| w.update(|_| ())),
        ("set", |w| w.set(&arr0(1.0))),
        ("a kernel", |w| _ = Tape::new().param(w).sin()),
        ("a kernel of two operands", |w| {
            let tape = Tape::new();
            _ = tape.input(1.0) + tape.param(w);
        }),
        ("a kernel of many operands", |w| {
            let tape = Tape::new();
            _ = tape.record(gradus::ops::add_n::AddN, &[tape.input(1.0), tape.param(w), tape.input(1.0)]);
        }),
        ("item", |w| _ = Tape::new().param(w).item()),
    ];
    for (name, use_it) in uses {
        let message = told(move || {
            let w = scalar("layer1/W", 3.0);
            w.update(|_| use_it(&w));
        });
        assert!(message.contains("\"layer1/W\" is used inside its own update"), "{name}: {message}");

        let message = told(move || {
            let w = scalar("layer1/W", 3.0);
            let tape = Tape::new();
            let gradients = tape.param(&w).pow(2.0).backward();
            _ = gradients.update(&w, |_, _| use_it(&w));
        });
        assert!(message.contains("\"layer1/W\" is used inside its own update"), "{name}: {message}");
    }
}

#[test]
fn such_a_use_is_reported_at_the_learners_line() {
    let (sender, receiver) = mpsc::channel();
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| match std::thread::current().name() {
        Some("learner of locks") => {
            let place = info.location().expect("a panic has a place");
            let _ = sender.send((place.file().to_owned(), place.line()));
        }
        _ => previous(info),
    }));
    let first = line!() + 3;
    let uses: [fn(&Param<f64>, Var<f64>); 7] = [
        // one line each
        |w, _| _ = w.value(),
        |w, _| w.with(|_| ()),
        |w, _| w.set(&arr0(1.0)),
        |_, x| _ = x.value(),
        |_, x| _ = x.item(),
        |_, x| _ = x + x,
        |_, x| x.with_value(|_| ()),
    ];
    for (place, use_it) in uses.into_iter().enumerate() {
        let learner = std::thread::Builder::new().name("learner of locks".into()).spawn(move || {
            let w = scalar("w", 3.0);
            let tape = Tape::new();
            let x = tape.param(&w);
            w.update(|_| use_it(&w, x));
        });
        assert!(learner.unwrap().join().is_err());
        let (file, line) = receiver.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(file.ends_with("parameter_updates.rs"), "use {place} is reported in {file}:{line}");
        assert_eq!(line, first + place as u32);
    }
}

#[test]
fn a_parameter_may_be_changed_while_it_is_looked_at_and_the_look_stays_as_it_was() {
    let seen = in_time(|| {
        let w = scalar("w", 3.0);
        w.with(|old| {
            w.update(|w| w[0] += 1.0);
            w.set(&arr0(number(&w) * 2.0));
            (old[0], number(&w), w.version())
        })
    });
    assert_eq!(seen, (3.0, 8.0, 2));
}

#[test]
fn another_parameter_can_be_used_inside_an_update() {
    let (w, v) = (scalar("w", 3.0), scalar("v", 2.0));
    w.update(|w| {
        w[0] -= number(&v);
        v.update(|v| v[0] += w[0]);
    });
    assert_eq!((number(&w), number(&v)), (1.0, 3.0));
}

#[test]
fn the_gradient_of_an_update_may_be_the_parameter_itself() {
    let w = scalar("w", 3.0);
    let tape = Tape::new();
    let leaf = tape.param(&w);
    let gradients = leaf.backward_with(leaf); // the gradient of w² / 2, with w as its own cotangent
    let step = gradients.update(&w, |w, g| w[0] -= 0.25 * g[0]);
    assert_eq!((step, number(&w)), (Ok(Some(())), 2.25));
}

#[test]
fn a_parameter_whose_update_panicked_is_as_the_closure_left_it_and_counts_as_changed() {
    let w = vec![scalar("w", 3.0)];
    let tape = Tape::new();
    let gradients = tape.param(&w[0]).pow(2.0).backward();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        w[0].update(|w| {
            w[0] = 7.0;
            panic!("halfway");
        })
    }));
    assert!(panic.is_err());
    assert_eq!((number(&w[0]), w[0].version()), (7.0, 1));
    assert!(matches!(Sgd::new(0.1).step(&w, &gradients), Err(OptimError::Stale(_))));
    w[0].set(&arr0(1.0));
    assert_eq!(tape.param(&w[0]).pow(2.0).backward().param(&w[0]).unwrap().item(), 2.0);
}

// Several threads.

#[test]
fn threads_that_read_two_parameters_in_opposite_orders_while_others_write_all_end() {
    const ROUNDS: usize = 3_000;
    in_time(|| {
        let (p, q) = (scalar("p", 1.0), scalar("q", 2.0));
        std::thread::scope(|threads| {
            for (first, second) in [(&p, &q), (&q, &p)] {
                threads.spawn(move || {
                    for _ in 0..ROUNDS {
                        first.with(|_| second.with(|_| first.value()));
                        let tape = Tape::new();
                        let (a, b) = (tape.param(first), tape.param(second));
                        _ = a * b + Var::concat(&[a.reshape([1]), b.reshape([1]), a.reshape([1])], 0).sum();
                    }
                });
                threads.spawn(move || (0..ROUNDS).for_each(|round| first.update(|w| w[0] = round as f64)));
            }
        });
    });
}

#[test]
fn threads_whose_updates_would_wait_for_each_other_are_told() {
    let messages = in_time(|| {
        let params = [scalar("p", 1.0), scalar("q", 2.0)];
        let barrier = std::sync::Barrier::new(2);
        std::thread::scope(|threads| {
            let (barrier, params) = (&barrier, &params);
            let update = |mine: usize| {
                threads.spawn(move || {
                    params[mine].update(|w| {
                        barrier.wait();
                        w[0] += number(&params[1 - mine]);
                    })
                })
            };
            let waiting = [update(0), update(1)];
            waiting.map(|thread| thread.join().err().map(|panic| *panic.downcast::<String>().unwrap()))
        })
    });
    let told: Vec<&String> = messages.iter().flatten().collect();
    assert_eq!(told.len(), 1, "one is told, the other one goes on: {messages:?}");
    assert!(told[0].contains("would be waited for without end"), "{told:?}");
}

#[test]
fn of_threads_that_step_by_gradients_of_one_value_one_wins_and_the_others_are_told() {
    const THREADS: usize = 4;
    for _ in 0..50 {
        let params = vec![scalar("a", 0.0), scalar("b", 0.0)];
        let barrier = std::sync::Barrier::new(THREADS);
        let steps: Vec<bool> = std::thread::scope(|threads| {
            let step = || {
                let tape = Tape::new();
                let gradients = (tape.param(&params[0]) + tape.param(&params[1])).backward();
                barrier.wait();
                match Sgd::new(1.0).step(&params, &gradients) {
                    Ok(()) => true,
                    Err(OptimError::Stale(_)) => false,
                    Err(other) => panic!("{other}"),
                }
            };
            let threads: Vec<_> = (0..THREADS).map(|_| threads.spawn(step)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(steps.iter().filter(|made| **made).count(), 1);
        assert_eq!(params.iter().map(number).collect::<Vec<_>>(), [-1.0, -1.0]);
    }
}
