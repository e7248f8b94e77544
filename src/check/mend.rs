//! Tries changes to a vjp. The one idea to know: **a vjp is recorded, so its formula can be changed in one place and computed again.** If the
//! gradient becomes right, the mistake is found. (Example: a formula needs both x and y but reads x twice, f(x, x). Showing the whole vjp y for x
//! would replace both; the mistake is in one operand of one of its ops.)

use crate::op::Slope;
use crate::tape::Tape;
use crate::view::{View, ViewMut};
use petgraph::graph::NodeIndex;
use std::collections::HashMap;

/// The nodes that a vjp recorded for one operand.
pub(super) struct Formula<'t> {
    tape: &'t Tape<f64>,
    /// Its ops in order, each with its operands.
    ops: Vec<(NodeIndex, Vec<NodeIndex>)>,
    /// The leaves that it recorded itself, such as constants.
    constants: Vec<NodeIndex>,
    /// The result of the formula.
    gradient: NodeIndex,
}

/// A place in a formula where a value is read: which of its ops, and which operand of it.
pub(super) type Place = (usize, usize);

/// Maximum number of places for which all sets are tried: 2⁷ = 128. (The way back of a standardized line reads its operand seven times.)
const MOST_PLACES: usize = 7;

/// Whether an operand of a node is labels or indices: whole numbers, without a derivative. Many ops panic if they find other numbers there.
pub(super) fn is_label(tape: &Tape<f64>, node: NodeIndex, slot: usize, operand: NodeIndex) -> bool {
    let graph = tape.graph.borrow();
    let has_no_slope = graph.op(node).slopes().get(slot) == Some(&Slope::None);
    has_no_slope && graph.with_views(&[operand], |views| views[0].data.iter().all(|x| x.fract() == 0.0))
}

impl<'t> Formula<'t> {
    /// The formula of `gradient`, as far as it was recorded after the node `since`.
    pub(super) fn of(tape: &'t Tape<f64>, gradient: NodeIndex, since: NodeIndex) -> Self {
        let (mut ops, mut constants) = (Vec::new(), Vec::new());
        let (mut seen, mut waiting) = (vec![gradient], vec![gradient]);
        while let Some(node) = waiting.pop() {
            if node <= since {
                continue;
            }
            let operands = tape.operands(node);
            for &operand in &operands {
                if !seen.contains(&operand) {
                    seen.push(operand);
                    waiting.push(operand);
                }
            }
            match operands.is_empty() {
                true => constants.push(node),
                false => ops.push((node, operands)),
            }
        }
        ops.sort_unstable_by_key(|&(node, _)| node);
        Formula { tape, ops, constants, gradient }
    }

    /// The leaves that the vjp recorded itself, instead of reading values of the program.
    pub(super) fn constants(&self) -> &[NodeIndex] {
        &self.constants
    }

    /// All sets of places where a value is read; if there are many places, each one alone and all together. Where labels or indices belong, nothing
    /// else can be read: the op would panic.
    pub(super) fn places_of(&self, value: NodeIndex) -> Vec<Vec<Place>> {
        let mut all = Vec::new();
        for (op, (node, operands)) in self.ops.iter().enumerate() {
            let can_change = |&slot: &usize| operands[slot] == value && !is_label(self.tape, *node, slot, value);
            all.extend((0..operands.len()).filter(can_change).map(|slot| (op, slot)));
        }
        if all.len() > MOST_PLACES {
            let mut sets: Vec<Vec<Place>> = all.iter().map(|&place| vec![place]).collect();
            sets.push(all);
            return sets;
        }
        let chosen =
            |set: usize| (0..all.len()).filter(|place| set >> place & 1 == 1).map(|place| all[place]).collect();
        (1..1_usize << all.len()).map(chosen).collect()
    }

    /// The result of the formula if it read `instead` in these places. `instead` must have the shape of what is read there.
    pub(super) fn reading(&self, instead: NodeIndex, places: &[Place]) -> Vec<f64> {
        let graph = self.tape.graph.borrow();
        let mut changed: HashMap<NodeIndex, Vec<f64>> = HashMap::new();
        let numbers = |node: NodeIndex| graph.with_views(&[node], |views| views[0].data.to_vec());
        for (op, (node, operands)) in self.ops.iter().enumerate() {
            let mut read = Vec::new();
            for (slot, &operand) in operands.iter().enumerate() {
                let is_replaced = places.contains(&(op, slot));
                let source = if is_replaced { instead } else { operand };
                let new = changed.get(&source).filter(|_| !is_replaced);
                read.push((is_replaced || new.is_some(), new.cloned().unwrap_or_else(|| numbers(source))));
            }
            if read.iter().any(|(is_new, _)| *is_new) {
                let views: Vec<View<f64>> = read
                    .iter()
                    .zip(operands)
                    .map(|((_, data), &operand)| View { data, shape: graph.shape(operand) })
                    .collect();
                let shape = graph.shape(*node);
                let mut data = vec![0.0; shape.size()];
                graph.op(*node).forward(&views, ViewMut { data: &mut data, shape });
                changed.insert(*node, data);
            }
        }
        changed.remove(&self.gradient).unwrap_or_else(|| numbers(self.gradient))
    }
}
