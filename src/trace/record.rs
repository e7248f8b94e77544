//! Makes a trace from a tape. Everything that happened is on the tape already; here it is put in order.

use super::{Derivative, Digest, Event, Trace, TraceNode, slope};
use crate::inspect::Contribution;
use crate::scalar::Scalar;
use crate::shown::Shown;
use crate::tape::Tape;
use petgraph::graph::NodeIndex;
use std::collections::HashMap;

impl<F: Scalar> Tape<F> {
    /// Everything that happened since the last rewind, as a record that can be stepped through, narrated and stored. It does not change the tape. See
    /// [`crate::trace`].
    pub fn trace(&self) -> Trace {
        let shown = self.shown();
        let nodes = self.nodes().into_iter().map(|info| {
            let value = self.value_then(info.index);
            let value = value.map(|value| Digest::shown_as(&value, shown.get(&info.index)));
            TraceNode::new(self, info, value)
        });
        let mut trace = Trace { kind: F::NAME.to_owned(), nodes: nodes.collect(), events: Vec::new() };
        if let Some(found) = self.first_non_finite() {
            trace.nodes[found.origin.index()].fault = Some(found.to_string());
        }
        let mut recorder = Recorder { tape: self, trace: &mut trace, shown: &shown };
        recorder.record();
        trace
    }

    /// How the arrays of nodes want to be seen, and likewise their gradients, and what these are sums of.
    fn shown(&self) -> HashMap<NodeIndex, Shown> {
        let told: HashMap<NodeIndex, Shown> =
            self.graph.borrow().labels.shown().map(|(node, shown)| (node, shown.clone())).collect();
        let mut all = told.clone();
        let passes = if told.is_empty() { 0 } else { self.passes.borrow().count() };
        for pass in 1..=passes {
            let gradients = self.gradients_of_pass(pass).into_iter();
            let sent = self.contributions(pass).into_iter().map(|sent| (sent.to, sent.cotangent));
            for (node, gradient) in gradients.chain(sent) {
                if let Some(shown) = told.get(&node) {
                    all.entry(gradient).or_insert_with(|| shown.clone());
                }
            }
        }
        all
    }
}

/// An event between two nodes of the program.
enum Moment {
    Pass(u32),
    Update(usize),
}

struct Recorder<'a, F: Scalar> {
    tape: &'a Tape<F>,
    trace: &'a mut Trace,
    shown: &'a HashMap<NodeIndex, Shown>,
}

impl<F: Scalar> Recorder<'_, F> {
    fn record(&mut self) {
        let mut moments = self.moments().into_iter().peekable();
        for node in 0..=self.trace.nodes.len() {
            while let Some((_, moment)) = moments.next_if(|(when, _)| *when == node) {
                match moment {
                    Moment::Pass(pass) => self.pass(pass),
                    Moment::Update(place) => self.update(place),
                }
            }
            // The nodes of a pass appear in its contributions.
            if self.trace.nodes.get(node).is_some_and(|node| node.pass == 0) {
                self.trace.events.push(Event::Forward { node });
            }
        }
    }

    /// The passes and updates, each with the number of nodes that came before it, in order.
    fn moments(&self) -> Vec<(usize, Moment)> {
        let passes = self.tape.passes.borrow();
        let started =
            (1..=passes.count()).filter_map(|pass| Some((passes.nodes_before(pass)?, pass, Moment::Pass(pass))));
        let updates = self.tape.updates.borrow();
        let updated = updates.kept.iter().enumerate();
        let updated = updated.map(|(place, update)| (update.nodes, update.passes, Moment::Update(place)));
        let mut moments: Vec<(usize, u32, Moment)> = started.chain(updated).collect();
        // The sort is stable: an update comes after its pass, and updates stay in order.
        moments.sort_by_key(|&(nodes, passes, _)| (nodes, passes));
        moments.into_iter().map(|(nodes, _, moment)| (nodes, moment)).collect()
    }

    fn pass(&mut self, pass: u32) {
        let Some(loss) = self.tape.loss_of(pass) else { return };
        let contributions = self.tape.contributions(pass);
        // Only the nodes that the pass visited are examined, since a tape can hold thousands of small passes.
        let mut expected: HashMap<NodeIndex, usize> = HashMap::new();
        for contribution in &contributions {
            *expected.entry(contribution.to).or_default() += 1;
        }
        let mut arrived: HashMap<NodeIndex, Vec<usize>> = HashMap::new();
        let mut waiting = contributions.into_iter().peekable();
        for (node, gradient) in self.tape.gradients_of_pass(pass) {
            let (index, gradient) = (node.index(), gradient.index());
            self.trace.nodes[gradient].holds.push(Derivative { pass, of: loss.index(), by: index });
            self.trace.events.push(match node == loss {
                true => Event::Seed { pass, node: index, gradient },
                false => {
                    Event::Accumulated { pass, node: index, gradient, terms: arrived.remove(&node).unwrap_or_default() }
                }
            });
            let sent: Vec<Contribution> = std::iter::from_fn(|| waiting.next_if(|next| next.from == node)).collect();
            let slopes = if sent.is_empty() { Vec::new() } else { slope::slopes(self.tape, node) };
            for Contribution { from, slot, to, cotangent } in sent {
                let arrived = arrived.entry(to).or_default();
                arrived.push(self.trace.events.len());
                self.trace.events.push(Event::Contribution {
                    pass,
                    from: from.index(),
                    slot,
                    to: to.index(),
                    incoming: gradient,
                    sent: cotangent.index(),
                    slope: slopes[slot].as_ref().map(|slope| Box::new(Digest::of(slope))),
                    nth: arrived.len(),
                    of: expected[&to],
                });
            }
        }
    }

    fn update(&mut self, place: usize) {
        let updates = self.tape.updates.borrow();
        let update = &updates.kept[place];
        let shape = &self.trace.nodes[update.leaf.index()].shape;
        let digest = |numbers: Vec<F>| {
            let array = ndarray::ArrayD::from_shape_vec(shape.as_slice(), numbers);
            Box::new(Digest::shown_as(&array.expect("a parameter keeps its shape"), self.shown.get(&update.leaf)))
        };
        let change = update.before.iter().zip(&update.after).map(|(&before, &after)| after - before).collect();
        let event = Event::Update {
            pass: update.pass,
            node: update.leaf.index(),
            gradient: update.gradient.index(),
            before: digest(update.before.clone()),
            after: digest(update.after.clone()),
            change: digest(change),
        };
        self.trace.events.push(event);
    }
}
