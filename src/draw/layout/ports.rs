//! The place on a node's side where each link ends: in the order of the places that the links come from, with the spine in the middle.

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

/// Makes ops high enough for the links that end at them. (Not for lookups: they share the room that there is.)
pub(super) fn make_room(parts: &mut Parts, grid: &Grid, spacing: &Spacing) {
    for ((node, _), mut ends) in ends_by_side(parts, grid) {
        ends.retain(|end| end.links.iter().any(|&(link, _)| parts.links[link].rank != Rank::Lookup));
        // The two lines of an edge, and below them its label.
        let label = label_height(&ends, parts);
        let between = if label > 0 { 2 * spacing.pair + label } else { spacing.pair };
        let needed = 2 * spacing.pair + between * (ends.len() as i64 - 1);
        let block = &mut parts.blocks[parts.block_of[node]];
        if block.node == node {
            block.size[1] = block.size[1].max(needed);
        }
    }
}

pub(super) fn assign(parts: &Parts, grid: &Grid, spacing: &Spacing) -> Ports {
    let mut ports = vec![[0, 0]; parts.links.len()];
    for ((node, _), ends) in ends_by_side(parts, grid) {
        let block = &parts.blocks[parts.block_of[node]];
        let hung = block.hung.iter().find(|hung| hung.node == node);
        let middle = hung.map_or(0, |hung| hung.middle(block));
        let half = hung.map_or(block.size, |hung| hung.size)[1] / 2 - spacing.pair;
        let wanted = spacing.port + label_height(&ends, parts);
        // In halves of a step from the middle. The spine has the middle, if the others then find room.
        let even = 1 - ends.len() as i64;
        let spine = spine(&ends, parts).map(|spine| -2 * spine as i64);
        let reach = |first: i64| (-first).max(first - 2 * even).max(1);
        let fits = |&first: &i64| 2 * half / reach(first) > spacing.pair;
        let first = spine.filter(fits).unwrap_or(even);
        let step = wanted.min(2 * half.max(0) / reach(first));
        for (place, end) in ends.iter().enumerate() {
            for &(link, side) in &end.links {
                ports[link][side] = middle + (first + 2 * place as i64) * step / 2;
            }
        }
    }
    ports
}

/// The end of the spine among these. There is none if all links run side by side to one node.
fn spine(ends: &[End], parts: &Parts) -> Option<usize> {
    let all_to_one = ends.iter().all(|end| end.other_node == ends[0].other_node);
    let is_spine = |end: &End| end.links.iter().any(|&(link, _)| parts.links[link].rank == Rank::Spine);
    ends.iter().position(is_spine).filter(|_| !all_to_one)
}

fn label_height(ends: &[End], parts: &Parts) -> i64 {
    let links = ends.iter().flat_map(|end| &end.links);
    links.map(|&(link, _)| parts.links[link].lines.label[1]).max().unwrap_or(0)
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
    sides.values_mut().for_each(|ends| ends.sort_by_key(|end| (end.comes_from, end.links[0])));
    sides
}
