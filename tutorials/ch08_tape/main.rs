//! Chapter 8. What a tape is, and in which order a gradient walks back over it.

mod mini;
mod walks;

use frame::{Chapter, Result, Run};
use gradus::draw::DotOptions;
use gradus::prelude::*;
use mini::MiniTape;
use serde_json::json;
use std::process::ExitCode;
use walks::{Walk, last_recorded_first, once_as_found, path_by_path, to_dot, whenever_something_arrives};

pub const CHAPTER: Chapter = Chapter {
    slug: "08_tape",
    title: "The tape",
    question: "b = a + a, and then c = b + b. By how much does c grow when a grows by 1? Easy: c is 4 a. Now let a computer find it, step \
               by step backwards: c hands something to b, b hands something to a. In which order must they go, and what comes out \
               if the order is wrong?",
    time: "1 s",
    epochs: 0,
    options: &[],
    fooled: "Chains. In a chain every order that goes backwards is right, and so are most small examples: a walk that hands on too early \
             gives 4 for c, as it should, and shows its mistake only where a short way and a long way meet. Following each path gives the \
             right number always, and never ends: forty doublings have a million million paths. And recursion is fine until the \
             chain is long.",
    exercise: "tutorials/ch08_tape/exercise.rs: write the reverse pass over a tape of a few lines. Then: cargo run --release \
               --example ch08_exercise",
    next: "cargo run --release -- ch09",
};

#[allow(dead_code)] // the binary `gradus` calls `run` itself
fn main() -> ExitCode {
    frame::main(&CHAPTER, run)
}

pub fn run(run: &mut Run) -> Result {
    a_tape_and_the_way_back(run)?;
    what_fans_out_adds_up(run)?;
    four_walks(run)?;
    paths_and_nodes(run);
    a_million_links(run);
    Ok(())
}

/// h = sigmoid(w1 x + b1), y = w2 h + b2, L = (y - t)² / 2
fn a_tape_and_the_way_back(run: &mut Run) -> Result {
    run.say("h = sigmoid(w1 x + b1), y = w2 h + b2, L = (y - t)²/2, with its gradient, as the tape holds it:\n");
    let tape = Tape::<f64>::new();
    let x = tape.input(2.0).named("x");
    let [w1, b1] = [(0.5, "w1"), (-0.4, "b1")].map(|(number, name)| tape.var(number).named(name));
    let [w2, b2] = [(1.5, "w2"), (0.1, "b2")].map(|(number, name)| tape.var(number).named(name));
    let t = tape.input(2.0).named("t");
    let h = (w1 * x + b1).named("z").sigmoid().named("h");
    let y = (w2 * h + b2).named("y");
    let e = (y - t).named("e");
    let loss = (0.5 * (e * e)).named("L");
    let gradients = loss.backward();
    run.say(tape.listing());
    let parts = &tape.nodes()[gradients.wrt(e).index().index()].operands;
    let parts: Vec<String> = parts.iter().map(|&part| format!("{:.4}", tape.value(part).sum())).collect();
    run.say("Each edge carries back what has arrived at its end, times the slope there:");
    run.say(format!(
        "  L to e     {:>8.4} = {}: e is used twice, and what comes back adds up",
        gradients.wrt(e).item(),
        parts.join(" + ")
    ));
    for (edge, operand) in
        [("e to y", y), ("y to b2", b2), ("y to w2", w2), ("y to h", h), ("h to w1", w1), ("h to b1", b1)]
    {
        run.say(format!("  {edge:10} {:>8.4}", gradients.wrt(operand).item()));
    }
    run.draw("expression.dot", &tape, &DotOptions::new().title("h = sigmoid(w1 x + b1), y = w2 h + b2, L = (y - t)²/2"))
}

/// b = a + a, c = b + b
fn what_fans_out_adds_up(run: &mut Run) -> Result {
    run.heading("What fans out adds up");
    let tape = Tape::<f64>::new();
    let a = tape.var(1.0).named("a");
    let b = (a + a).named("b");
    let c = (b + b).named("c");
    let slope = c.backward().wrt(a).item();
    run.say(tape.listing());
    run.say(format!(
        "dc/da = {slope}. b was used twice: %5 adds up what comes back to it, and only then it goes on to a."
    ));
    run.result("slope", slope);
    run.compare("b = a + a, c = b + b: dc/da", slope, "4, not 8", 4.0, 4.0);
    run.draw("doubled.dot", &tape, &DotOptions::new().title("b = a + a, c = b + b"))
}

type Walker = fn(&MiniTape, usize) -> Walk;

/// The same on a tape of a few lines, in four orders.
fn four_walks(run: &mut Run) -> Result {
    run.heading("Four ways to walk back");
    let mut tape = MiniTape::default();
    let a = tape.leaf(1.0);
    let b = tape.add(a, a);
    let c = tape.add(b, b);
    let d = tape.mul(b, c);
    run.say("b = a + a, c = b + b, d = b c, at a = 1. So c = 4 a and d = 8 a², with the slopes 4 and 16 a:\n");
    run.say("  order                          dc/da   dd/da");
    let walkers: [(&str, &str, Walker); 4] = [
        ("last recorded first", "right", last_recorded_first),
        ("whenever something arrives", "twice", whenever_something_arrives),
        ("each once, as soon as found", "too_early", once_as_found),
        ("path by path", "paths", path_by_path),
    ];
    for (name, key, walker) in walkers {
        let (to_c, to_d) = (walker(&tape, c), walker(&tape, d));
        run.say(format!("  {name:28} {:>7} {:>7}", to_c.gradients[a], to_d.gradients[a]));
        run.result(key, json!({ "c": to_c.gradients[a], "d": to_d.gradients[a] }));
        if run.wants_dot() {
            run.write(&format!("walk_{key}.dot"), to_dot(name, &["a", "b", "c", "d"], &tape, &to_d))?;
        }
    }
    let twice = whenever_something_arrives(&tape, c).gradients[a];
    run.compare("handed on twice: dc/da", twice, "8", 8.0, 8.0);
    Ok(())
}

/// a, 2a, 4a, 8a ...: two paths become four, become eight.
fn paths_and_nodes(run: &mut Run) {
    run.heading("Nodes, not paths");
    run.say("  doublings   handed on, node by node   path by path");
    for doublings in [2, 4, 8, 16] {
        let mut tape = MiniTape::default();
        let mut top = tape.leaf(1.0);
        for _ in 0..doublings {
            top = tape.add(top, top);
        }
        let [nodes, paths] =
            [last_recorded_first as Walker, path_by_path].map(|walker| walker(&tape, top).handed_on.len());
        run.say(format!("  {doublings:>9} {nodes:>25} {paths:>14}"));
        run.result(&format!("handed_on_after_{doublings}_doublings"), json!({ "nodes": nodes, "paths": paths }));
    }
    run.say("         40                        80  2199023255550   (not tried)");
}

fn a_million_links(run: &mut Run) {
    run.heading("A million links");
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..1_000_000 {
        y = -y;
    }
    let slope = y.backward().wrt(x).item();
    run.say(format!("y = -(-(-( ... x))), a million times: dy/dx = {slope}, and {} nodes on the tape.", tape.len()));
    run.result("slope_of_a_million_links", slope);
    run.compare("a chain of a million links: dy/dx", slope, "1", 1.0, 1.0);
}
