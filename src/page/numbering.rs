//! Gives the nodes of a program that ran the numbers that they had on the tape that was written down, by which the page knows them. If all ops travel,
//! these are the same.

use crate::trace::{Event, Trace, TraceNode};

/// The trace with its nodes at `places`, which rise. Where a node stayed, there is one without a value.
pub(super) fn renumbered(trace: Trace, places: &[usize]) -> Trace {
    if places.iter().enumerate().all(|(at, &place)| at == place) {
        return trace;
    }
    let Trace { kind, nodes, mut events } = trace;
    let count = places.last().map_or(0, |last| last + 1);
    let mut at_places: Vec<TraceNode> = Vec::with_capacity(count);
    for (mut node, &place) in nodes.into_iter().zip(places) {
        for index in node.operands.iter_mut().chain([&mut node.index, &mut node.origin]) {
            *index = places[*index];
        }
        for held in &mut node.holds {
            (held.of, held.by) = (places[held.of], places[held.by]);
        }
        let nothing = TraceNode { value: None, fault: None, holds: Vec::new(), operands: Vec::new(), ..node.clone() };
        at_places.resize(place, nothing);
        at_places.push(node);
    }
    events.iter_mut().for_each(|event| renumber(event, places));
    Trace { kind, nodes: at_places, events }
}

fn renumber(event: &mut Event, places: &[usize]) {
    let indices: Vec<&mut usize> = match event {
        Event::Forward { node } => vec![node],
        Event::Seed { node, gradient, .. }
        | Event::Accumulated { node, gradient, .. }
        | Event::Update { node, gradient, .. } => vec![node, gradient],
        Event::Contribution { from, to, incoming, sent, .. } => vec![from, to, incoming, sent],
    };
    indices.into_iter().for_each(|index| *index = places[*index]);
}
