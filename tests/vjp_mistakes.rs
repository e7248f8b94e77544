//! Ops with mistakes: the results of their vjps are checked, a panic inside is reported as such, and the tape can be used afterwards.

use gradus::draw::{Backward, DrawOptions};
use gradus::prelude::*;
use gradus::{BackwardError, Cotangents, Local, Op, View, ViewMut};
use ndarray::arr1;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// An op of one's own: its name, what it computes, and what flows back.
pub struct Own {
    name: &'static str,
    pub forward: fn(&[View<f64>], ViewMut<f64>),
    vjp: for<'t> fn(&Local<'t, f64>) -> Cotangents<'t, f64>,
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Op<f64> for Own {
    fn name(&self) -> &'static str {
        self.name
    }
    fn formula(&self) -> &'static str {
        "y = x²"
    }
    fn attributes(&self) -> String {
        "of one's own".to_owned()
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<f64>], y: ViewMut<f64>) {
        (self.forward)(x, y)
    }
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        (self.vjp)(at)
    }
}

fn square(x: &[View<f64>], y: ViewMut<f64>) {
    y.data.iter_mut().zip(x[0].data).for_each(|(y, x)| *y = x * x);
}

/// The square, with this vjp.
pub fn own(name: &'static str, vjp: for<'t> fn(&Local<'t, f64>) -> Cotangents<'t, f64>) -> Own {
    Own { name, forward: square, vjp }
}

/// What is right: 2 x g.
pub fn right<'t>(at: &Local<'t, f64>) -> Cotangents<'t, f64> {
    [at.to(0, || 2.0 * at.operand(0) * at.cotangent())].into()
}

fn panic_of(program: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(program)).expect_err("a mistake was not noticed");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast_ref::<&str>().expect("panics speak").to_string(),
    }
}

/// After a mistake, the tape works like a fresh one, in this recording and the next, and labels its nodes correctly.
fn is_in_order(tape: &mut Tape<f64>) {
    for round in 0..3 {
        let x = tape.var([1.0, 2.0, 3.0]).named("x after");
        let line = line!() + 1;
        let y = tape.record(own("square", right), &[x]).sum();
        assert_eq!(y.backward().wrt(x).value(), arr1(&[2.0, 4.0, 6.0]).into_dyn());
        let nodes = tape.nodes();
        let node = &nodes[y.index().index() - 1];
        assert_eq!((node.op, node.pass, node.origin, node.source.line()), ("square", 0, node.index, line), "{round}");
        assert_eq!((nodes[x.index().index()].name.as_str(), node.scope.as_str()), ("x after", ""));
        assert!(nodes[y.index().index() + 1..].iter().all(|node| node.pass == tape.backward_passes()));
        assert!(!tape.trace().events.is_empty());
        println!("{}", tape.listing());
        tape.rewind();
    }
    assert_eq!(tape.len(), 0);
}

#[test]
fn the_shape_of_what_a_vjp_sends_is_looked_at() {
    let wrong: [for<'t> fn(&Local<'t, f64>) -> Cotangents<'t, f64>; 5] = [
        // wider than the operand ever was
        |at| [at.to(0, || at.cotangent().tape().full([5, 3], 1.0))].into(),
        // one element less
        |at| [at.to(0, || at.cotangent().slice(&[(0, 2)]))].into(),
        // reduced
        |at| [at.to(0, || at.cotangent().sum())].into(),
        // another axis
        |at| [at.to(0, || at.cotangent().reshape([3, 1]))].into(),
        // one more axis of length 1
        |at| [at.to(0, || at.cotangent().reshape([1, 3]))].into(),
    ];
    let mut told = Vec::new();
    for vjp in wrong {
        let mut tape = Tape::new();
        let x = tape.var([1.0, 2.0, 3.0]).named("x");
        let loss = tape.record(own("own", vjp), &[x]).sum();
        let Err(error) = loss.try_backward() else { panic!("a wrong shape was not noticed") };
        assert!(matches!(error, BackwardError::WrongVjp { .. }));
        told.push(error.to_string());
        assert!(panic_of(|| _ = loss.backward()).contains("has a mistake: it sends"));
        is_in_order(&mut tape);
    }
    insta::with_settings!({ omit_expression => true, filters => vec![(r"\.rs:\d+", ".rs:LINE")] }, {
        insta::assert_snapshot!(told.join("\n"));
    });
}

