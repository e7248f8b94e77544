//! Where each value of a step stands while the step runs. The one idea to know: **a place is used again as soon as nobody reads its value any more.** The order
//! of the nodes says when that is, before any number is known.

use super::nodes::{Numbers, Value};
use std::cmp::Reverse;

/// How many values are placed by their size, which takes time by the square of it. What is smaller than so many others hardly matters.
const LARGE: usize = 1024;

/// A place in one buffer for each value that is computed.
#[derive(Debug)]
pub(super) struct Plan {
    /// The nodes to compute, in order: those that a result needs.
    pub(super) computed: Vec<usize>,
    /// For each node of the step, where its numbers begin in the buffer, if it is computed.
    starts: Vec<Option<usize>>,
    /// For each of those, the node that reads it last; `None` for a result, which is kept to the end.
    last_readers: Vec<Option<usize>>,
    /// How many numbers the buffer has.
    pub(super) length: usize,
}

impl Plan {
    /// Places for these results, and for what they are computed from.
    pub(super) fn new(values: &[Value], results: &[usize]) -> Plan {
        Plan::with(values, results, LARGE)
    }

    fn with(values: &[Value], results: &[usize], large: usize) -> Plan {
        let computed = needed(values, results);
        let mut last_readers = vec![None; values.len()];
        for &node in &computed {
            owners(values, node).for_each(|read| last_readers[read] = Some(node));
        }
        for &result in results {
            last_readers[values[result].owner(result)] = None;
        }
        let mut plan = Plan { computed, starts: vec![None; values.len()], last_readers, length: 0 };
        plan.place_large(values, large);
        plan.place_others(values);
        plan
    }

    /// Gives the largest values their places, the largest first: each where it fits best beside those that are kept at the same time. Small ones then fill gaps,
    /// and do not make them.
    fn place_large(&mut self, values: &[Value], count: usize) {
        let size = |node: usize| values[node].shape.size();
        let mut largest = self.computed.clone();
        largest.sort_by_key(|&node| Reverse(size(node)));
        largest.truncate(count);
        // Where each begins, in order, and its node.
        let mut placed: Vec<(usize, usize)> = Vec::new();
        for node in largest {
            let (mut best, mut free) = (None, 0);
            for &(start, other) in placed.iter().filter(|&&(_, other)| self.are_kept_at_once(node, other)) {
                let gap = start.saturating_sub(free);
                if gap >= size(node) && best.is_none_or(|(smallest, _)| gap < smallest) {
                    best = Some((gap, free));
                }
                free = free.max(start + size(other));
            }
            let start = best.map_or(free, |(_, start)| start);
            placed.insert(placed.partition_point(|&(other, _)| other <= start), (start, node));
            self.starts[node] = Some(start);
            self.length = self.length.max(start + size(node));
        }
    }

    /// Gives the other values their places, one after the other, behind the large ones.
    fn place_others(&mut self, values: &[Value]) {
        let (mut room, has_place) = (Room { free: Vec::new(), end: self.length }, self.starts.clone());
        for &node in self.computed.iter() {
            if has_place[node].is_none() {
                self.starts[node] = Some(room.take(values[node].shape.size()));
            }
            for (slot, read) in owners(values, node).enumerate() {
                let is_first_slot = owners(values, node).position(|other| other == read) == Some(slot);
                let is_over = is_first_slot && has_place[read].is_none() && self.last_readers[read] == Some(node);
                if let Some(start) = self.starts[read].filter(|_| is_over) {
                    room.give_back(start, values[read].shape.size());
                }
            }
        }
        self.length = room.end;
    }

    /// Whether there is a node while which the values of both nodes are needed.
    fn are_kept_at_once(&self, a: usize, b: usize) -> bool {
        let reaches = |node: usize, other: usize| self.last_readers[node].is_none_or(|last| last >= other);
        reaches(a, b) && reaches(b, a)
    }

    /// Where the numbers of a node that is computed begin.
    pub(super) fn start(&self, node: usize) -> usize {
        self.starts[node].expect("a place for each value that is computed and read")
    }

    /// The node that reads the value of a node last; `None` if it is kept to the end.
    pub(super) fn last_reader(&self, node: usize) -> Option<usize> {
        self.last_readers[node]
    }

    /// The node while which the most numbers are kept, and all nodes whose values are kept then. (`computed` is not empty.)
    pub(super) fn peak(&self, values: &[Value]) -> Option<(usize, Vec<usize>)> {
        let (mut most, mut at, mut kept) = (0, None, 0);
        let mut ends = vec![0; values.len()];
        for &node in &self.computed {
            kept += values[node].shape.size();
            if kept > most {
                (most, at) = (kept, Some(node));
            }
            if let Some(last) = self.last_readers[node] {
                ends[last] += values[node].shape.size();
            }
            kept -= ends[node];
        }
        let at = at?;
        let is_kept = |&node: &usize| node <= at && self.last_readers[node].is_none_or(|last| last >= at);
        Some((at, self.computed.iter().copied().filter(is_kept).collect()))
    }
}

