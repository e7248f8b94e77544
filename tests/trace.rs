//! The trace: the events in order, with their numbers; and their narration.

use gradus::nn::{Activation, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use gradus::table::{Example, Program, TABLE};
use gradus::trace::{Event, Trace};
use gradus::{Cotangents, Local, Op, Shown, Slope, View, ViewMut};
use ndarray::{Array2, ArrayD, IxDyn, arr0, arr1};

/// The kinds of events, as a word: Forward, Seed, Contribution, Accumulated, Update.
fn kinds(trace: &Trace) -> String {
    let kind = |event: &Event| match event {
        Event::Forward { .. } => 'F',
        Event::Seed { .. } => 'S',
        Event::Contribution { .. } => 'C',
        Event::Accumulated { .. } => 'A',
        Event::Update { .. } => 'U',
    };
    trace.events.iter().map(kind).collect()
}

/// From each contribution: through which node, to which slot and node, what arrived and what flowed, as single numbers.
fn contributions(trace: &Trace) -> Vec<(usize, usize, usize, f64, f64)> {
    let number = |node: usize| trace.nodes[node].value.as_ref().unwrap().item().unwrap();
    let of = |event: &Event| match *event {
        Event::Contribution { from, slot, to, incoming, sent, .. } => {
            Some((from, slot, to, number(incoming), number(sent)))
        }
        _ => None,
    };
    trace.events.iter().filter_map(of).collect()
}

#[test]
fn a_node_used_twice_by_one_op_gets_two_contributions() {
    let tape = Tape::new();
    let x = tape.var(3.0); // %0
    (x * x).backward(); // %1
    let trace = tape.trace();
    assert_eq!(kinds(&trace), "FFSCCA");
    assert_eq!(contributions(&trace), [(1, 0, 0, 1.0, 3.0), (1, 1, 0, 1.0, 3.0)]);
}

#[test]
fn a_gradient_that_is_handed_on_is_one_node_in_every_contribution() {
    let tape = Tape::new();
    let a = tape.var(1.0); // %0
    let b = a + a; // %1
    (b + b).backward(); // %2
    let trace = tape.trace();
    assert_eq!(kinds(&trace), "FFFSCCACCA");
    let handed_on = |event: &&Event| matches!(event, Event::Contribution { incoming, sent, .. } if incoming == sent);
    assert_eq!(trace.events.iter().filter(handed_on).count(), 4);
    assert_eq!(
        contributions(&trace),
        [(2, 0, 1, 1.0, 1.0), (2, 1, 1, 1.0, 1.0), (1, 0, 0, 2.0, 2.0), (1, 1, 0, 2.0, 2.0)]
    );
}

#[test]
fn what_flows_to_a_broadcast_operand_is_summed_already() {
    let tape = Tape::<f64>::new();
    let (rows, bias) = (tape.var([[1.0, 2.0], [3.0, 4.0]]), tape.var([0.5, 0.5]));
    (rows * bias).sum().backward();
    let trace = tape.trace();
    let Some(&Event::Contribution { sent, ref slope, .. }) =
        trace.events.iter().find(|event| matches!(event, Event::Contribution { to: 1, .. }))
    else {
        panic!("a gradient flows to the bias");
    };
    assert_eq!(trace.nodes[sent].value.as_ref().unwrap().elements, Some(vec![4.0, 6.0]));
    let slope = slope.as_ref().unwrap();
    assert_eq!((&slope.shape[..], slope.elements.clone()), (&[2, 2][..], Some(vec![1.0, 2.0, 3.0, 4.0])));
}

#[test]
fn passes_come_where_they_happened_even_if_they_recorded_nothing() {
    let tape = Tape::new();
    let (a, b) = (tape.var(1.0), tape.var(2.0));
    let g = tape.input(5.0);
    let y = a + b;
    y.backward_with(g); // hands on %2 and records nothing
    let _after = a * 2.0;
    y.backward_with(g);
    let trace = tape.trace();
    assert_eq!(kinds(&trace), "FFFFSCCAAFFSCCAA");
    assert_eq!(trace.passes(), 2);
    assert_eq!((trace.gradient(1, 0), trace.gradient(2, 0)), (Some(2), Some(2)));
    assert_eq!(trace.nodes[2].holds.len(), 6, "dy/dy, dy/db and dy/da in both passes");
}

#[test]
fn no_event_tells_of_a_gradient_that_nobody_asked_for() {
    let tape = Tape::new();
    let (w, x) = (tape.var(2.0), tape.input(3.0));
    (w * x).backward();
    assert_eq!(contributions(&tape.trace()), [(2, 0, 0, 1.0, 3.0)]);
}

#[test]
fn the_gradient_of_a_gradient_is_a_pass_like_any_other() {
    let tape = Tape::new();
    let x = tape.var(2.0);
    let slope = (x * x * x).backward().wrt(x);
    let curvature = slope.backward().wrt(x).item();
    let trace = tape.trace();
    let sum: f64 = trace
        .contributions(2, 0)
        .into_iter()
        .map(|place| match trace.events[place] {
            Event::Contribution { sent, .. } => trace.nodes[sent].value.as_ref().unwrap().item().unwrap(),
            _ => 0.0,
        })
        .sum();
    assert_eq!((sum, curvature), (12.0, 12.0));
}

/// A loss of two parameters, w = 2 and b = [1, 1], and a step of size 0.5 down its gradient.
fn one_step(tape: &Tape<f64>) -> Vec<Param<f64>> {
    let params = vec![Param::new("w", arr0(2.0)), Param::new("b", arr1(&[1.0, 1.0]))];
    let loss = (tape.param(&params[0]) * tape.param(&params[1])).sum().named("L");
    Sgd::new(0.5).step(&params, &loss.backward()).expect("a step");
    params
}

#[test]
fn a_trace_shows_what_the_forward_pass_saw_and_what_the_optimizer_made_of_it() {
    let tape = Tape::new();
    tape.keep_updates(true);
    let params = one_step(&tape);
    let trace = tape.trace();
    assert_eq!(trace.nodes[0].value.as_ref().unwrap().item(), Some(2.0));
    let Some(Event::Update { before, after, change, .. }) = trace.events.iter().rev().nth(1) else {
        panic!("w is the last parameter but one to be updated");
    };
    assert_eq!([before, after, change].map(|digest| digest.item().unwrap()), [2.0, 1.0, -1.0]);
    assert_eq!(params[0].value(), arr0(1.0).into_dyn());
    // The slope of the product by b is the w that the forward pass saw.
    let slopes = trace.events.iter().filter_map(|event| match event {
        Event::Contribution { to: 1, slope, .. } => slope.as_ref(),
        _ => None,
    });
    assert_eq!(slopes.map(|slope| slope.greatest).collect::<Vec<_>>(), [2.0]);
}

#[test]
fn updates_are_kept_only_if_asked_for_and_a_value_that_is_gone_is_absent() {
    let mut tape = Tape::new();
    one_step(&tape);
    let trace = tape.trace();
    assert!(!kinds(&trace).contains('U'));
    assert_eq!(trace.nodes[0].value, None);

    tape.rewind();
    tape.keep_updates(true);
    one_step(&tape);
    assert!(kinds(&tape.trace()).ends_with("UU"));
    tape.rewind();
    assert_eq!(tape.trace().events, []);
}

#[test]
fn taking_a_trace_leaves_the_tape_as_it_was() {
    let mut tape = Tape::new();
    let listing = |tape: &Tape<f64>| {
        let x = tape.var([1.0, 2.0]);
        (x.tanh() * x).sum().backward();
        let _ = tape.trace();
        tape.listing()
    };
    let first = listing(&tape);
    let made = tape.nodes_made();
    tape.rewind();
    assert_eq!(listing(&tape), first);
    assert_eq!(tape.nodes_made(), made);
}

#[test]
fn large_arrays_are_reduced_and_small_ones_kept_whole() {
    let tape = Tape::<f32>::new();
    let image = Array2::from_shape_fn((40, 784), |(i, j)| if j < 392 { 0.1 } else { i as f32 });
    let _ = tape.input(&image);
    let _ = tape.input([0.1_f32, f32::NAN, f32::INFINITY]);
    let trace = tape.trace();
    let digests: Vec<_> = trace.nodes.iter().map(|node| node.value.as_ref().unwrap()).collect();
    let reduced = digests[0].reduced.as_ref().unwrap();
    assert_eq!((digests[0].elements.as_ref(), reduced.rows, reduced.columns), (None, 32, 32));
    assert!((reduced.cells[0] - 0.1).abs() < 1e-12 && (digests[0].greatest - 39.0).abs() < 1e-12);
    assert_eq!(reduced.cells[31 * 32 + 31], 38.5, "the mean of rows 38 and 39");
    let small = digests[1];
    assert_eq!((small.least, small.greatest, small.nans, small.infinities), (0.1, 0.1, 1, 1));
}

#[cfg(feature = "json")]
#[test]
fn a_trace_survives_json() {
    let tape = Tape::new();
    tape.keep_updates(true);
    one_step(&tape);
    let _ = tape.input([f64::NAN, f64::NEG_INFINITY, 1.0]).named("</script>\n\"");
    let trace = tape.trace();
    let text = serde_json::to_string(&trace).unwrap();
    let back: Trace = serde_json::from_str(&text).unwrap();
    // NaN is not equal to itself; the text is.
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    assert!(text.contains(r#""event":"contribution""#) && text.contains(r#""-inf""#));
}

/// What a program sends back to one of its operands when `cotangent` arrives.
fn sent_back(
    program: Program<f64>,
    operands: &[ArrayD<f64>],
    slot: usize,
    cotangent: &ArrayD<f64>,
) -> Option<ArrayD<f64>> {
    let tape = Tape::new();
    let mut x = Vec::new();
    for operand in operands {
        x.push(tape.var(operand));
    }
    program(&x).backward_with(tape.input(cotangent)).get(x[slot]).map(Var::value)
}

/// Where a gradient goes that arrives at one element of the result alone: the places of an operand that it does not come from by
/// broadcasting, and that get something.
fn strays(program: Program<f64>, operands: &[ArrayD<f64>], slot: usize, shape: &[usize], element: usize) -> usize {
    let mut one = ArrayD::<f64>::zeros(IxDyn(shape));
    *one.iter_mut().nth(element).unwrap() = 1.0;
    let mut places = operands[slot].clone();
    places.iter_mut().enumerate().for_each(|(place, x)| *x = place as f64);
    let origin = *places.broadcast(IxDyn(shape)).unwrap().iter().nth(element).unwrap();
    let sent = sent_back(program, operands, slot, &one).unwrap();
    sent.iter().enumerate().filter(|&(place, x)| place as f64 != origin && *x != 0.0).count()
}

#[test]
fn every_op_tells_its_slopes_and_they_are_element_by_element_where_it_says_so() {
    for Example { op, operands, f64: program, .. } in TABLE {
        let operands: Vec<ArrayD<f64>> = operands.iter().map(|operand| operand.sample(&mut seeded(1))).collect();
        let tape = Tape::new();
        let mut x = Vec::new();
        for operand in &operands {
            x.push(tape.var(operand));
        }
        let y = program(&x).index().index();
        let node = &tape.trace().nodes[y];
        if node.op != *op || node.operands.len() != operands.len() {
            continue; // composed of other ops, which have rows of their own
        }
        for slot in 0..operands.len() {
            let sent = sent_back(*program, &operands, slot, &ArrayD::ones(IxDyn(&node.shape)));
            assert_eq!(sent.is_some(), !node.flows[slot].is_empty(), "{op}, operand {slot}: {:?}", node.flows[slot]);
            if !node.slopes[slot].is_empty() {
                let strays = (0..node.size()).map(|element| strays(*program, &operands, slot, &node.shape, element));
                assert_eq!(strays.sum::<usize>(), 0, "{op} mixes the elements of operand {slot}");
            }
        }
    }
}

/// y = x³, an op that does not give its slope.
#[derive(PartialEq)]
struct Cube;

impl<F: Scalar> Op<F> for Cube {
    fn name(&self) -> &'static str {
        "cube"
    }
    fn formula(&self) -> &'static str {
        "y = x³"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.iter_mut().zip(x[0].data).for_each(|(y, &x)| *y = x * x * x);
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || 3.0 * x * x * g)].into()
    }
}