/// The sum over the last axis of a b, where a has one axis less: it is broadcast, though the result does not show it.
#[derive(PartialEq)]
struct Dot;

impl Op<f64> for Dot {
    fn name(&self) -> &'static str {
        "dot"
    }
    fn formula(&self) -> &'static str {
        "y = Σ a b"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(Shape::new(&x[1][..1]))
    }
    fn forward(&self, x: &[View<f64>], y: ViewMut<f64>) {
        for (y, row) in y.data.iter_mut().zip(x[1].data.chunks(x[0].data.len())) {
            *y = row.iter().zip(x[0].data).map(|(a, b)| a * b).sum();
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let (g, [a, b]) = (at.cotangent().reshape([2, 1]), at.operands());
        [at.to(0, || g * b), at.to(1, || g * a)].into()
    }
}

#[test]
fn an_operand_that_was_broadcast_gets_the_sum_over_its_copies_also_in_a_reduction() {
    let tape = Tape::new();
    let (a, b) = (tape.var([1.0, 2.0, 3.0]), tape.var([[1.0, 1.0, 1.0], [2.0, 0.0, 2.0]]));
    let gradients = tape.record(Dot, &[a, b]).sum().backward();
    assert_eq!(gradients.wrt(a).value(), arr1(&[3.0, 1.0, 3.0]).into_dyn());
    assert_eq!(gradients.wrt(b).shape(), b.shape());
}

#[test]
fn the_number_of_what_a_vjp_sends_is_looked_at() {
    let wrong: [for<'t> fn(&Local<'t, f64>) -> Cotangents<'t, f64>; 2] =
        [|at| [at.to(0, || at.cotangent()), at.no_gradient()].into(), |_| [].into()];
    for vjp in wrong {
        let mut tape = Tape::new();
        let x = tape.var([1.0, 2.0, 3.0]);
        let loss = tape.record(own("own", vjp), &[x]).named("y").sum();
        let Err(error) = loss.try_backward() else { panic!("a wrong number was not noticed") };
        let error = error.to_string();
        assert!(error.contains("the vjp of \"y\" (%1 = own), recorded at tests/vjp_mistakes.rs:"), "{error}");
        assert!(error.contains("operands, but there are 1"), "{error}");
        is_in_order(&mut tape);
    }
}

thread_local! {
    static OTHER: &'static Tape<f64> = Box::leak(Box::new(Tape::new()));
}

#[test]
fn a_var_of_another_tape_is_refused_as_what_a_vjp_sends() {
    fn elsewhere<'t>(_: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let other: &'static Tape<f64> = OTHER.with(|other| *other);
        [gradus::Cotangent::Flows(other.var([7.0, 7.0, 7.0]))].into()
    }
    let mut tape = Tape::new();
    let x = tape.var([1.0, 2.0, 3.0]);
    let Err(error) = tape.record(own("own", elsewhere), &[x]).sum().try_backward() else { panic!("not noticed") };
    assert!(error.to_string().contains("operand 1 lives on another tape"), "{error}");
    is_in_order(&mut tape);
}

#[test]
fn what_a_vjp_sends_to_an_operand_that_gets_no_gradients_goes_no_further() {
    fn always<'t>(at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let flows = |_| gradus::Cotangent::Flows(at.cotangent());
        (0..2).map(flows).collect()
    }
    let tape = Tape::new();
    let (x, data) = (tape.var([1.0, 2.0]), tape.input([3.0, 4.0]));
    let constant = tape.no_grad(|| x.sin());
    for other in [data, constant, x.detach()] {
        let gradients = tape.record(own("always", always), &[x, other]).sum().backward();
        assert_eq!(gradients.wrt(x).value(), arr1(&[1.0, 1.0]).into_dyn());
        assert!(gradients.get(other).is_none());
    }
}

