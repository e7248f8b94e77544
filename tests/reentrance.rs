//! A tape that is used while it is busy: passes inside vjps, parameters that change meanwhile, borrows and guards that outlive their scope.

use crate::vjp_mistakes::{own, right};
use gradus::prelude::*;
use gradus::trace::Event;
use gradus::{BackwardError, Cotangents, Local, Op, Phase, View, ViewMut};
use ndarray::{arr0, arr1};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

fn panic_of(program: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(program)).expect_err("a mistake was not noticed");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast_ref::<&str>().expect("panics speak").to_string(),
    }
}

// Recomputation: the forward pass keeps nothing but the result, and the vjp computes it all again and asks for its gradients.

/// y = tanh(x w)², without keeping intermediate results.
#[derive(PartialEq)]
struct Checkpoint;

fn inner<'t>(x: Var<'t, f64>, w: Var<'t, f64>) -> Var<'t, f64> {
    (x * w).tanh().pow(2.0)
}

impl Op<f64> for Checkpoint {
    fn name(&self) -> &'static str {
        "checkpoint"
    }
    fn formula(&self) -> &'static str {
        "y = tanh(x w)²"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<f64>], y: ViewMut<f64>) {
        let tape = Tape::new();
        let inside = inner(tape.input(x[0].array()), tape.input(x[1].array()));
        inside.with_value(|value| y.data.iter_mut().zip(value).for_each(|(y, &value)| *y = value));
    }
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let [x, w] = at.operands();
        let gradients = inner(x, w).backward_with(at.cotangent());
        [at.to(0, || gradients.wrt(x)), at.to(1, || gradients.wrt(w))].into()
    }
}

/// A chain of three blocks, with a sum at every end: what several passes and several uses must add up to.
fn chain<'t>(
    x: Var<'t, f64>,
    w: Var<'t, f64>,
    block: impl Fn(Var<'t, f64>, Var<'t, f64>) -> Var<'t, f64>,
) -> Var<'t, f64> {
    let first = block(x.sin() + x, w);
    let second = block(first * x, w);
    (block(second + first, w) * x).sum()
}

#[test]
fn a_backward_pass_inside_a_vjp_gives_the_gradients_of_the_plain_program() {
    let (mut plain, mut kept) = (Tape::new(), Tape::new());
    for round in 0..3 {
        let start = arr1(&[0.3 + round as f64, -0.2, 0.9]);
        let ask = |tape: &Tape<f64>, block: for<'t> fn(Var<'t, f64>, Var<'t, f64>) -> Var<'t, f64>| {
            let (x, w) = (tape.var(&start), tape.var([0.5, 1.5, -1.0]));
            let loss = chain(x, w, block);
            let gradients = loss.backward();
            (loss.item(), gradients.wrt(x).value(), gradients.wrt(w).value(), gradients.pass())
        };
        let plain_result = ask(&plain, inner);
        let kept_result = ask(&kept, |x, w| x.tape().record(Checkpoint, &[x, w]));
        assert_eq!((plain_result.0, plain_result.3), (kept_result.0, 1));
        for (plain, kept) in [(&plain_result.1, &kept_result.1), (&plain_result.2, &kept_result.2)] {
            for (plain, kept) in plain.iter().zip(kept) {
                assert!((plain - kept).abs() < 1e-14, "{plain_result:?} {kept_result:?}");
            }
        }
        assert_eq!(kept_result.3, 1, "the pass that the program asked for is the first, those inside come after it");
        if round > 0 {
            assert_eq!(kept.nodes_made(), kept.len() as u64, "a rewind makes nothing new");
        }
        plain.rewind();
        kept.rewind();
    }
}

#[test]
fn a_gradient_of_a_gradient_flows_through_a_pass_inside_a_vjp() {
    let second = |block: for<'t> fn(Var<'t, f64>, Var<'t, f64>) -> Var<'t, f64>| {
        let tape = Tape::new();
        let (x, w) = (tape.var(0.4), tape.var(0.7));
        let first = block(x, w).backward().wrt(x);
        let second = first.backward();
        (first.item(), second.wrt(x).item(), second.wrt(w).item())
    };
    let (plain, kept) = (second(inner), second(|x, w| x.tape().record(Checkpoint, &[x, w])));
    let close = |a: f64, b: f64| (a - b).abs() < 1e-14;
    assert!(close(plain.0, kept.0) && close(plain.1, kept.1) && close(plain.2, kept.2), "{plain:?} {kept:?}");
}