#[test]
fn an_op_that_does_not_say_its_slope_is_asked_for_the_number() {
    assert_eq!(Op::<f64>::slopes(&Cube), &[] as &[Slope]);
    let tape = Tape::<f64>::new();
    tape.record(Cube, &[tape.var(2.0).named("x")]).named("y").backward();
    let told = tape.trace().narration();
    assert_eq!(
        told[3],
        r#"[4/5] backward through cube "y": gradient arriving 1, local slope 12, so 12 flows into "x""#
    );
}

/// The story of a tape.
fn story(tape: &Tape<f64>) -> String {
    tape.trace().narration().join("\n")
}

#[test]
fn a_neuron_is_narrated() {
    let tape = Tape::new();
    let (w, x, b) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"), tape.var(-0.4).named("b"));
    let z = (w * x + b).named("z");
    let loss = (z.tanh().named("h") - 1.0).pow(2.0).named("L");
    (loss + 0.1 * z * z).named("cost").backward();
    insta::assert_snapshot!(story(&tape));
}

#[test]
fn a_step_of_a_network_is_narrated() {
    let tape = Tape::new();
    tape.keep_updates(true);
    let net = Mlp::<f64>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7));
    let x = tape.input([[0.0, 1.0], [1.0, 1.0]]).named("x");
    let loss = net.forward(x).quadratic_cost(tape.input([[1.0], [0.0]]).named("t")).named("L");
    Sgd::new(0.1).step(&net, &loss.backward()).expect("a step");
    insta::assert_snapshot!(story(&tape));
}

