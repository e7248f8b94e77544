//! The column of each block: every op to the right of its operands, as close as possible; every scope in columns of its own, if possible. A backward
//! pass runs to the left, with each of its nodes near the node that it differentiates.

use super::parts::{Parts, Rank};
use super::simplex::{Tie, solve};
use crate::draw::picture::Kind;
use std::collections::HashSet;

pub(super) struct Columns {
    /// For each block.
    pub(super) of: Vec<usize>,
    /// For each cluster, its first and its last column.
    pub(super) spans: Vec<[usize; 2]>,
    pub(super) count: usize,
}

pub(super) fn assign(parts: &Parts) -> Columns {
    let blocks = parts.blocks.len();
    // Each cluster has a point for its first column and one for its last.
    let [first, last] = [|cluster: usize| 2 * cluster, |cluster: usize| 2 * cluster + 1];
    let mut ties = Ties::new(blocks + 2 * parts.picture.clusters.len());
    for (link, [left, right]) in ordered_links(parts) {
        let weight = if parts.links[link].rank == Rank::Leaf { 1 } else { 2 };
        ties.add_or_reverse(left, right, weight);
    }
    for (index, block) in parts.blocks.iter().enumerate() {
        if let Some(cluster) = block.cluster {
            ties.add(Tie { tail: blocks + first(cluster), head: index, length: 0, weight: 0 });
            ties.add(Tie { tail: index, head: blocks + last(cluster), length: 0, weight: 0 });
        }
    }
    for (index, cluster) in parts.picture.clusters.iter().enumerate() {
        ties.add(Tie { tail: blocks + first(index), head: blocks + last(index), length: 0, weight: 1 });
        if let Some(parent) = cluster.parent {
            ties.add(Tie { tail: blocks + first(parent), head: blocks + first(index), length: 0, weight: 0 });
            ties.add(Tie { tail: blocks + last(index), head: blocks + last(parent), length: 0, weight: 0 });
        }
    }
    for [left, right] in neighbours(parts) {
        let [after, before] = [left, right].map(|neighbour| match neighbour {
            Neighbour::Block(block) => [block, block],
            Neighbour::Cluster(cluster) => [blocks + first(cluster), blocks + last(cluster)],
        });
        ties.add_if_possible(Tie { tail: after[1], head: before[0], length: 1, weight: 0 });
    }
    keep_after_named(parts, &mut ties);
    keep_near_origin(parts, &mut ties);
    let positions = solve(ties.leaving.len(), &ties.ties);
    Columns::of(parts, &positions[..blocks])
}

impl Columns {
    /// The columns at these positions, numbered without gaps.
    fn of(parts: &Parts, positions: &[i64]) -> Columns {
        let mut used = positions.to_vec();
        used.sort_unstable();
        used.dedup();
        let of: Vec<usize> = positions.iter().map(|position| used.partition_point(|other| other < position)).collect();
        let mut spans = vec![[usize::MAX, 0]; parts.picture.clusters.len()];
        for (block, &column) in parts.blocks.iter().zip(&of) {
            for cluster in parts.around(block.cluster) {
                let [first, last] = spans[cluster];
                spans[cluster] = [first.min(column), last.max(column)];
            }
        }
        Columns { of, spans, count: used.len() }
    }
}

/// The links that decide which block is left of which, each with its left and its right block; those of the program come first.
fn ordered_links(parts: &Parts) -> Vec<(usize, [usize; 2])> {
    let mut ordered = Vec::new();
    for (index, link) in parts.links.iter().enumerate() {
        let [from, to] = parts.ends(index);
        if link.rank != Rank::Lookup && from != to {
            let ends = if parts.blocks[to].rightwards { [from, to] } else { [to, from] };
            ordered.push((index, ends));
        }
    }
    ordered.sort_by_key(|&(index, _)| parts.blocks[parts.ends(index)[1]].stage);
    ordered
}

/// A block, or a cluster as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Neighbour {
    Block(usize),
    Cluster(usize),
}