#[test]
fn nodes_of_a_pass_inside_a_vjp_are_labelled_with_that_pass_and_those_after_it_with_the_outer_one() {
    let mut tape = Tape::new();
    tape.start_profile();
    let x = tape.var([0.4, 0.1]);
    let line = line!() + 1;
    let y = tape.record(Checkpoint, &[x.sin(), tape.var([0.7, 0.2])]);
    let loss = y.sum();
    let gradients = loss.backward();
    let after = tape.var(1.0);
    assert_eq!((gradients.pass(), tape.backward_passes()), (1, 2));
    let nodes = tape.nodes();
    let of_outer: Vec<&str> = nodes.iter().filter(|node| node.pass == 1).map(|node| node.op).collect();
    assert_eq!(of_outer[..2], ["seed", "reshape"]);
    assert!(of_outer.contains(&"cos"), "the slope of the sine comes after the pass inside: {of_outer:?}");
    assert!(
        nodes.iter().filter(|node| node.pass > 0).all(|node| node.source.line() >= line && node.origin < node.index)
    );
    assert_eq!((nodes.last().unwrap().index, nodes.last().unwrap().pass), (after.index(), 0));
    assert_eq!(tape.loss_of(1), Some(loss.index()));
    assert!(tape.loss_of(2).unwrap() > loss.index());
    let sum: f64 = tape
        .contributions(1)
        .iter()
        .filter(|sent| sent.to == x.index())
        .map(|sent| tape.value(sent.cotangent).sum())
        .sum();
    assert!((sum - gradients.wrt(x).value().sum()).abs() < 1e-14);

    let trace = tape.trace();
    assert!(trace.nodes.iter().all(|node| node.index < trace.nodes.len()));
    let seeds = trace.events.iter().filter_map(|event| match event {
        Event::Seed { pass, .. } => Some(*pass),
        _ => None,
    });
    assert_eq!(seeds.collect::<Vec<_>>(), [1, 2]);
    let profile = tape.profile().unwrap();
    let forward: Vec<&str> =
        profile.rows().iter().filter(|row| row.phase == Phase::Forward).map(|row| row.op).collect();
    assert_eq!(forward.len(), 3, "sin, checkpoint and sum: {forward:?}");
}

#[test]
fn a_pass_inside_a_vjp_that_comes_to_this_very_op_is_refused() {
    fn through_itself<'t>(at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        match at.output().try_backward() {
            Err(error @ BackwardError::InsideItself { .. }) => panic!("{error}"),
            _ => right(at),
        }
    }
    let mut tape = Tape::new();
    for _ in 0..2 {
        let x = tape.var(2.0);
        let y = tape.record(own("own", through_itself), &[x]).named("y");
        let message = panic_of(|| _ = y.sin().backward());
        assert!(message.contains("comes to \"y\" (%1 = own), recorded at tests/reentrance.rs:"), "{message}");
        assert!(message.contains("whose own vjp is running"), "{message}");
        assert_eq!((x * x).backward().wrt(x).item(), 4.0, "the tape can be used");
        tape.rewind();
    }
}

#[test]
fn a_pass_inside_a_vjp_that_fails_leaves_the_outer_one_as_it_was() {
    fn tries<'t>(at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let tape = at.cotangent().tape();
        assert!(tape.input(1.0).sin().try_backward().is_err());
        assert!(matches!(at.output().try_backward(), Err(BackwardError::InsideItself { .. })));
        let broken = tape.record(own("broken", |_| panic!("inside")), &[at.operand(0)]);
        assert!(catch_unwind(AssertUnwindSafe(|| _ = broken.sum().backward())).is_err());
        right(at)
    }
    let tape = Tape::new();
    let x = tape.var(2.0);
    let gradients = tape.record(own("tries", tries), &[x * 3.0]).sin().backward();
    assert!((gradients.wrt(x).item() - 36.0_f64.cos() * 36.0).abs() < 1e-12);
    let product = tape.nodes().into_iter().rev().find(|node| node.op == "mul").unwrap();
    assert_eq!(product.pass, 1, "what came after the failures belongs to the outer pass");
    let after = tape.var(1.0);
    assert_eq!(tape.nodes()[after.index().index()].pass, 0);
}

// Parameters that change while a pass runs.

thread_local! {
    static SHARED: Param<f64> = Param::new("shared", arr0(3.0));
}

#[test]
fn a_parameter_that_a_vjp_changes_is_noticed_at_the_end_of_the_pass() {
    fn changes<'t>(at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        SHARED.with(|w| w.update(|w| w[0] += 1.0));
        right(at)
    }
    let w = SHARED.with(Clone::clone);
    let tape = Tape::new();
    let x = tape.var(2.0);
    // The product is differentiated first, with the old w; then the vjp of the operand changes it.
    let loss = tape.param(&w) * tape.record(own("changes", changes), &[x]);
    let Err(error) = loss.try_backward() else { panic!("nobody noticed") };
    assert_eq!(error, BackwardError::ParameterChanged { name: "shared".into(), recorded: 0, now: 1 });
    assert_eq!(tape.param(&w).pow(2.0).backward().param(&w).unwrap().item(), 8.0, "recorded again, it is right");
}

