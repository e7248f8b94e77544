//! The promises of the engine, by example.

use gradus::BackwardError;
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::optim::{OptimError, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array2, arr0, arr1};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn panic_message(program: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(program)).expect_err("the program should have panicked");
    panic.downcast_ref::<String>().cloned().unwrap_or_else(|| (*panic.downcast_ref::<&str>().unwrap()).to_owned())
}

#[test]
fn a_node_used_twice_sums_its_gradients() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let y = x * x;
    assert_eq!(y.backward().wrt(x).item(), 6.0);
}

#[test]
fn what_fans_out_adds_up_then_moves_on() {
    let tape = Tape::new();
    let a = tape.var(5.0);
    let b = a + a;
    let c = b + b;
    assert_eq!(c.backward().wrt(a).item(), 4.0);
}

#[test]
fn a_diamond_ladder_is_walked_by_nodes_not_by_paths() {
    let tape = Tape::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..60 {
        y = (y + y) * 0.5; // 2^60 paths
    }
    assert_eq!(y.backward().wrt(x).item(), 1.0);
}

#[test]
fn a_chain_of_a_million_links_does_not_overflow() {
    let tape = Tape::new();
    let x = tape.var(0.5);
    let mut y = x;
    for _ in 0..1_000_000 {
        y += x;
    }
    assert_eq!(y.item(), 500_000.5);
    assert_eq!(y.backward().wrt(x).item(), 1_000_001.0);
}

#[test]
fn a_second_backward_starts_afresh() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let y = x * x;
    let first = y.backward();
    let second = y.backward();
    assert_eq!(first.wrt(x).item(), 6.0);
    assert_eq!(second.wrt(x).item(), 6.0);
}

#[test]
fn the_gradient_of_a_gradient_is_more_of_the_graph() {
    let tape = Tape::new();
    let x = tape.var(0.5_f64);
    let y = x.tanh();
    let dy = y.backward().wrt(x);
    let ddy = dy.backward().wrt(x);
    let t = 0.5_f64.tanh();
    assert!((dy.item() - (1.0 - t * t)).abs() < 1e-15);
    assert!((ddy.item() - -2.0 * t * (1.0 - t * t)).abs() < 1e-15);
}

#[test]
fn gradients_that_do_not_exist_are_absent_not_zero() {
    let tape = Tape::new();
    let (x, unused, data) = (tape.var(1.0), tape.var(2.0), tape.input(3.0));
    let gradients = (x * data).backward();
    assert!(gradients.get(unused).is_none());
    assert!(gradients.get(data).is_none());
    assert_eq!(gradients.wrt(x).item(), 3.0);
    let message = panic_message(|| {
        let _ = gradients.wrt(unused.named("unused"));
    });
    assert!(message.contains("no gradient flows to \"unused\""), "{message}");
}

#[test]
fn nothing_is_computed_for_what_needs_no_gradient() {
    let tape = Tape::<f64>::new();
    let images = tape.input(Array2::<f64>::ones((10, 784)));
    let weights = Param::new("W", Array2::<f64>::ones((784, 5)));
    let loss = images.matmul(tape.param(&weights)).sum();
    loss.backward();
    let products: Vec<_> = tape.nodes().into_iter().filter(|node| node.op.starts_with("matmul")).collect();
    assert_eq!(products.len(), 2, "forward, and dW; no product for the gradient of the images");
}

#[test]
fn a_parameter_updated_between_forward_and_backward_is_refused_by_name() {
    let w = Param::new("layer1/W", arr1(&[1.0, 2.0]));
    let tape = Tape::new();
    let loss = tape.param(&w).pow(2.0).sum();
    w.update(|w| w[0] = 5.0);
    let Err(error) = loss.try_backward() else { panic!("a stale gradient was computed") };
    assert_eq!(error, BackwardError::ParameterChanged { name: "layer1/W".into(), recorded: 0, now: 1 });
    insta::assert_snapshot!(error);
    assert!(panic_message(|| _ = loss.backward()).contains("layer1/W"));
}

#[test]
fn an_update_seen_by_a_later_recording_is_right() {
    let w = Param::new("w", arr0(2.0));
    let tape = Tape::new();
    let before = tape.param(&w).pow(2.0);
    w.set(&arr0(3.0));
    let after = tape.param(&w).pow(2.0);
    assert_eq!((before.item(), after.item()), (4.0, 9.0));
    assert_eq!(after.backward().param(&w).unwrap().item(), 6.0);
    assert!(before.try_backward().is_err());
}

