//! Chapter 8. The reverse pass, and the one thing it must get right: what fans out adds up, and only then moves on.

use frame::{Chapter, Result, Run};
use gradus::draw::DotOptions;
use gradus::prelude::*;
use std::collections::VecDeque;
use std::process::ExitCode;

pub const CHAPTER: Chapter = Chapter {
    slug: "08_tape",
    title: "The tape",
    question: "Let b = a + a and c = b + b. How fast does c grow with a? Guess. Now imagine you walk back from c, handing \
               each node's gradient to its operands: what can go wrong at b, which is used twice?",
    time: "1 s",
    epochs: 1,
    options: &[],
    fooled: "A reverse pass that hands on too early is right on every chain, and on every graph where each result is used \
             once: on all the examples that one would try first. It goes wrong where something fans out, and only if what fans \
             out has operands of its own. The answer is then too large by a factor, which a learning rate can hide.",
    exercise: "tutorials/ch08_tape/exercise.rs: write the reverse pass of a tape yourself, in a dozen lines. Then: cargo run \
               --release --example ch08_exercise",
    next: "cargo run --release -- ch09",
};

#[allow(dead_code)] // the binary `gradus` calls `run` itself
fn main() -> ExitCode {
    frame::main(&CHAPTER, run)
}

pub fn run(run: &mut Run) -> Result {
    one_neuron_and_its_loss(run)?;
    fan_out(run)?;
    paths_and_nodes(run);
    a_long_chain(run);
    Ok(())
}

/// h = σ(w1 x + b1), y = w2 h + b2, L = (y - t)² / 2, with single numbers.
fn one_neuron_and_its_loss(run: &mut Run) -> Result {
    let tape = Tape::<f64>::new();
    let (x, t) = (tape.input(1.5).named("x"), tape.input(1.0).named("t"));
    let (w1, b1) = (tape.var(0.8).named("w1"), tape.var(-0.2).named("b1"));
    let (w2, b2) = (tape.var(-1.2).named("w2"), tape.var(0.5).named("b2"));
    let z = (w1 * x + b1).named("z");
    let h = z.sigmoid().named("h");
    let y = (w2 * h + b2).named("y");
    let loss = ((y - t).pow(2.0) * 0.5).named("L");

    run.say(
        "Forward, every operation leaves a node. Backward, the nodes are visited from the last to the first, and what",
    );
    run.say("each hands on is recorded too:");
    run.say("");
    let gradients = loss.backward();
    run.say(tape.listing());
    run.say("node    value   gradient of L   by the chain rule");
    let slope = h.item() * (1.0 - h.item());
    let error = y.item() - t.item();
    let by_hand = [
        ("L", loss, 1.0, "1"),
        ("y", y, error, "y - t"),
        ("w2", w2, error * h.item(), "(y - t) h"),
        ("h", h, error * w2.item(), "(y - t) w2"),
        ("z", z, error * w2.item() * slope, "(y - t) w2 h (1 - h)"),
        ("b1", b1, error * w2.item() * slope, "the same: b1 is added to z"),
        ("w1", w1, error * w2.item() * slope * x.item(), "(y - t) w2 h (1 - h) x"),
    ];
    let mut largest_difference = 0.0_f64;
    for (name, node, by_hand, formula) in by_hand {
        let gradient = gradients.wrt(node).item();
        largest_difference = largest_difference.max((gradient - by_hand).abs());
        run.say(format!("{name:4} {:>8.4} {gradient:>15.4}   {formula}", node.item()));
    }
    run.result("largest_difference_by_hand", largest_difference);
    run.compare("tape against chain rule, largest difference", largest_difference, "equal", 0.0, 1e-15);
    run.draw("neuron.dot", &tape, &DotOptions::new().title("A neuron and its loss"))
}

/// Node i of a tiny tape of additions is the sum of the nodes in `OPERANDS[i]`: a, then b = a + a, then c = b + b.
const OPERANDS: [&[usize]; 3] = [&[], &[0, 0], &[1, 1]];

