//! Parameters that are read in unusual ways: without gradients, twice, at two versions, on two tapes, frozen, late. The program
//! gets the right result, or is refused with the parameter's name before anything is changed.

use gradus::BackwardError;
use gradus::optim::{Adam, OptimError, Optimizer, RmsProp, Sgd};
use gradus::prelude::*;
use ndarray::{arr0, arr1};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

pub fn scalar(name: &str, value: f64) -> Param<f64> {
    Param::new(name, arr0(value))
}

pub fn number(param: &Param<f64>) -> f64 {
    param.with(|value| value[0])
}

/// What `program` returns, or a failure if it does not end.
pub fn in_time<R: Send + 'static>(program: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(program()));
    receiver.recv_timeout(Duration::from_secs(20)).expect("it should have ended, and without a panic")
}

/// The message of the panic that `program` ends in.
pub fn told(program: impl FnOnce() + Send + 'static) -> String {
    in_time(move || {
        let panic = catch_unwind(AssertUnwindSafe(program)).expect_err("a mistake was not noticed");
        match panic.downcast::<String>() {
            Ok(message) => *message,
            Err(panic) => panic.downcast_ref::<&str>().expect("panics speak").to_string(),
        }
    })
}

// Read without gradients.

#[test]
fn a_parameter_read_under_no_grad_can_be_trained_afterwards() {
    let w = vec![Param::new("w", arr1(&[1.0, 2.0]))];
    let mut tape = Tape::new();
    for _ in 0..3 {
        tape.no_grad(|| tape.param(&w[0]).sum().item()); // a look at w
        let gradients = (tape.param(&w[0]) * 3.0).sum().backward();
        assert_eq!(gradients.param(&w[0]).unwrap().value(), arr1(&[3.0, 3.0]).into_dyn());
        Sgd::new(0.1).step(&w, &gradients).unwrap();
        tape.rewind();
    }
    assert!(tape.nodes_made() < 20, "the nodes of the first round serve again");
}

#[test]
fn a_parameter_read_with_gradients_gives_none_under_no_grad() {
    let w = scalar("w", 3.0);
    let tape = Tape::new();
    let trained = tape.param(&w);
    let target = tape.no_grad(|| tape.param(&w));
    let loss = trained * target; // w times the number 3
    assert_eq!(loss.backward().param(&w).unwrap().item(), 3.0);
    assert!(matches!((target * target).try_backward(), Err(BackwardError::NothingToDifferentiate { .. })));
    assert_eq!(tape.param(&w).index(), trained.index(), "outside of it the first leaf is found again");
    assert_eq!(tape.no_grad(|| tape.param(&w)).index(), target.index());
}

#[test]
fn a_leaf_that_is_used_again_gets_gradients_or_not_as_this_round_wants() {
    let w = scalar("w", 3.0);
    let mut tape = Tape::new();
    for round in 0..6 {
        let gets_gradients = round % 2 == 0;
        let leaf = if gets_gradients { tape.param(&w) } else { tape.no_grad(|| tape.param(&w)) };
        assert_eq!((leaf * leaf).try_backward().is_ok(), gets_gradients, "round {round}");
        tape.rewind();
    }
}

#[test]
fn an_optimizer_says_that_a_parameter_was_read_without_gradients() {
    let w = vec![scalar("w", 3.0), scalar("v", 2.0)];
    let tape = Tape::new();
    let loss = tape.no_grad(|| tape.param(&w[0])) * tape.param(&w[1]);
    let error = Sgd::new(0.1).step(&w, &loss.backward()).unwrap_err();
    assert_eq!(error, OptimError::NoGradient { name: "w".into() });
    assert!(error.to_string().contains("under no_grad"), "{error}");
    assert_eq!(number(&w[1]), 2.0, "nothing was changed");
}

// At two versions.