#[test]
fn a_step_taken_twice_with_the_same_gradients_is_refused() {
    let w = vec![Param::new("w", arr0(2.0))];
    let tape = Tape::new();
    let gradients = tape.param(&w[0]).pow(2.0).backward();
    let mut sgd = Sgd::new(0.1);
    sgd.step(&w, &gradients).unwrap();
    let error = sgd.step(&w, &gradients).unwrap_err();
    assert!(matches!(&error, OptimError::Stale(BackwardError::ParameterChanged { name, .. }) if name == "w"));
    assert!((w[0].value().sum() - 1.6).abs() < 1e-12, "the refused step changed nothing");
}

#[test]
fn a_parameter_that_the_loss_does_not_reach_is_named() {
    let params = vec![Param::new("used", arr0(2.0)), Param::new("forgotten", arr0(2.0))];
    let tape = Tape::new();
    let gradients = tape.param(&params[0]).pow(2.0).backward();
    let error = Sgd::new(0.1).step(&params, &gradients).unwrap_err();
    assert_eq!(error, OptimError::NoGradient { name: "forgotten".into() });
    assert_eq!(params[0].version(), 0, "nothing was changed");
}

#[test]
fn two_tapes_do_not_mix() {
    let (here, there) = (Tape::new(), Tape::new());
    let (x, y) = (here.var(1.0), there.var(2.0).named("y"));
    insta::assert_snapshot!(panic_message(|| drop_var(x + y)));
}

fn drop_var(_: Var<f64>) {}

#[test]
fn backward_from_many_numbers_says_what_to_do() {
    let tape = Tape::new();
    let x = tape.var([1.0, 2.0]).named("x");
    let Err(error) = (x * 2.0).named("y").try_backward() else { panic!("a gradient of two numbers") };
    insta::assert_snapshot!(error);
    let Err(error) = tape.input(1.0).sin().try_backward() else { panic!("a gradient of a constant") };
    insta::assert_snapshot!(error);
}

#[test]
fn backward_with_a_cotangent_weighs_the_outputs() {
    let tape = Tape::new();
    let x = tape.var([1.0, 2.0, 3.0]);
    let gradients = (x * x).backward_with(tape.input([1.0, 0.0, -1.0]));
    assert_eq!(gradients.wrt(x).value(), arr1(&[2.0, 0.0, -6.0]).into_dyn());
}

#[test]
fn a_shape_mistake_names_the_op_the_operands_and_the_learners_line() {
    let tape = Tape::<f64>::new();
    let x = tape.input(Array2::zeros((10, 784))).named("images");
    let w = Param::new("W1", Array2::zeros((100, 784)));
    let line = line!() + 1;
    let message = panic_message(|| drop_var(x.matmul(tape.param(&w))));
    insta::with_settings!({filters => vec![(r"\.rs:\d+", ".rs:LINE")]}, { insta::assert_snapshot!(message) });
    assert!(message.contains(&format!("engine.rs:{line}")), "the parameter was recorded at line {line}: {message}");

    let broadcast = panic_message(|| drop_var(tape.input([1.0, 2.0, 3.0]) + tape.input([1.0, 2.0]).named("b")));
    insta::with_settings!({filters => vec![(r"\.rs:\d+", ".rs:LINE")]}, { insta::assert_snapshot!(broadcast) });
}

#[test]
fn a_shape_mistake_panics_at_the_learners_line() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("learner".into());
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() == Some("learner") {
            let place = info.location().map(|place| (place.file().to_owned(), place.line()));
            let _ = sender.send(place);
        } else {
            previous(info);
        }
    }));
    let line = line!() + 4;
    let learner = thread.spawn(|| {
        let tape = Tape::<f64>::new();
        let net = Mlp::<f64>::new(&[3, 2], Activation::Sigmoid, &mut seeded(1));
        drop_var(net.forward(tape.input(Array2::zeros((1, 4)))));
    });
    assert!(learner.unwrap().join().is_err());
    let (file, found) = receiver.recv().unwrap().unwrap();
    assert!(file.ends_with("engine.rs"), "the panic is reported in {file}");
    assert_eq!(found, line);
}