fn fan_out(run: &mut Run) -> Result {
    run.heading("b = a + a, c = b + b");
    let tape = Tape::<f64>::new();
    let a = tape.var(3.0).named("a");
    let b = (a + a).named("b");
    let c = (b + b).named("c");
    let right = c.backward().wrt(a).item();
    let (wrong, visits) = hand_on_at_once(&OPERANDS);
    run.say(format!("c is 4a, so dc/da is 4. The tape says {right}."));
    run.say("");
    run.say("The tempting way: whenever a gradient arrives at a node, put the node into a queue; take it out, hand its gradient on.");
    for visit in &visits {
        run.say(format!("  {visit}"));
    }
    run.say(format!(
        "  in the end dc/da = {}: b stood in the queue twice, and handed on its whole gradient twice.",
        wrong[0]
    ));
    run.say("");
    run.say("The tape visits b once, after everything that uses it, when both of its gradients have arrived and are summed.");
    run.result("gradient", right);
    run.result("wrong_gradient", wrong[0]);
    run.compare("dc/da by the tape", right, "4, not 8", 4.0, 4.0);
    run.compare("dc/da by handing on at once", wrong[0], "the mistake: 8", 8.0, 8.0);
    run.draw("fan_out.dot", &tape, &DotOptions::new().title("What fans out adds up, then moves on"))?;
    run.draw_text("fan_out_wrong.dot", &wrong_picture(&wrong))
}

/// The reverse pass as it should not be. Returns the gradients, and what it did.
fn hand_on_at_once(operands: &[&[usize]]) -> (Vec<f64>, Vec<String>) {
    let mut gradients = vec![0.0; operands.len()];
    let mut visits = Vec::new();
    let last = operands.len() - 1;
    gradients[last] = 1.0;
    let mut queue = VecDeque::from([last]);
    while let Some(node) = queue.pop_front() {
        for &operand in operands[node] {
            gradients[operand] += gradients[node];
            queue.push_back(operand);
        }
        let name = |node: usize| ["a", "b", "c"][node];
        if let Some(&operand) = operands[node].first() {
            let (from, to) = (name(node), name(operand));
            visits.push(format!(
                "visit {from}: hand on {} twice; the gradient of {to} is now {}",
                gradients[node], gradients[operand]
            ));
        }
    }
    (gradients, visits)
}

fn wrong_picture(gradients: &[f64]) -> String {
    let mut dot = String::from(
        "digraph {\n  rankdir=LR; label=\"Wrong: b hands on twice\"; labelloc=t; node [shape=box, style=rounded];\n",
    );
    for (name, gradient) in ["a", "b", "c"].iter().zip(gradients) {
        dot += &format!("  {name} [label=\"{name}\\ngrad {gradient}\"];\n");
    }
    for (from, to, times) in [("c", "b", 2), ("b", "a", 4)] {
        dot += &format!("  {from} -> {to} [label=\"{times} times\", color=\"#1f5fbf\", style=dashed];\n");
    }
    dot + "}\n"
}

/// Walking paths instead of nodes is exponential.
fn paths_and_nodes(run: &mut Run) {
    run.heading("Nodes, not paths");
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..60 {
        y = (y + y) * 0.5;
    }
    let nodes = tape.len();
    let gradient = y.backward().wrt(x).item();
    run.say(format!(
        "Sixty times y <- (y + y) / 2: {nodes} nodes, but 2^60 = {} paths from the end back to x.",
        1_u64 << 60
    ));
    run.say(format!(
        "Visiting each node once gives dy/dx = {gradient} at once; a recursion along every path would take decades."
    ));
    run.compare("dy/dx through 2^60 paths", gradient, "1", 1.0, 1.0);
}

fn a_long_chain(run: &mut Run) {
    run.heading("A million links");
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..1_000_000 {
        y = y + x;
    }
    let gradient = y.backward().wrt(x).item();
    run.say(format!(
        "x added to itself a million times: dy/dx = {gradient}, with a loop and no recursion, so no stack overflows."
    ));
    run.compare("dy/dx of a million links", gradient, "1,000,001", 1_000_001.0, 1_000_001.0);
}
