//! Chapter 1. A program that computes leaves a trace, and the trace is a graph. All of this course happens on it.

pub mod judge;

use frame::Origin::Theory;
use frame::{Chapter, Result, Run};
use gradus::draw::DrawOptions;
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{arr0, arr1};
use serde_json::json;

pub const CHAPTER: Chapter = Chapter {
    slug: "01_first_graph",
    title: "A first graph",
    sources: frame::sources!["chapter.rs"],
    question: "Let z = w x + b, with x = 3, w = 2 and b = 1. On a tape, each number that is given or computed is one node: how \
               many nodes are there, and how many arrows between them? And for x * x? And for `if x < 0 { -x } else { x }`?",
    time: "1 s",
    answer: "z = w x + b: {line.nodes} nodes and {line.arrows} arrows. x * x: {sizes.1.0} nodes and {sizes.1.1} arrows. The \
             if leaves the branch that was taken: at 3 {sizes.2.0} node and {sizes.2.1} arrows, at -3 {sizes.3.0} nodes and \
             {sizes.3.1} arrow.",
    epochs: 100,
    full_epochs: 100,
    options: &[],
    fooled: "The text of a program is not its graph. An `if` leaves only the branch that was taken, a loop as many copies \
             as it had rounds, a second name for a value nothing at all; and x * x leaves two arrows where many drawings \
             show one. At the end the neuron finds 1.8 and 3.2 to the last digit. That says little about the five steps: \
             the four readings lie on a straight line, and this neuron can compute nothing but straight lines.",
    exercise: "tutorials/ch01_first_graph/exercise.rs: draw z = w1 x1 + ... + wn xn + b yourself, node by node. Then: \
               cargo run --release -- exercises watch ch01",
    next: "cargo run --release -- ch02",
};

pub fn run(run: &mut Run) -> Result {
    three_numbers(run)?;
    given_and_trained(run);
    what_leaves_a_node(run);
    five_steps(run)
}

fn three_numbers(run: &mut Run) -> Result {
    // ANCHOR: record
    let tape = Tape::<f64>::new();
    let x = tape.input(3.0).named("x");
    let w = tape.var(2.0).named("w");
    let b = tape.var(1.0).named("b");
    let z = (w * x + b).named("z");
    // ANCHOR_END: record

    run.heading("z = w x + b");
    run.say(tape.listing());
    let (nodes, arrows) = size(&tape);
    run.say(format!("z = {}, with {nodes} nodes and {arrows} arrows", z.item()));
    run.result("line", json!({ "z": z.item(), "nodes": nodes, "arrows": arrows }));
    run.compare("z = 2 x 3 + 1", z.item(), Theory, "7", 7.0, 7.0);
    run.compare("nodes of z = w x + b", nodes as f64, Theory, "5: three given, two computed", 5.0, 5.0);
    run.compare("arrows of z = w x + b", arrows as f64, Theory, "4: two to each result", 4.0, 4.0);

    run.heading("The same for Graphviz");
    let dot = tape.to_dot(&DrawOptions::new().gradients(false));
    let edges: Vec<&str> = dot.lines().filter(|line| line.contains("->")).map(str::trim).collect();
    run.say(format!("{} lines; the arrows are these:", dot.lines().count()));
    edges.iter().for_each(|edge| run.say(format!("  {edge}")));
    run.draw("line", &tape, &DrawOptions::new().title("z = w x + b").gradients(false))
}

/// How many nodes are on a tape, and how many arrows between them.
fn size(tape: &Tape<f64>) -> (usize, usize) {
    (tape.len(), tape.graph().edge_count())
}

