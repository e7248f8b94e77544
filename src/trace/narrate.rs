//! One plain sentence per event, with its numbers.

use super::{Digest, Event, Trace};
use crate::leaf::Leaf;

impl Trace {
    /// The whole story, one sentence per event.
    pub fn narration(&self) -> Vec<String> {
        (0..self.events.len()).map(|place| self.narrate(place)).collect()
    }

    /// One event as a sentence: `[23/41] backward through tanh "hidden": gradient arriving 0.31, local slope 1 - y² = 0.42, so 0.1302
    /// flows into "z" (1 of its 2 uses)`.
    ///
    /// # Panics
    /// If there is no event at this place.
    #[track_caller]
    pub fn narrate(&self, place: usize) -> String {
        assert!(place < self.events.len(), "there is no event {place} in these {}", self.events.len());
        let sentence = match &self.events[place] {
            Event::Forward { node } => self.forward(*node),
            Event::Seed { pass, node, gradient } => self.seed(*pass, *node, *gradient),
            Event::Contribution { .. } => self.contribution(&self.events[place]),
            Event::Accumulated { node, gradient, terms, .. } => self.accumulated(*node, *gradient, terms),
            Event::Update { node, gradient, before, after, change, .. } => {
                self.update(*node, *gradient, before, after, change)
            }
        };
        let fault = if self.goes_wrong(place) { ". This is the first number that goes wrong" } else { "" };
        format!("[{}/{}] {sentence}{fault}", place + 1, self.events.len())
    }

    /// Whether the first number that is not finite is computed in this event: in a value, or in a gradient that flows back through a node.
    fn goes_wrong(&self, place: usize) -> bool {
        let is_wrong =
            |node: usize| self.nodes[node].value.as_ref().is_some_and(|value| value.nans + value.infinities > 0);
        let at = |node: usize| self.nodes[node].fault.is_some();
        match self.events[place] {
            Event::Forward { node } => at(node) && is_wrong(node),
            Event::Contribution { from, sent, .. } => at(from) && !is_wrong(from) && is_wrong(sent),
            _ => false,
        }
    }

    fn forward(&self, index: usize) -> String {
        let node = &self.nodes[index];
        let (name, value) = (self.short(index), self.value(index));
        match node.leaf() {
            Some(Leaf::Input) => format!("{name} comes in from outside: {value}"),
            Some(Leaf::Var) => format!("{name} is a variable: {value}"),
            Some(Leaf::Param) => format!("{name} is a parameter, read in place: {value}"),
            Some(Leaf::Const) => format!("{name} is the constant {value}"),
            Some(Leaf::Seed) | None => {
                let op = &node.op;
                let operands: Vec<String> = node.operands.iter().map(|&operand| self.as_operand(operand)).collect();
                let attributes =
                    if node.attributes.is_empty() { String::new() } else { format!("; {}", node.attributes) };
                format!("forward: {name} = {op}({}{attributes}) = {value}, by {}", operands.join(", "), node.formula)
            }
        }
    }

    /// An operand in a formula; a constant is written as its number.
    fn as_operand(&self, index: usize) -> String {
        let node = &self.nodes[index];
        if node.leaf() == Some(Leaf::Const) && node.name.is_empty() { self.value(index) } else { self.short(index) }
    }

    fn seed(&self, pass: u32, node: usize, gradient: usize) -> String {
        let (loss, seed) = (self.call(node), self.value(gradient));
        match self.nodes[gradient].leaf() {
            Some(Leaf::Seed) => {
                format!("backward pass {pass} begins at {loss}: its gradient with respect to itself is {seed}")
            }
            _ => format!("backward pass {pass} begins at {loss} with the gradient that it was given: {seed}"),
        }
    }

    fn contribution(&self, event: &Event) -> String {
        let &Event::Contribution { from, slot, to, incoming, sent, ref slope, nth, of, .. } = event else {
            unreachable!("asked of contributions only")
        };
        let node = &self.nodes[from];
        let (arriving, flowing, target) = (self.flow(incoming), self.flow(sent), self.call(to));
        let (symbols, flow) = (&node.slopes[slot], &node.flows[slot]);
        let uses = if of > 1 { format!(" ({nth} of its {of} uses)") } else { String::new() };
        let was_broadcast = !symbols.is_empty() && node.shape != self.nodes[to].shape;
        let how = match slope {
            Some(slope) if node.size() == 1 => {
                let slope = match &symbols[..] {
                    "" if flow.is_empty() => slope.words(),
                    "" => format!("{} ({flow})", slope.words()),
                    symbols if is_number(symbols) => slope.words(),
                    symbols => format!("{symbols} = {}", slope.words()),
                };
                format!(", local slope {slope}, so {flowing} flows into {target}")
            }
            _ if sent == incoming => format!(", handed on as it is to {target}"),
            Some(slope) => {
                let slope = match is_number(symbols) {
                    true => symbols.clone(),
                    false => format!("{symbols}, {}, element by element", slope.words()),
                };
                let summed = if was_broadcast { "; summed over the copies, it" } else { "; it" };
                format!(", times the local slope {slope}{summed} sends {flowing} to {target}")
            }
            None if flow.is_empty() => format!("; it sends {flowing} to {target}"),
            None => format!("; by {flow}, it sends {flowing} to {target}"),
        };
        let through = format!("{} {}", node.op, self.short(from));
        format!("backward through {through}: gradient arriving {arriving}{how}{uses}")
    }

    fn accumulated(&self, node: usize, gradient: usize, terms: &[usize]) -> String {
        let (name, sum) = (self.call(node), self.flow(gradient));
        let sent = |&place: &usize| match self.events[place] {
            Event::Contribution { sent, .. } => self.flow(sent),
            _ => unreachable!("terms are contributions"),
        };
        let terms: Vec<String> = terms.iter().map(sent).collect();
        let is_few = self.nodes[node].size() == 1 && terms.len() <= 4;
        match terms.len() {
            1 => format!("{name} has its whole gradient, from one use: {sum}"),
            uses if is_few => {
                format!("{name} was used {uses} times, so its gradient is the sum: {} = {sum}", terms.join(" + "))
            }
            uses => format!("{name} was used {uses} times, so its gradient is the sum of what flowed back: {sum}"),
        }
    }

    fn update(&self, node: usize, gradient: usize, before: &Digest, after: &Digest, change: &Digest) -> String {
        let (name, gradient) = (self.call(node), self.flow(gradient));
        match before.size() {
            1 => {
                format!("update: {name} goes from {} to {}; its gradient was {gradient}", before.words(), after.words())
            }
            _ => format!(
                "update: {name} changes by {}; it was {}, its gradient {gradient}",
                change.size_words(),
                before.size_words()
            ),
        }
    }
}

/// Whether a slope in symbols is a plain number.
fn is_number(symbols: &str) -> bool {
    symbols.parse::<f64>().is_ok()
}