#[test]
fn a_loss_never_broadcasts_outputs_against_targets() {
    let tape = Tape::<f64>::new();
    let outputs = tape.var([1.0, 2.0, 3.0]);
    let targets = tape.input([[1.0], [2.0], [3.0]]);
    let message = panic_message(|| drop_var(outputs.mean_squared_error(targets)));
    assert!(message.contains("[3] and [3, 1] must be equal"), "{message}");
}

#[test]
fn rewinding_reuses_every_node() {
    let mut tape = Tape::new();
    for round in 0..5 {
        let x = tape.var([round as f64, 1.0]);
        let y = (x * x + 2.0 * x).sum().named("y");
        assert_eq!(y.backward().wrt(x).value(), arr1(&[2.0 * round as f64 + 2.0, 4.0]).into_dyn());
        if round > 0 {
            assert_eq!(tape.nodes_made(), tape.len() as u64, "only the first round makes nodes");
        }
        tape.rewind();
        assert!(tape.is_empty());
    }
}

#[test]
fn control_flow_that_differs_from_the_last_pass_records_correctly() {
    let mut tape = Tape::new();
    for round in 0..8_usize {
        let x = tape.var(1.5_f64);
        let mut y = x;
        for link in 0..round % 4 + 1 {
            y = if (round + link) % 3 == 0 { y * x } else { y.tanh() + x };
        }
        let gradient = y.backward().wrt(x).item();

        let fresh = Tape::new();
        let x = fresh.var(1.5_f64);
        let mut y = x;
        for link in 0..round % 4 + 1 {
            y = if (round + link) % 3 == 0 { y * x } else { y.tanh() + x };
        }
        assert_eq!(gradient, y.backward().wrt(x).item(), "round {round}");
        assert_eq!(tape.len(), fresh.len(), "nothing of the last pass is left");
        tape.rewind();
    }
}

#[test]
fn a_batch_of_another_size_records_afresh() {
    let net = Mlp::<f64>::new(&[3, 4, 2], Activation::Tanh, &mut seeded(3));
    let mut tape = Tape::new();
    for rows in [5, 5, 2, 0, 1, 5] {
        let x = tape.input(Array2::from_elem((rows, 3), 0.5));
        let loss = net.forward(x).sum();
        let gradients = loss.backward();
        let gradient = gradients.param(&net.params()[1]).unwrap();
        assert_eq!(gradient.shape(), net.params()[1].shape());
        let one_row = Tape::new();
        let loss_of_one = net.forward(one_row.input(Array2::from_elem((1, 3), 0.5))).sum();
        let of_one = loss_of_one.backward().param(&net.params()[1]).unwrap().value();
        for (all, one) in gradient.value().iter().zip(&of_one) {
            assert!((all - rows as f64 * one).abs() < 1e-12);
        }
        tape.rewind();
    }
}

#[test]
fn names_do_not_outlive_a_rewind() {
    let mut tape = Tape::new();
    let _ = tape.var(1.0).named("old");
    tape.rewind();
    let _ = tape.var(1.0);
    assert_eq!(tape.nodes()[0].name, "");
}

#[test]
fn under_no_grad_nothing_can_be_differentiated() {
    let tape = Tape::new();
    let x = tape.var(1.0);
    let y = tape.no_grad(|| x * x);
    assert!(matches!(y.try_backward(), Err(BackwardError::NothingToDifferentiate { .. })));
    assert_eq!((x * x).backward().wrt(x).item(), 2.0, "outside of it gradients are back");
}

#[test]
fn recording_order_is_a_topological_order() {
    let tape = Tape::new();
    let x = tape.var([[0.1, 0.2], [0.3, 0.4]]);
    let y = x.matmul(x).tanh() * x;
    y.sum().backward();
    let graph = tape.graph();
    assert!(!petgraph::algo::is_cyclic_directed(&*graph));
    assert!(graph.raw_edges().iter().all(|edge| edge.source() < edge.target()));
}

#[test]
fn a_param_read_several_times_is_one_leaf() {
    let w = Param::new("w", arr1(&[1.0, 2.0]));
    let tape = Tape::new();
    let loss = (tape.param(&w) * tape.param(&w)).sum();
    assert_eq!(loss.backward().param(&w).unwrap().value(), arr1(&[2.0, 4.0]).into_dyn());
}