/// For each link, the two neighbours where it leaves one cluster and enters another.
fn neighbours(parts: &Parts) -> Vec<[Neighbour; 2]> {
    let (mut neighbours, mut known) = (Vec::new(), HashSet::new());
    for (_, [left, right]) in ordered_links(parts) {
        let [left_cluster, right_cluster] = [left, right].map(|block| parts.blocks[block].cluster);
        let outermost_without = |block, cluster: Option<usize>, other: Option<usize>| {
            let without = parts.around(cluster).take_while(|&around| parts.around(other).all(|other| other != around));
            without.last().map_or(Neighbour::Block(block), Neighbour::Cluster)
        };
        let pair = [
            outermost_without(left, left_cluster, right_cluster),
            outermost_without(right, right_cluster, left_cluster),
        ];
        // A lone leaf finds room above or below the box of its user.
        let is_lone_leaf = matches!(pair[0], Neighbour::Block(block) if parts.blocks[block].is_leaf);
        if !is_lone_leaf && known.insert(pair) {
            neighbours.push(pair);
        }
    }
    neighbours
}

/// Puts what uses a node by its name to the right of that node, as if there were a line.
fn keep_after_named(parts: &Parts, ties: &mut Ties) {
    if parts.picture.nodes.iter().all(|node| node.stub_of.is_empty()) {
        return;
    }
    // Leaves that nothing else holds stand together, at the left.
    let start = ties.new_point();
    (0..parts.blocks.len()).for_each(|block| ties.add(Tie { tail: start, head: block, length: 0, weight: 0 }));
    for stub in &parts.picture.nodes {
        for named in stub.stub_of.iter().filter_map(|&named| parts.picture.place_of(named)) {
            let user = parts.picture.place(stub.origin);
            let [named, user] = [named, user].map(|node| parts.block_of[node]);
            if parts.blocks[user].rightwards {
                ties.add_if_possible(Tie { tail: named, head: user, length: 1, weight: 0 });
            }
            if parts.blocks[named].is_leaf {
                ties.add(Tie { tail: start, head: named, length: 0, weight: 1 });
            }
        }
    }
}

/// Ties each node of a backward pass to the node that it differentiates, on either side.
fn keep_near_origin(parts: &Parts, ties: &mut Ties) {
    for (index, block) in parts.blocks.iter().enumerate() {
        let shown = &parts.picture.nodes[block.node];
        let origin = parts.picture.place_of(shown.origin).map(|origin| parts.block_of[origin]);
        let is_differentiated = shown.pass > 0 && shown.kind != Kind::Stub;
        let Some(origin) = origin.filter(|&origin| is_differentiated && origin != index) else { continue };
        let before_both = ties.new_point();
        let weight = if shown.kind == Kind::Seed { 8 } else { 1 };
        ties.add(Tie { tail: before_both, head: index, length: 0, weight });
        ties.add(Tie { tail: before_both, head: origin, length: 0, weight });
    }
}

/// Ties without a cycle.
struct Ties {
    ties: Vec<Tie>,
    /// For each point, the points that it is before.
    leaving: Vec<Vec<usize>>,
}

impl Ties {
    fn new(count: usize) -> Self {
        Ties { ties: Vec::new(), leaving: vec![Vec::new(); count] }
    }

    fn new_point(&mut self) -> usize {
        self.leaving.push(Vec::new());
        self.leaving.len() - 1
    }

    /// Adds a tie that closes no cycle.
    fn add(&mut self, tie: Tie) {
        self.leaving[tie.tail].push(tie.head);
        self.ties.push(tie);
    }

    fn add_if_possible(&mut self, tie: Tie) {
        if !self.is_before(tie.head, tie.tail) {
            self.add(tie);
        }
    }

    /// Puts `left` before `right`; or after it, if other ties already put it there.
    fn add_or_reverse(&mut self, left: usize, right: usize, weight: i64) {
        let [tail, head] = if self.is_before(right, left) { [right, left] } else { [left, right] };
        self.add(Tie { tail, head, length: 1, weight });
    }

    fn is_before(&self, point: usize, other: usize) -> bool {
        let mut seen = vec![false; self.leaving.len()];
        let mut waiting = vec![point];
        while let Some(point) = waiting.pop() {
            if point == other {
                return true;
            }
            if !std::mem::replace(&mut seen[point], true) {
                waiting.extend(&self.leaving[point]);
            }
        }
        false
    }
}
