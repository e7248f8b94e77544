//! Four ways to walk back over a tape, of which one is good; and a figure of what was handed on, in which order.

use super::mini::MiniTape;
use gradus::draw::{Flow, Kind, Picture};
use std::collections::{HashMap, VecDeque};

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

/// A step joins the queue whenever a gradient arrives at it, and hands on all it has when its turn comes. One that is used twice joins twice.
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

/// The tape and the walk as a figure: forward in red, what was handed on in dashed blue, numbered in order.
pub fn picture(title: &str, names: &[&str], tape: &MiniTape, walk: &Walk) -> Picture {
    let mut picture = Picture::new(title);
    let mut nodes = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let (slopes, gradient) = (tape.slopes(place), walk.gradients[place].to_string());
        let kind = if slopes.is_empty() { Kind::Var } else { Kind::Op };
        nodes.push(picture.add_node(kind, name, &tape.value(place).to_string()));
        picture.nodes[place].gradient = vec![vec![gradient]];
        for (slot, (operand, _)) in slopes.iter().enumerate() {
            picture.add_edge(nodes[*operand], nodes[place], Flow::Forward, slot, "");
        }
    }
    // A second gradient from the same node goes to its second use.
    let mut uses = HashMap::new();
    for (turn, &(from, to, amount)) in walk.handed_on.iter().enumerate() {
        let slots: Vec<usize> =
            (0..).zip(tape.slopes(from)).filter(|(_, (operand, _))| *operand == to).map(|(slot, _)| slot).collect();
        let nth = uses.entry((from, to)).or_insert(0);
        let label = format!("{}. hands on {amount}", turn + 1);
        picture.add_edge(nodes[from], nodes[to], Flow::Backward, slots[*nth % slots.len()], &label);
        *nth += 1;
    }
    picture
}