#[test]
fn the_gradient_of_a_gradient_is_narrated() {
    let tape = Tape::new();
    let x = tape.var(2.0).named("x");
    (x * x * x).named("y").backward().wrt(x).backward();
    insta::assert_snapshot!(story(&tape));
}

#[test]
fn a_gradient_and_what_it_is_the_sum_of_are_seen_as_their_array_is() {
    let mut tape = Tape::<f64>::new();
    for shown in [Shown::image(3, 2), Shown::image(2, 3)] {
        tape.rewind();
        let x = tape.var(Array2::from_elem((2, 6), 0.5)).shown_as(Shown::Bars).shown_as(shown.clone());
        (x.sin() * x).sum().backward();
        let trace = tape.trace();
        let seen = |node: usize| trace.nodes[node].value.as_ref().and_then(|value| value.shown.clone());
        let gradient = trace.gradient(1, 0).expect("x has a gradient");
        assert_eq!([seen(0), seen(gradient)], [Some(shown.clone()), Some(shown.clone())], "the last word counts");
        let sent: Vec<_> = trace
            .events
            .iter()
            .filter_map(
                |event| if let Event::Contribution { to: 0, sent, .. } = *event { Some(seen(sent)) } else { None },
            )
            .collect();
        assert_eq!(sent, [Some(shown.clone()), Some(shown)]);
        assert_eq!([seen(1), seen(2)], [None, None], "what is computed from x is something else");
    }
}
