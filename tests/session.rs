//! The engine behind a live page, against the learner's own program.

use crate::programs::Cube;
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::page::{self, LiveError, Mistake, Name, Rule, Session, SessionError};
use gradus::petgraph::graph::NodeIndex;
use gradus::prelude::*;
use gradus::program::Program;
use ndarray::array;
use rand::RngExt;
use serde_json::{Value, json};

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
        let nudge = session.nudge(0, 0, 1e-5).unwrap();
        assert_eq!([nudge.above, nudge.below], [x + 1e-5, x - 1e-5].map(|x| by_hand(x)[0]));
        assert!((nudge.slope - slope).abs() < 1e-8);
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

/// What the session says of each event of its last run.
fn sentences<F: Scalar>(session: &Session<F>, events: usize) -> Vec<String> {
    (0..events).map(|event| session.say(event).expect("an event of the run")).collect()
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
    assert_eq!(sentences(&session, state.events.len()), trace.narration());
    assert_eq!(session.say(state.events.len()), None, "there is no such event");
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

#[test]
fn a_page_asks_as_json_what_a_session_answers() {
    let tape = Tape::new();
    xor_loss(&xor_net(), &tape).backward();
    let program = tape.program().unwrap();
    let (mut live, mut session) = (page::open(&program.to_json()).unwrap(), Session::<f64>::open(program).unwrap());
    let mut ask = |request: Value| -> Value { serde_json::from_str(&live.ask(&request.to_string()).unwrap()).unwrap() };
    let run = |session: &mut Session<f64>| serde_json::to_value(session.run().unwrap()).unwrap();

    assert_eq!(ask(json!({"ask": "run"})), run(&mut session));
    assert_eq!(ask(json!({"ask": "set", "node": 0, "element": 3, "to": 0.25})), Value::Null);
    session.set(0, 3, 0.25).unwrap();
    assert_eq!(ask(json!({"ask": "run"})), run(&mut session));
    for (optimizer, name) in
        [("sgd", Name::Sgd), ("momentum", Name::Momentum), ("rmsprop", Name::RmsProp), ("adam", Name::Adam)]
    {
        let losses = session.train(7, Rule { optimizer: name, rate: 0.05 }).unwrap();
        let asked = json!({"ask": "train", "steps": 7, "optimizer": optimizer, "rate": 0.05});
        assert_eq!(ask(asked), json!({"losses": losses}), "{optimizer}");
    }
    let asked = json!({"ask": "curve", "node": 0, "element": 1, "from": -1.0, "to": 1, "points": 9});
    assert_eq!(ask(asked), serde_json::to_value(session.curve(0, 1, [-1.0, 1.0], 9).unwrap()).unwrap());
    let asked = json!({"ask": "nudge", "node": 0, "element": 1, "step": 0.01});
    assert_eq!(ask(asked), serde_json::to_value(session.nudge(0, 1, 0.01).unwrap()).unwrap());
    assert_eq!(ask(json!({"ask": "reset"})), Value::Null);
    session.reset().unwrap();
    assert_eq!(ask(json!({"ask": "run"})), run(&mut session));
}

#[test]
fn a_program_of_either_kind_of_number_opens() {
    let tape = Tape::<f32>::new();
    let w = tape.var(0.1);
    (w * 3.0).backward();
    let mut live = page::open(&tape.program().unwrap().to_json()).unwrap();
    assert!(live.ask(r#"{"ask": "run"}"#).unwrap().starts_with(r#"{"loss":0.3"#));
}

#[test]
fn a_page_that_asks_for_nonsense_is_told_what_is_wrong() {
    for program in ["", "{}", "[1, 2]", r#"{"gradus_program": 1, "number": "f16", "params": [], "steps": []}"#] {
        assert!(matches!(page::open(program), Err(LiveError::Session(SessionError::Program(_)))), "{program}");
    }
    let tape = Tape::new();
    xor_loss(&xor_net(), &tape).backward();
    let mut live = page::open(&tape.program().unwrap().to_json()).unwrap();
    let before = live.ask(r#"{"ask": "run"}"#).unwrap();
    for request in [
        "",
        "run",
        r#"{"ask": "delete"}"#,
        r#"{"ask": "set", "node": 0}"#,
        r#"{"ask": "set", "node": 0, "element": 0, "to": "much"}"#,
        r#"{"ask": "set", "node": -1, "element": 0, "to": 1}"#,
        r#"{"ask": "train", "steps": 1, "optimizer": "newton", "rate": 0.1}"#,
        r#"{"ask": "curve", "node": 0, "element": 0, "from": 0, "to": 1, "points": 3, "colour": "red"}"#,
    ] {
        assert!(matches!(live.ask(request), Err(LiveError::Request(_))), "{request}");
    }
    let too_many = live.ask(r#"{"ask": "train", "steps": 1000000000, "optimizer": "sgd", "rate": 0.1}"#).unwrap_err();
    assert_eq!(too_many.to_string(), "steps: at most 10000 at a time, found 1000000000");
    let leaf = live.ask(r#"{"ask": "nudge", "node": 99, "element": 0, "step": 0.1}"#).unwrap_err();
    assert!(matches!(leaf, LiveError::Session(SessionError::Leaf { node: 99, element: 0 })), "{leaf}");
    assert_eq!(live.ask(r#"{"ask": "run"}"#).unwrap(), before);
}

#[test]
fn what_runs_beside_an_op_of_the_programs_own_keeps_its_place() {
    let record = |tape: &Tape<f64>, w: f64| {
        let x = tape.var(0.5).named("x");
        let cubed = x.map(Cube);
        let w = tape.var(w).named("w");
        let y = (w * x).sin();
        y.backward();
        (cubed + y).backward();
    };
    let (tape, changed) = (Tape::new(), Tape::new());
    record(&tape, 3.0);
    record(&changed, -1.0);
    let mut session = open(&tape);
    session.set(2, 0, -1.0).unwrap();
    assert!(session.set(1, 0, 1.0).is_err(), "a cube is no leaf");
    let (state, trace) = (session.run().unwrap(), changed.trace());
    assert_eq!(state.values[1], None, "the cube stays");
    assert_eq!(state.events[1], gradus::trace::Event::Forward { node: 2 });
    for (node, value) in state.values.iter().enumerate().filter(|(_, value)| value.is_some()) {
        assert_eq!(*value, trace.nodes[node].value, "node {node}");
    }
    let holder = trace.gradient(1, 2).unwrap();
    assert!(state.values[holder].is_some(), "the first pass does not go through the cube");
    // But for the count of steps, its sentences are those of the program.
    let told = |sentence: &String| sentence.split_once("] ").unwrap().1.to_owned();
    let natively: Vec<String> = trace.narration().iter().map(told).collect();
    for sentence in sentences(&session, state.events.len()).iter().map(told) {
        assert!(natively.contains(&sentence), "{sentence}");
    }
    let slope = session.curve(2, 0, [0.0, 0.0], 0).unwrap().slope;
    assert_eq!(slope, Some(changed.value(changed.gradient_of(NodeIndex::new(2), 1).unwrap()).sum()));
}

#[test]
fn nodes_out_of_order_or_beyond_any_page_are_refused() {
    let tape = Tape::<f64>::new();
    (tape.var(1.0) * 2.0).backward();
    let json = tape.program().unwrap().to_json();
    for to in ["0", "200000"] {
        let changed = json.replacen("\"node\":2", &format!("\"node\":{to}"), 1);
        assert_ne!(changed, json);
        let error = page::open(&changed).unwrap_err();
        assert!(matches!(error, LiveError::Session(SessionError::Numbering { .. })), "{error}");
    }
}

/// L = sum(tanh(x w) + b): a product, a bias that is broadcast, and an op without any.
fn breakable() -> Session<f64> {
    let tape = Tape::new();
    let x = tape.input(array![[0.5, -1.0], [1.5, 0.25]]);
    let (w, b) = (tape.var(array![[0.3, -0.6], [0.9, 0.2]]), tape.var(array![0.1, -0.2]));
    let h = (x * w).tanh();
    ((h + b) * w).sum().backward();
    open(&tape)
}

// Nodes of `breakable`.
const X: usize = 0;
const W: usize = 1;
const B: usize = 2;
const PRODUCT: usize = 3;
const TANH: usize = 4;
const BIASED: usize = 5;
const SCALED: usize = 6;
const SUM: usize = 7;

#[test]
fn a_broken_vjp_leaves_the_values_and_a_check_names_it() {
    let mut session = breakable();
    let before = session.run().unwrap();
    let findings = session.check().unwrap();
    assert!(findings.leaves.iter().all(|leaf| leaf.verdict == "right") && findings.fault.is_none(), "{findings:?}");
    assert_eq!(findings.leaves.iter().map(|leaf| leaf.node).collect::<Vec<_>>(), [W, B]);
    for (broken, mistake, wrong) in [
        (TANH, Mistake::Sign, PRODUCT),
        (TANH, Mistake::Double, PRODUCT),
        (TANH, Mistake::Ignored, PRODUCT),
        (PRODUCT, Mistake::Swapped, W),
        (SCALED, Mistake::Zero, BIASED),
        (SCALED, Mistake::Swapped, W),
        (BIASED, Mistake::Sum, B),
        (SUM, Mistake::Sign, SCALED),
    ] {
        session.sabotage(broken, mistake).unwrap();
        let state = session.run().unwrap();
        assert_eq!(state.values[..=SUM], before.values[..=SUM], "{mistake:?} of {broken}: values are as they were");
        let changed = state.changed.expect("other nodes");
        assert_eq!(changed.nodes.len(), state.values.len());
        let findings = session.check().unwrap();
        let fault = findings.fault.unwrap_or_else(|| panic!("{mistake:?} of {broken} is noticed"));
        assert_eq!(fault.node, wrong, "{mistake:?} of {broken}");
        assert!(fault.users.contains(&broken), "{mistake:?} of {broken}: {fault:?}");
        let worst = findings.leaves.iter().find(|leaf| leaf.verdict == "wrong").expect("a wrong leaf");
        assert!((worst.reverse - worst.numeric).abs() > 1e-3, "{worst:?}");
        session.train(3, Rule { optimizer: Name::Sgd, rate: 1e-9 }).unwrap();
        session.mend();
        session.reset().unwrap();
        assert_eq!(session.run().unwrap(), before, "mended");
    }
}

#[test]
fn a_vjp_that_cannot_be_broken_is_refused() {
    let mut session = breakable();
    let before = session.run().unwrap();
    for (node, mistake) in
        [(X, Mistake::Sign), (W, Mistake::Sign), (99, Mistake::Zero), (TANH, Mistake::Sum), (TANH, Mistake::Swapped)]
    {
        let error = session.sabotage(node, mistake).unwrap_err();
        assert!(matches!(error, SessionError::Unbreakable { .. }), "{error}");
    }
    assert_eq!(session.run().unwrap(), before);
    let tape = Tape::<f64>::new();
    let x = tape.var(0.5);
    let y = x.sin();
    y.backward();
    let _ = y * 2.0;
    let error = open(&tape).sabotage(1, Mistake::Sign).unwrap_err();
    assert!(error.to_string().contains("ends with its only backward pass"), "{error}");
}
