//! Four ways to walk back over a tape, of which one is good; and a figure of what was handed on, in which order.

use super::mini::MiniTape;
use std::collections::VecDeque;
use std::fmt::Write;

/// A way to walk back from a step.
pub type Walker = fn(&MiniTape, usize) -> Walk;

/// What a walk has handed on so far.
pub struct Walk {
    pub gradients: Vec<f64>,
    /// From, to, how much.
    pub handed_on: Vec<(usize, usize, f64)>,
}

impl Walk {
    fn new(tape: &MiniTape, loss: usize) -> Walk {
        let mut gradients = vec![0.0; tape.len()];
        gradients[loss] = 1.0;
        Walk { gradients, handed_on: Vec::new() }
    }

    /// A step hands on what it has, to each step that it was made from.
    fn hand_on(&mut self, tape: &MiniTape, from: usize) {
        for (to, slope) in tape.slopes(from) {
            let amount = self.gradients[from] * slope;
            self.gradients[to] += amount;
            self.handed_on.push((from, to, amount));
        }
    }
}

/// Each step once, the last recorded first: whatever used a step was recorded after it, so all has arrived when its turn comes.
pub fn last_recorded_first(tape: &MiniTape, loss: usize) -> Walk {
    let mut walk = Walk::new(tape, loss);
    // ANCHOR: right
    for place in (0..=loss).rev() {
        walk.hand_on(tape, place);
    }
    // ANCHOR_END: right
    walk
}

/// Whatever something arrives at joins the queue, and hands on all it has when its turn comes. A step that is used twice comes twice.
pub fn whenever_something_arrives(tape: &MiniTape, loss: usize) -> Walk {
    let mut walk = Walk::new(tape, loss);
    // ANCHOR: twice
    let mut queue = VecDeque::from([loss]);
    while let Some(place) = queue.pop_front() {
        walk.hand_on(tape, place);
        queue.extend(tape.slopes(place).iter().map(|(to, _)| to));
    }
    // ANCHOR_END: twice
    walk
}

/// The same, but each step only once: as soon as it is found.
pub fn once_as_found(tape: &MiniTape, loss: usize) -> Walk {
    let mut walk = Walk::new(tape, loss);
    let mut seen = vec![false; tape.len()];
    let mut queue = VecDeque::from([loss]);
    while let Some(place) = queue.pop_front() {
        if !std::mem::replace(&mut seen[place], true) {
            walk.hand_on(tape, place);
            queue.extend(tape.slopes(place).iter().map(|(to, _)| to));
        }
    }
    walk
}

/// Every path from the loss to a leaf, one after the other: each hands on what came along this very path.
pub fn path_by_path(tape: &MiniTape, loss: usize) -> Walk {
    fn follow(walk: &mut Walk, tape: &MiniTape, from: usize, arrived: f64) {
        for (to, slope) in tape.slopes(from) {
            walk.gradients[to] += arrived * slope;
            walk.handed_on.push((from, to, arrived * slope));
            follow(walk, tape, to, arrived * slope);
        }
    }
    let mut walk = Walk::new(tape, loss);
    follow(&mut walk, tape, loss, 1.0);
    walk
}

/// The tape and the walk for Graphviz: forward in red, what was handed on in dashed blue, numbered in order.
pub fn to_dot(title: &str, names: &[&str], tape: &MiniTape, walk: &Walk) -> String {
    let mut dot = String::from("digraph walk {\n  rankdir=LR; nodesep=0.4; ranksep=1.4; labelloc=t;\n");
    // Writing to a String cannot fail.
    let _ = writeln!(dot, "  label=\"{title}\"; fontname=Helvetica;");
    dot +=
        "  node [shape=box style=rounded fontname=Helvetica]; edge [fontname=Helvetica fontsize=10 arrowsize=0.6];\n";
    for (place, name) in names.iter().enumerate() {
        let (value, gradient) = (tape.value(place), walk.gradients[place]);
        let _ = writeln!(dot, "  n{place} [label=\"{name} = {value}\\ngradient {gradient}\"];");
        for (operand, _) in tape.slopes(place) {
            let _ = writeln!(dot, "  n{operand} -> n{place} [color=\"#c62828\"];");
        }
    }
    for (turn, (from, to, amount)) in walk.handed_on.iter().enumerate() {
        let label = format!("{}. hands on {amount}", turn + 1);
        let _ = writeln!(
            dot,
            "  n{to} -> n{from} [dir=back style=dashed color=\"#1f5fbf\" fontcolor=\"#1f5fbf\" label=\"{label}\"];"
        );
    }
    dot + "}\n"
}