#[test]
fn a_panic_inside_a_vjp_is_reported_with_the_op_and_the_line_that_recorded_it() {
    type Vjp = for<'t> fn(&Local<'t, f64>) -> Cotangents<'t, f64>;
    let wrong: [(&str, Vjp); 5] = [
        ("I forgot something", |_| panic!("I forgot something")),
        ("index out of bounds", |at| [at.to(0, || at.operand(3))].into()),
        ("names 2 operands", |at| {
            let [x, _] = at.operands();
            [at.to(0, || x)].into()
        }),
        ("shapes do not fit in mul", |at| [at.to(0, || at.cotangent() * at.cotangent().tape().full([2], 1.0))].into()),
        ("the kernel (or the shape rule) of inner panicked: inside", |at| {
            let inner = Own { name: "inner", forward: |_, _| panic!("inside"), vjp: right };
            let _scope = at.cotangent().tape().scope("in the vjp");
            [at.to(0, || at.cotangent().tape().record(inner, &[at.operand(0)]))].into()
        }),
    ];
    for (mistake, vjp) in wrong {
        let mut tape = Tape::new();
        let x = tape.var([1.0, 2.0, 3.0]);
        let line = line!() + 1;
        let y = tape.record(own("own", vjp), &[x]).named("y");
        let message = panic_of(|| _ = y.sum().backward());
        let place = format!("the vjp of \"y\" (%1 = own), recorded at tests/vjp_mistakes.rs:{line} panicked: ");
        assert!(message.starts_with(&place) && message.contains(mistake), "{message}");
        assert_eq!(tape.nodes()[1].op, "own", "the op is back in its place");
        assert!((1..=tape.backward_passes()).all(|pass| tape.contributions(pass).is_empty()), "the pass was given up");
        let after = tape.var(1.0); // without a rewind
        let info = tape.nodes()[after.index().index()].clone();
        assert_eq!((info.pass, info.origin, info.scope.as_str()), (0, after.index(), ""));
        is_in_order(&mut tape);
    }
}

#[test]
fn a_panic_that_carries_no_text_goes_on_as_it_is() {
    fn vjp<'t>(_: &Local<'t, f64>) -> Cotangents<'t, f64> {
        std::panic::panic_any(7_u8)
    }
    let tape = Tape::new();
    let y = tape.record(own("own", vjp), &[tape.var(1.0)]);
    let panic = catch_unwind(AssertUnwindSafe(|| _ = y.backward())).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&7_u8));
}

#[test]
fn a_panic_inside_a_kernel_is_reported_with_the_op_and_leaves_the_tape_as_it_was() {
    fn halfway(x: &[View<f64>], y: ViewMut<f64>) {
        y.data[0] = 7.0;
        assert!(x[0].data[0] > 0.0, "only for positive numbers");
        square(x, y);
    }
    let op = || Own { name: "halfway", forward: halfway, vjp: right };
    for shape in [&[][..], &[3], &[2, 2]] {
        let mut tape = Tape::new();
        for round in 0..4 {
            let good = tape.full(shape, 2.0);
            let (before, y) = (tape.len(), tape.record(op(), &[good]));
            assert_eq!(y.value(), tape.full(shape, 4.0).value());
            // On the way that the last round went, and where it did not go.
            let wrong = tape.full(shape, if round % 2 == 0 { -1.0 } else { 3.0 });
            let len = tape.len();
            let recorded = catch_unwind(AssertUnwindSafe(|| tape.record(op(), &[wrong]).value()));
            match recorded {
                Ok(value) => assert_eq!((round % 2, value), (1, tape.full(shape, 9.0).value())),
                Err(panic) => {
                    let message = panic.downcast_ref::<String>().unwrap();
                    assert_eq!(
                        message,
                        "the kernel (or the shape rule) of halfway panicked: only for positive numbers"
                    );
                    assert_eq!(tape.len(), len);
                }
            }
            let z = (y + good).sum();
            assert_eq!(z.item(), 6.0 * good.shape().size() as f64);
            assert!(tape.nodes().iter().skip(before).all(|node| node.pass == 0));
            assert_eq!(tape.graph().node_count().max(tape.len()), tape.graph().node_count());
            tape.rewind();
        }
        is_in_order(&mut tape);
    }
}

