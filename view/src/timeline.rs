//! What is known at each step. The one idea to know: a step shows a value only after the event that computed it, so going back hides it again.

use gradus::Trace;
use gradus::trace::Event;
use std::collections::HashMap;

/// The history of every node, computed once.
pub(crate) struct Timeline {
    forward: Vec<Option<usize>>,
    gradients: HashMap<(u32, usize), Gradient>,
    /// The stretches in which the computation goes forward, goes backward or is updated, each by its first event.
    pub(crate) phases: Vec<(usize, Phase)>,
    /// The events that sum up several contributions.
    pub(crate) fan_outs: Vec<usize>,
}

/// The kind of a stretch of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Forward,
    Backward(u32),
    Update,
}

/// The history of a gradient.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gradient {
    /// The node that holds it.
    pub(crate) holder: usize,
    /// The event that completed it.
    pub(crate) complete: usize,
    /// The events that contributed to it.
    pub(crate) contributions: Vec<usize>,
}

/// What is known of a gradient at some step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// The pass does not compute it.
    Never,
    /// The number of contributions that have arrived, and of all.
    Partly(usize, usize),
    /// It is complete, and this node holds it.
    Wholly(usize),
}

impl Timeline {
    pub(crate) fn of(trace: &Trace) -> Self {
        let mut timeline = Timeline {
            forward: vec![None; trace.nodes.len()],
            gradients: HashMap::new(),
            phases: Vec::new(),
            fan_outs: Vec::new(),
        };
        for (place, event) in trace.events.iter().enumerate() {
            let phase = Phase::of(event);
            if timeline.phases.last().is_none_or(|&(_, last)| last != phase) {
                timeline.phases.push((place, phase));
            }
            match *event {
                Event::Forward { node } => timeline.forward[node] = Some(place),
                Event::Seed { pass, node, gradient } => timeline.complete(pass, node, gradient, place),
                Event::Contribution { pass, to, .. } => timeline.gradient_of(pass, to).contributions.push(place),
                Event::Accumulated { pass, node, gradient, ref terms } => {
                    timeline.complete(pass, node, gradient, place);
                    if terms.len() > 1 {
                        timeline.fan_outs.push(place);
                    }
                }
                Event::Update { .. } => {}
            }
        }
        timeline
    }

    fn gradient_of(&mut self, pass: u32, node: usize) -> &mut Gradient {
        self.gradients.entry((pass, node)).or_insert_with(|| Gradient { complete: usize::MAX, ..Gradient::default() })
    }

    fn complete(&mut self, pass: u32, node: usize, holder: usize, place: usize) {
        let gradient = self.gradient_of(pass, node);
        gradient.holder = holder;
        gradient.complete = place;
    }

    /// The history of the gradient of a node in a pass.
    pub(crate) fn gradient(&self, pass: u32, node: usize) -> Option<&Gradient> {
        self.gradients.get(&(pass, node))
    }

    /// What is known of that gradient after the event at `place`.
    pub(crate) fn known(&self, pass: u32, node: usize, place: usize) -> Known {
        match self.gradient(pass, node) {
            None => Known::Never,
            Some(gradient) if gradient.complete <= place => Known::Wholly(gradient.holder),
            Some(gradient) => {
                let arrived = gradient.contributions.iter().filter(|&&event| event <= place).count();
                Known::Partly(arrived, gradient.contributions.len())
            }
        }
    }

    /// Whether the value of a node is known after the event at `place`. What a vjp recorded is known as soon as the gradient that it
    /// works on.
    pub(crate) fn is_computed(&self, trace: &Trace, node: usize, place: usize) -> bool {
        match self.forward[node] {
            Some(event) => event <= place,
            None => {
                let info = &trace.nodes[node];
                self.gradient(info.pass, info.origin).is_some_and(|gradient| gradient.complete <= place)
            }
        }
    }

    /// The phase that an event belongs to.
    pub(crate) fn phase(&self, place: usize) -> Phase {
        let begun = self.phases.iter().rev().find(|&&(start, _)| start <= place);
        begun.map_or(Phase::Forward, |&(_, phase)| phase)
    }
}

impl Phase {
    fn of(event: &Event) -> Phase {
        match *event {
            Event::Forward { .. } => Phase::Forward,
            Event::Update { .. } => Phase::Update,
            Event::Seed { pass, .. } | Event::Contribution { pass, .. } | Event::Accumulated { pass, .. } => {
                Phase::Backward(pass)
            }
        }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Phase::Forward => "forward".to_owned(),
            Phase::Backward(1) => "backward".to_owned(),
            Phase::Backward(pass) => format!("backward {pass}"),
            Phase::Update => "update".to_owned(),
        }
    }
}