#[test]
fn the_gradient_of_an_older_leaf_is_found_but_no_step_is_made_with_it() {
    let w = vec![scalar("w", 3.0)];
    let tape = Tape::new();
    let first = tape.param(&w[0]).pow(2.0).backward();
    w[0].update(|w| w[0] += 0.5);
    let second = tape.param(&w[0]).pow(2.0).backward();
    assert_eq!(first.param(&w[0]).unwrap().item(), 6.0);
    assert_eq!(second.param(&w[0]).unwrap().item(), 7.0);
    let stale = BackwardError::ParameterChanged { name: "w".into(), recorded: 0, now: 1 };
    assert_eq!(first.current(&w[0]).err(), Some(stale.clone()));
    assert_eq!(first.update(&w[0], |w, _| w[0] = 0.0), Err(stale.clone()));
    let mut optimizers: [Box<dyn FnMut() -> OptimError>; 3] = [
        Box::new(|| Sgd::new(0.1).step(&w, &first).unwrap_err()),
        Box::new(|| Adam::new(0.1).step(&w, &first).unwrap_err()),
        Box::new(|| RmsProp::new(0.1).step(&w, &first).unwrap_err()),
    ];
    for step in &mut optimizers {
        assert_eq!(step(), OptimError::Stale(stale.clone()));
    }
    assert_eq!(number(&w[0]), 3.5);
    Sgd::new(0.1).step(&w, &second).unwrap();
    assert!((number(&w[0]) - 2.8).abs() < 1e-12);
}

#[test]
fn a_loss_of_two_versions_is_refused_by_name() {
    let w = scalar("w", 3.0);
    let tape = Tape::new();
    let old = tape.param(&w);
    w.set(&arr0(4.0));
    let Err(error) = (old * tape.param(&w)).try_backward() else { panic!("which w would be stepped?") };
    assert_eq!(error, BackwardError::ParameterChanged { name: "w".into(), recorded: 0, now: 1 });
}

#[test]
fn a_leaf_that_is_itself_the_loss_is_refused_if_it_is_outdated() {
    let w = scalar("w", 3.0);
    let tape = Tape::new();
    let leaf = tape.param(&w);
    w.set(&arr0(4.0));
    assert!(matches!(leaf.try_backward(), Err(BackwardError::ParameterChanged { .. })));
    assert_eq!(tape.param(&w).backward().param(&w).unwrap().item(), 1.0);
}

#[test]
fn an_older_version_that_no_gradient_is_wanted_of_is_refused_too() {
    let (w, v) = (scalar("w", 3.0), scalar("v", 2.0));
    let tape = Tape::new();
    let loss = tape.no_grad(|| tape.param(&w)) * tape.param(&v); // dv = w, and w is read by the pass
    w.set(&arr0(4.0));
    assert!(matches!(loss.try_backward(), Err(BackwardError::ParameterChanged { name, .. }) if name == "w"));
}

// Twice, tied, on two tapes, late.

#[test]
fn a_parameter_of_two_layers_gets_the_sum_of_their_gradients() {
    let w = vec![scalar("w", 3.0)];
    let tape = Tape::new();
    let x = tape.input(2.0);
    let first = x * tape.param(&w[0]);
    let second = first * tape.param(&w[0].clone()); // 2 w²
    let gradients = second.backward();
    assert_eq!(gradients.param(&w[0]).unwrap().item(), 12.0);
    Sgd::new(0.25).step(&w, &gradients).unwrap();
    assert_eq!((number(&w[0]), w[0].version()), (0.0, 1));
}

#[test]
fn a_step_on_one_tape_makes_the_gradients_of_another_stale() {
    let w = vec![scalar("w", 3.0)];
    let (here, there) = (Tape::new(), Tape::new());
    let loss_there = there.param(&w[0]).pow(2.0);
    let (of_here, of_there) = (here.param(&w[0]).pow(2.0).backward(), loss_there.backward());
    Sgd::new(0.25).step(&w, &of_here).unwrap();
    assert!(matches!(Sgd::new(0.25).step(&w, &of_there), Err(OptimError::Stale(_))));
    assert!(matches!(loss_there.try_backward(), Err(BackwardError::ParameterChanged { .. })));
    assert_eq!(number(&w[0]), 1.5);
}