#[test]
fn a_panic_inside_a_shape_rule_or_an_input_is_survived_too() {
    struct Broken;
    impl gradus::Input<f64> for Broken {
        fn shape(&self) -> Shape {
            [2].into()
        }
        fn write(&self, buffer: &mut [f64]) {
            buffer[5] = 1.0;
        }
    }
    let mut tape = Tape::new();
    for _ in 0..2 {
        assert!(panic_of(|| _ = tape.record(own("own", right), &[])).contains("of own panicked: index out of bounds"));
        let len = tape.len();
        assert!(panic_of(|| _ = tape.input(Broken)).contains("index out of bounds"));
        assert_eq!(tape.len(), len);
        is_in_order(&mut tape);
    }
}

#[test]
fn a_mistake_is_reported_at_the_line_that_started_the_pass() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (previous, lines) = (std::panic::take_hook(), seen.clone());
    std::panic::set_hook(Box::new(move |info| match std::thread::current().name() {
        Some("learner of vjps") => lines.lock().unwrap().push(info.location().expect("a place").line()),
        _ => previous(info),
    }));
    let line = line!() + 5;
    let learner = std::thread::Builder::new().name("learner of vjps".into()).spawn(|| {
        let tape = Tape::new();
        let x = tape.var([1.0, 2.0, 3.0]);
        let y = tape.record(own("own", |_| panic!("inside")), &[x]).sum();
        _ = y.backward();
    });
    assert!(learner.unwrap().join().is_err());
    assert_eq!(*seen.lock().unwrap(), [line - 1, line], "the mistake itself, and the pass that met it");
}

#[test]
fn a_pass_that_was_given_up_is_not_part_of_a_trace() {
    let tape = Tape::new();
    let x = tape.var(2.0);
    let y = tape.record(own("own", |_| panic!("inside")), &[x.sin()]);
    assert!(catch_unwind(AssertUnwindSafe(|| _ = (y * x).backward())).is_err());
    let gradients = (x * x).backward();
    assert_eq!(gradients.wrt(x).item(), 4.0);
    let events = tape.trace().events;
    let of_passes = events.iter().filter(|event| !matches!(event, gradus::trace::Event::Forward { .. }));
    assert_eq!(of_passes.count(), 4, "a seed, two contributions, and their sum");
}

thread_local! {
    /// What vjps saw of their tape while they ran.
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[test]
fn a_vjp_may_list_draw_and_trace_its_tape_and_ask_for_the_reach_of_its_node() {
    fn looking<'t>(at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let (tape, node) = (at.cotangent().tape(), at.output().index());
        assert!(!tape.trace().nodes.is_empty());
        let info = tape.nodes()[node.index()].clone();
        let seen = [
            tape.listing(),
            tape.to_svg(&DrawOptions::new().backward(Backward::Nodes)),
            format!("{:?} {} {}", tape.reach(node), info.attributes, info.formula),
        ];
        SEEN.with_borrow_mut(|all| all.extend(seen));
        right(at)
    }
    let tape = Tape::new();
    let x = tape.var([1.0, 2.0]).named("x");
    let y = tape.record(own("looking", looking), &[x]);
    assert_eq!(y.sum().backward().wrt(x).value(), arr1(&[2.0, 4.0]).into_dyn());
    SEEN.with_borrow(|seen| {
        assert_eq!(seen.len(), 3);
        assert!(seen[..2].iter().all(|text| text.contains("looking")), "{seen:?}");
        assert!(seen[2].ends_with("of one's own y = x²"), "{}", seen[2]);
    });
}