/// The nodes that are computed for these results, in order.
fn needed(values: &[Value], results: &[usize]) -> Vec<usize> {
    let mut is_needed = vec![false; values.len()];
    results.iter().for_each(|&result| is_needed[values[result].owner(result)] = true);
    for node in (0..values.len()).rev().filter(|&node| matches!(values[node].numbers, Numbers::Computed)) {
        if is_needed[node] {
            owners(values, node).for_each(|read| is_needed[read] = true);
        }
    }
    (0..values.len()).filter(|&node| is_needed[node] && matches!(values[node].numbers, Numbers::Computed)).collect()
}

/// The nodes that have the numbers which a node reads, slot by slot.
fn owners(values: &[Value], node: usize) -> impl Iterator<Item = usize> {
    values[node].operands.iter().map(|&operand| values[operand].owner(operand))
}

/// The parts of the buffer that are free.
struct Room {
    /// Where each begins and ends, in order. No part begins where another ends.
    free: Vec<[usize; 2]>,
    /// Where the buffer ends. It grows if no free part is large enough.
    end: usize,
}

impl Room {
    /// Takes the smallest part that is large enough, the first of several, and returns where it begins.
    fn take(&mut self, size: usize) -> usize {
        let fits = self.free.iter().enumerate().filter(|(_, [start, end])| end - start >= size);
        if let Some((place, &[start, end])) = fits.min_by_key(|(_, [start, end])| end - start) {
            match end - start == size {
                true => _ = self.free.remove(place),
                false => self.free[place][0] += size,
            }
            return start;
        }
        // What is free at the end is used with what is added there.
        let is_at_end = self.free.last().is_some_and(|&[_, end]| end == self.end);
        let start = if is_at_end { self.free.pop().map_or(self.end, |[start, _]| start) } else { self.end };
        self.end = start + size;
        start
    }

    fn give_back(&mut self, start: usize, size: usize) {
        let (mut start, mut end) = (start, start + size);
        if start == end {
            return;
        }
        let place = self.free.partition_point(|&[begin, _]| begin < start);
        let mut joined = place..place;
        if let Some(&[begin, _]) =
            place.checked_sub(1).and_then(|before| self.free.get(before)).filter(|part| part[1] == start)
        {
            (start, joined.start) = (begin, place - 1);
        }
        if let Some(&[_, finish]) = self.free.get(place).filter(|part| part[0] == end) {
            (end, joined.end) = (finish, place + 1);
        }
        self.free.splice(joined, [[start, end]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;

    /// Values of these sizes and operands, all computed.
    fn values(of: &[(usize, &[usize])]) -> Vec<Value> {
        let value = |&(size, operands): &(usize, &[usize])| Value {
            shape: Shape::new(&[size]),
            operands: operands.to_vec(),
            numbers: Numbers::Computed,
        };
        of.iter().map(value).collect()
    }

    #[test]
    fn a_chain_needs_room_for_two_values() {
        let chain = values(&[(5, &[]), (5, &[0]), (5, &[1]), (5, &[2]), (5, &[3])]);
        let plan = Plan::new(&chain, &[4]);
        assert_eq!(plan.length, 10);
        assert_eq!(plan.computed.iter().map(|&node| plan.start(node)).collect::<Vec<_>>(), [0, 5, 0, 5, 0]);
        assert_eq!(plan.peak(&chain), Some((1, vec![0, 1])));
    }

    #[test]
    fn what_no_result_needs_is_not_computed_and_a_result_is_kept() {
        let values = values(&[(2, &[]), (3, &[0]), (4, &[0, 0]), (1, &[2])]);
        let plan = Plan::new(&values, &[0, 3]);
        assert_eq!(plan.computed, [0, 2, 3]);
        assert_eq!((plan.last_reader(0), plan.last_reader(2), plan.length), (None, Some(3), 7));
    }

    #[test]
    fn no_two_values_that_are_kept_at_once_share_a_number() {
        let mut random = 1_u64;
        let mut below = |n: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % n
        };
        for round in 0..300 {
            let mut values: Vec<Value> = Vec::new();
            for node in 0..60 {
                let operands: Vec<usize> = (0..below(4).min(node)).map(|_| node - 1 - below(node.min(12))).collect();
                let is_view = operands.len() == 1 && below(4) == 0;
                let (shape, numbers) = match is_view {
                    true => (values[operands[0]].shape, Numbers::Of(values[operands[0]].owner(operands[0]))),
                    false => (Shape::new(&[below(9)]), Numbers::Computed),
                };
                values.push(Value { shape, operands, numbers });
            }
            let results = [59, below(60), below(60)];
            let plan = Plan::with(&values, &results, if round % 2 == 0 { LARGE } else { 5 });
            let mut owned: Vec<Option<usize>> = vec![None; plan.length];
            for &node in &plan.computed {
                for read in owners(&values, node) {
                    let numbers = plan.start(read)..plan.start(read) + values[read].shape.size();
                    assert!(
                        owned[numbers].iter().all(|&owner| owner == Some(read)),
                        "{read} is overwritten before {node} reads it"
                    );
                }
                owned[plan.start(node)..][..values[node].shape.size()].fill(Some(node));
            }
            for result in results.map(|result| values[result].owner(result)) {
                assert!(
                    owned[plan.start(result)..][..values[result].shape.size()]
                        .iter()
                        .all(|&owner| owner == Some(result))
                );
            }
        }
    }
}