#[test]
fn a_parameter_that_joins_late_is_named_until_the_loss_depends_on_it() {
    let mut params = vec![scalar("first", 3.0)];
    let tape = Tape::new();
    let gradients = tape.param(&params[0]).pow(2.0).backward();
    params.push(scalar("late", 2.0));
    let error = Sgd::new(0.1).step(&params, &gradients).unwrap_err();
    assert_eq!(error, OptimError::NoGradient { name: "late".into() });
    assert_eq!(number(&params[0]), 3.0, "nothing was changed");
    let loss = tape.param(&params[0]) * tape.param(&params[1]);
    Sgd::new(0.1).step(&params, &loss.backward()).unwrap();
    assert_eq!(params.iter().map(number).collect::<Vec<_>>(), [3.0 - 0.1 * 2.0, 2.0 - 0.1 * 3.0]);
}

// Frozen.

#[test]
fn a_frozen_parameter_gets_no_gradient_and_is_not_stepped_by_any_optimizer() {
    let step: [fn(&Vec<Param<f64>>, &gradus::Gradients<f64>); 3] = [
        |w, gradients| Sgd::new(0.1).momentum(0.9).step(w, gradients).unwrap(),
        |w, gradients| Adam::new(0.1).step(w, gradients).unwrap(),
        |w, gradients| RmsProp::new(0.1).step(w, gradients).unwrap(),
    ];
    for step in step {
        let w = vec![scalar("frozen", 3.0), scalar("trained", 2.0)];
        w[0].freeze();
        let tape = Tape::new();
        let gradients = (tape.param(&w[0]) * tape.param(&w[1])).backward();
        assert!(gradients.param(&w[0]).is_none());
        step(&w, &gradients);
        assert_eq!((number(&w[0]), w[0].version()), (3.0, 0));
        assert_ne!(number(&w[1]), 2.0);
    }
}

#[test]
fn freezing_counts_for_optimizers_at_once_and_for_recordings_from_then_on() {
    let w = vec![scalar("w", 3.0), scalar("v", 2.0)];
    let mut tape = Tape::new();
    let loss = tape.param(&w[0]) * tape.param(&w[1]);
    let gradients = loss.backward();
    w[0].freeze();
    assert_eq!(gradients.param(&w[0]).unwrap().item(), 2.0, "it was recorded before");
    assert_eq!(gradients.update(&w[0], |_, _| panic!("a frozen parameter was changed")), Ok(None));
    Sgd::new(0.1).step(&w, &gradients).unwrap();
    assert_eq!(number(&w[0]), 3.0);

    tape.rewind();
    let loss = tape.param(&w[0]) * tape.param(&w[1]);
    let gradients = loss.backward();
    assert!(gradients.param(&w[0]).is_none());
    w[0].unfreeze();
    let error = Sgd::new(0.1).step(&w, &gradients).unwrap_err();
    assert!(error.to_string().contains("while it was frozen"), "{error}");
    tape.rewind();
    let loss = tape.param(&w[0]) * tape.param(&w[1]);
    Sgd::new(0.1).step(&w, &loss.backward()).unwrap();
    assert_ne!(number(&w[0]), 3.0);
}

#[test]
fn a_loss_of_frozen_parameters_alone_says_so() {
    let w = scalar("w", 3.0);
    w.freeze();
    let tape = Tape::new();
    let Err(error) = tape.param(&w).pow(2.0).try_backward() else { panic!("a gradient of nothing") };
    assert!(error.to_string().contains("unfreeze"), "{error}");
    assert!(w.cast::<f32>().is_frozen());
}
