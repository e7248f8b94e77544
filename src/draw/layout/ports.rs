//! Where on a node's side each link ends: in the order of the places that the links come from, the spine's in the middle.

use super::Spacing;
use super::grid::Grid;
use super::parts::{Parts, Rank};
use std::collections::{BTreeMap, HashMap};

/// For each link, the heights of its ports at its left and its right end, from the middle of the block's op.
pub(super) type Ports = Vec<[i64; 2]>;

/// Where a tree of links ends at a side of a node, to be sorted from top to bottom.
struct End {
    /// Where it comes from: above this column, somewhere in the next, or below this column.
    comes_from: (i64, usize),
    /// Its links, and which of their ends is here: 0 for the left.
    links: Vec<(usize, usize)>,
    other_node: usize,
}

/// A node's left side (0) or its right one (1).
type Side = (usize, usize);

pub(super) fn assign(parts: &Parts, grid: &Grid, spacing: &Spacing) -> Ports {
    let mut ports = vec![[0, 0]; parts.links.len()];
    for ((node, _), mut ends) in ends_by_side(parts, grid) {
        ends.sort_by_key(|end| (end.comes_from, end.links[0]));
        let block = &parts.blocks[parts.block_of[node]];
        let hung = block.hung.iter().find(|hung| hung.node == node);
        let middle = hung.map_or(0, |hung| hung.middle(block));
        let half = hung.map_or(block.size, |hung| hung.size)[1] / 2 - spacing.pair;
        // Links that run beside each other to one node stand evenly around the middle; else the spine has it.
        let all_to_one = ends.iter().all(|end| end.other_node == ends[0].other_node);
        let is_spine = |end: &End| end.links.iter().any(|&(link, _)| parts.links[link].rank == Rank::Spine);
        let spine = ends.iter().position(is_spine).filter(|_| !all_to_one);
        // All distances are counted in halves of a step.
        let first = -spine.map_or(ends.len() as i64 - 1, |spine| 2 * spine as i64);
        let last = first + 2 * (ends.len() as i64 - 1);
        let labels = ends.iter().flat_map(|end| &end.links).map(|&(link, _)| parts.links[link].lines.label[1]);
        let wanted = spacing.port + labels.max().unwrap_or(0);
        let step = wanted.min(2 * half.max(0) / last.max(-first).max(1));
        for (place, end) in ends.iter().enumerate() {
            for &(link, side) in &end.links {
                ports[link][side] = middle + (first + 2 * place as i64) * step / 2;
            }
        }
    }
    ports
}

/// All ends of links, by node and side; a tree has one end at its root.
fn ends_by_side(parts: &Parts, grid: &Grid) -> BTreeMap<Side, Vec<End>> {
    let mut place = vec![0; grid.items.len()];
    for column in &grid.columns {
        column.iter().enumerate().for_each(|(index, &item)| place[item] = index);
    }
    let mut sides = BTreeMap::<_, Vec<End>>::new();
    let mut roots = HashMap::new();
    for (link, way) in grid.ways.iter().enumerate() {
        let (tree, root) = grid.trees[link];
        let lines = &parts.links[link].lines;
        let nodes = if parts.block_of[lines.from] == way[0] { [lines.from, lines.to] } else { [lines.to, lines.from] };
        let [left, right] = [way[0], way[way.len() - 1]];
        let is_flat = grid.items[left].column == grid.items[right].column;
        for (end, [here, other]) in [[left, right], [right, left]].into_iter().enumerate() {
            let next = if end == 0 { way[1] } else { way[way.len() - 2] };
            let comes_from = match is_flat {
                true if place[other] < place[here] => (-1, 0),
                true => (1, 0),
                false => (0, place[next]),
            };
            // A link within a column goes round by the right.
            let ends = sides.entry((nodes[end], usize::from(is_flat || end == 0))).or_default();
            let index = if end == root { *roots.entry(tree).or_insert(ends.len()) } else { ends.len() };
            match ends.get_mut(index) {
                Some(known) => known.links.push((link, end)),
                None => ends.push(End { comes_from, links: vec![(link, end)], other_node: nodes[1 - end] }),
            }
        }
    }
    sides
}