/// A neuron with three inputs: which of its numbers are given, and which are trained.
fn given_and_trained(run: &mut Run) {
    run.heading("A neuron: what is given, what is trained, what is computed");
    // ANCHOR: neuron
    let tape = Tape::<f64>::new();
    let x = tape.input([0.5, -1.0, 2.0]).named("x");
    let w = tape.var([0.2, 0.4, 0.1]).named("w");
    let b = tape.var(-0.3).named("b");
    let z = ((w * x).sum() + b).named("z");
    let a = z.sigmoid().named("a");
    // ANCHOR_END: neuron
    for node in tape.nodes() {
        let who = match node.op {
            "input" => "given by the data",
            "var" => "trained",
            _ => "computed",
        };
        let value = tape.value(node.index).iter().map(|x| format!("{x:.2}")).collect::<Vec<_>>().join(", ");
        run.say(format!("  %{} {:2} {:8} {value:17}  {who}", node.index.index(), node.name, node.op));
    }
    let by_hand = 1.0 / (1.0 + (-(0.2 * 0.5 - 0.4 * 1.0 + 0.1 * 2.0 - 0.3_f64)).exp());
    run.result("neuron", a.item());
    run.compare("the neuron, tape minus by hand", a.item() - by_hand, Theory, "0", -1e-15, 1e-15);
}

/// The absolute value, written with a branch.
fn size_of<'t>(x: Var<'t, f64>) -> Var<'t, f64> {
    // ANCHOR: branch
    if x.item() < 0.0 { -x } else { x }
    // ANCHOR_END: branch
}

fn what_leaves_a_node(run: &mut Run) {
    run.heading("What leaves a node");
    type Program = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;
    let programs: [(&str, f64, Program); 5] = [
        ("let y = x", 3.0, |x| x),
        ("x * x", 3.0, |x| x * x),
        ("if x < 0 { -x } else { x }", 3.0, size_of),
        ("if x < 0 { -x } else { x }", -3.0, size_of),
        ("three rounds of x = x + x", 3.0, |x| (0..3).fold(x, |x, _| x + x)),
    ];
    run.say("  program                      at x   result   nodes   arrows");
    let mut sizes = Vec::new();
    for (text, at, program) in programs {
        let tape = Tape::new();
        let y = program(tape.var(at));
        let (nodes, arrows) = size(&tape);
        run.say(format!("  {text:27} {at:>5} {:>8} {nodes:>7} {arrows:>8}", y.item()));
        sizes.push([nodes, arrows]);
    }
    run.result("sizes", sizes);
}

/// A neuron that is shown four thermometers with two scales, in tens of degrees: F = 1.8 C + 3.2.
fn five_steps(run: &mut Run) -> Result {
    run.heading("Five steps, over and over");
    let (celsius, fahrenheit) = (arr1(&[-1.0, 0.0, 1.0, 2.0]), arr1(&[1.4, 3.2, 5.0, 6.8]));
    let params = vec![Param::new("w", arr0(0.0)), Param::new("b", arr0(0.0))];
    let mut sgd = Sgd::new(0.5);
    let mut tape = Tape::new();
    let numbers = || [params[0].value().sum(), params[1].value().sum()];
    run.say("  round        loss          w          b   nodes made so far");
    for round in 0..=run.epochs() {
        let [w, b] = numbers();
        // ANCHOR: steps
        let (x, t) = (tape.input(&celsius), tape.input(&fahrenheit));
        let z = tape.param(&params[0]) * x + tape.param(&params[1]); // 1. forward
        let loss = z.quadratic_cost(t); // 2. how wrong is it?
        let gradients = loss.backward(); // 3. which way is better, for each number?
        sgd.step(&params, &gradients)?; // 4. a step that way
        // ANCHOR_END: steps
        if [0, 1, 2, 5, 10, 20, 50, 100].contains(&round) {
            run.say(format!("  {round:>5}  {:>10.1e} {w:>10.6} {b:>10.6} {:>8}", loss.item(), tape.nodes_made()));
        }
        tape.rewind(); // 5. again, on the same nodes
    }
    let [w, b] = numbers();
    run.say(format!("A reading that it never saw: 100 degrees C are {:.6} degrees F.", 10.0 * (w * 10.0 + b)));
    run.result("thermometer", json!({ "w": w, "b": b, "nodes": tape.nodes_made() }));
    if run.is_full() {
        run.compare("w - 1.8", w - 1.8, Theory, "0", -1e-12, 1e-12);
        run.compare("b - 3.2", b - 3.2, Theory, "0", -1e-12, 1e-12);
    }
    Ok(())
}
