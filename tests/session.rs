//! The engine behind a live page, against the learner's own program.

use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::page::{Name, Rule, Session, SessionError};
use gradus::petgraph::graph::NodeIndex;
use gradus::prelude::*;
use gradus::program::Program;
use ndarray::array;
use rand::RngExt;

const XOR: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

fn xor_loss<'t>(net: &Mlp<f64>, tape: &'t Tape<f64>) -> Var<'t, f64> {
    net.forward(tape.input(XOR)).mean_squared_error(tape.input([[0.0], [1.0], [1.0], [0.0]]))
}

fn xor_net() -> Mlp<f64> {
    Mlp::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7))
}

/// The session of a page that shows one step of training XOR.
fn session() -> Session<f64> {
    let tape = Tape::new();
    xor_loss(&xor_net(), &tape).backward();
    open(&tape)
}

fn open(tape: &Tape<f64>) -> Session<f64> {
    Session::open(Program::from_json(&tape.program().unwrap().to_json()).unwrap()).unwrap()
}

/// The loss and the slope by a leaf's number, as the learner's own code computes them.
fn by_hand(x: f64) -> [f64; 2] {
    let tape = Tape::new();
    let w = tape.var(array![x, 2.0]);
    let loss = (w * w.sin()).sum();
    [loss.item(), loss.backward().wrt(w).value()[0]]
}

fn a_sine() -> Session<f64> {
    let tape = Tape::new();
    let w = tape.var(array![0.5, 2.0]);
    (w * w.sin()).sum().backward();
    open(&tape)
}

#[test]
fn a_hundred_steps_lose_as_much_as_those_of_a_program() {
    for (name, mut optimizer) in [
        (Name::Sgd, Box::new(Sgd::new(0.1)) as Box<dyn Optimizer<f64>>),
        (Name::Momentum, Box::new(Sgd::new(0.1).momentum(0.9))),
        (Name::Adam, Box::new(Adam::new(0.1))),
    ] {
        let (net, mut tape, mut expected) = (xor_net(), Tape::new(), Vec::new());
        for _ in 0..100 {
            let loss = xor_loss(&net, &tape);
            expected.push(loss.item());
            optimizer.step(&net, &loss.backward()).unwrap();
            tape.rewind();
        }
        let mut session = session();
        let mut losses = session.train(60, Rule { optimizer: name, rate: 0.1 }).unwrap();
        losses.extend(session.train(40, Rule { optimizer: name, rate: 0.1 }).unwrap());
        assert_eq!(losses, expected, "{name:?}");
        assert_eq!(session.run().unwrap().loss, Some(xor_loss(&net, &Tape::new()).item()));
    }
}

#[test]
fn a_reset_brings_the_programs_numbers_back() {
    let mut session = session();
    let before = session.run().unwrap();
    session.train(5, Rule { optimizer: Name::Adam, rate: 0.1 }).unwrap();
    session.set(0, 3, 2.0).unwrap();
    assert_ne!(session.run().unwrap(), before);
    session.reset().unwrap();
    assert_eq!(session.run().unwrap(), before);
}

#[test]
fn a_curve_has_the_slope_and_the_bend_of_the_loss_and_leaves_the_numbers_alone() {
    let mut session = a_sine();
    let mut rng = seeded(3);
    for _ in 0..20 {
        let x: f64 = rng.random_range(-3.0..3.0);
        session.set(0, 0, x).unwrap();
        let before = session.run().unwrap();
        let curve = session.curve(0, 0, [x - 1.0, x + 1.0], 5).unwrap();
        let [loss, slope] = by_hand(x);
        assert_eq!((curve.at, curve.loss, curve.slope), (x, loss, Some(slope)));
        let bend = 2.0 * x.cos() - x * x.sin();
        assert!((curve.bend.unwrap() - bend).abs() < 1e-12, "{curve:?}");
        for (&x, &loss) in curve.numbers.iter().zip(&curve.losses) {
            assert_eq!(loss, by_hand(x)[0]);
        }
        assert_eq!(session.run().unwrap(), before);
        let [above, below, quotient] = session.nudge(0, 0, 1e-5).unwrap();
        assert_eq!([above, below], [x + 1e-5, x - 1e-5].map(|x| by_hand(x)[0]));
        assert!((quotient - slope).abs() < 1e-8);
        assert_eq!(session.run().unwrap(), before);
    }
}

#[test]
fn variables_are_stepped_where_there_are_no_parameters() {
    let mut session = a_sine();
    let losses = session.train(2, Rule { optimizer: Name::Sgd, rate: 0.25 }).unwrap();
    let [loss, slope] = by_hand(0.5);
    assert_eq!(losses[0], loss);
    let state = session.run().unwrap();
    let moved = state.values[0].as_ref().unwrap().elements.clone().unwrap()[0];
    let once = 0.5 - 0.25 * slope;
    assert_eq!(moved, once - 0.25 * by_hand(once)[1]);
}

#[test]
fn what_the_page_shows_is_the_trace_of_the_new_run() {
    let mut session = session();
    session.set(0, 0, 0.25).unwrap();
    let state = session.run().unwrap();
    let tape = Tape::new();
    let mut x = XOR;
    x[0][0] = 0.25;
    let net = xor_net();
    net.forward(tape.input(x)).mean_squared_error(tape.input([[0.0], [1.0], [1.0], [0.0]])).backward();
    let trace = tape.trace();
    assert_eq!(state.events, trace.events);
    assert_eq!(state.sentences, trace.narration());
    assert!(state.values.iter().zip(&trace.nodes).all(|(value, node)| *value == node.value));
    assert_eq!(state.loss, Some(tape.value(tape.loss_of(1).unwrap()).sum()));
    let gradient = tape.gradient_of(NodeIndex::new(1), 1);
    assert!(gradient.is_some(), "a weight follows the input");
}

#[test]
fn a_request_that_makes_no_sense_is_refused_and_changes_nothing() {
    let mut session = session();
    let before = session.run().unwrap();
    let nodes = before.values.len();
    for (node, element) in [(0, 8), (nodes - 1, 0), (nodes, 0), (2, 0)] {
        let error = session.set(node, element, 1.0).unwrap_err();
        assert!(matches!(error, SessionError::Leaf { .. }), "{node}, {element}: {error}");
    }
    assert!(session.train(1, Rule { optimizer: Name::Sgd, rate: f64::NAN }).is_err());
    assert_eq!(session.run().unwrap(), before);
    let tape = Tape::<f64>::new();
    let _ = tape.var(1.0) * 2.0;
    let mut no_loss = open(&tape);
    assert_eq!(no_loss.run().unwrap().loss, None);
    assert!(matches!(no_loss.train(1, Rule { optimizer: Name::Sgd, rate: 0.1 }), Err(SessionError::NoLoss)));
    assert!(matches!(no_loss.curve(0, 0, [0.0, 1.0], 3), Err(SessionError::NoLoss)));
}