#[test]
fn a_parameter_that_another_thread_changes_during_a_pass_is_noticed_at_its_end() {
    let w = Param::new("w", arr0(3.0));
    let (mut right, mut refused) = (0, 0);
    let stop = &AtomicBool::new(false);
    std::thread::scope(|threads| {
        let writer = w.clone();
        threads.spawn(move || {
            // It ends, also if the assertion below fails.
            for _ in (0..1_000_000).take_while(|_| !stop.load(Ordering::Relaxed)) {
                writer.update(|w| w[0] = if w[0] == 3.0 { 5.0 } else { 3.0 });
                std::thread::yield_now();
            }
        });
        let mut tape = Tape::new();
        for _ in 0..2_000 {
            let leaf = tape.param(&w);
            let loss = leaf * leaf * leaf * leaf;
            match loss.try_backward() {
                Ok(gradients) => {
                    let gradient = gradients.param(&w).unwrap().item();
                    assert!(gradient == 4.0 * 27.0 || gradient == 4.0 * 125.0, "{gradient} is of two values at once");
                    right += 1;
                }
                Err(BackwardError::ParameterChanged { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
            tape.rewind();
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(right + refused, 2_000);
}

// Looks and guards that outlast what they belong to.

#[test]
fn a_look_at_the_graph_may_leave_no_grad_and_scopes() {
    let tape = Tape::new();
    let x = tape.var(2.0);
    let nodes = tape.no_grad(|| {
        let _scope = tape.scope("inside");
        _ = x.sin();
        tape.graph()
    });
    assert_eq!(nodes.node_count(), 2);
    drop(nodes);
    assert_eq!((x * x).backward().wrt(x).item(), 4.0, "gradients are back");
    assert_eq!(tape.nodes()[2].scope, "");
}

#[test]
fn a_panic_under_no_grad_and_in_a_scope_ends_both() {
    let tape = Tape::new();
    let x = tape.var(2.0);
    let message = panic_of(|| {
        tape.no_grad(|| {
            let _scope = tape.scope("inside");
            let _look = tape.graph();
            panic!("halfway")
        })
    });
    assert_eq!(message, "halfway");
    assert_eq!((x * x).backward().wrt(x).item(), 4.0);
    assert_eq!(tape.nodes()[1].scope, "");
}

#[test]
fn who_records_while_somebody_looks_is_told() {
    let w = Param::new("w", arr0(3.0));
    let tape = Tape::new();
    let x = tape.var([1.0, 2.0]);
    let gradients = tape.param(&w).pow(2.0).backward();
    let graph = tape.graph();
    let records: [(&str, &dyn Fn()); 7] = [
        ("op", &|| _ = x + x),
        ("var", &|| _ = tape.var(1.0)),
        ("param", &|| _ = tape.param(&w)),
        ("named", &|| _ = x.named("x")),
        ("backward", &|| _ = gradients.param(&w).unwrap().backward()),
        ("full", &|| _ = tape.full([2], 1.0)),
        ("shared", &|| _ = tape.input_shared(&arr1(&[1.0]).into_shared())),
    ];
    for (name, record) in records {
        let message = panic_of(record);
        assert!(
            message.starts_with("nothing can be recorded on a tape while somebody looks at it"),
            "{name}: {message}"
        );
    }
    drop(graph);
    let told = panic_of(|| x.with_value(|_| _ = x.sin()));
    assert!(told.contains("inside with_value"), "{told}");
    let told = panic_of(|| _ = gradients.update(&w, |w, _| w[0] = x.sum().item()));
    assert!(told.contains("Gradients::update"), "{told}");
    assert_eq!(tape.len(), tape.nodes().len());
    assert_eq!((x * x).sum().backward().wrt(x).value(), arr1(&[2.0, 4.0]).into_dyn());
}

#[test]
fn a_kernel_may_use_a_tape_of_its_own() {
    fn on_its_own_tape(x: &[View<f64>], y: ViewMut<f64>) {
        let tape = Tape::new();
        let copy = tape.var(x[0].array());
        (copy * copy).with_value(|value| y.data.iter_mut().zip(value).for_each(|(y, &value)| *y = value));
    }
    let tape = Tape::new();
    let x = tape.var([1.0, 3.0]);
    let mut op = own("own tape", right);
    op.forward = on_its_own_tape;
    let y = tape.record(op, &[x]);
    assert_eq!(y.value(), tape.record(own("square", right), &[x]).value());
}
