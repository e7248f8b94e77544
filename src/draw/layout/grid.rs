//! The contents of each column: the blocks, and the places where longer links pass.
//!
//! Long links of one node run together, like the branches of a tree, until each turns off to its end. A weight that is used a hundred
//! times has one line along the drawing, not a hundred.

use super::columns::Columns;
use super::parts::{Parts, Rank};
use std::collections::HashMap;

pub(super) struct Grid {
    /// The blocks first, in their order; then the rest.
    pub(super) items: Vec<Item>,
    /// The items of each column, from top to bottom.
    pub(super) columns: Vec<Vec<usize>>,
    /// The items that each link passes, from left to right; only the two ends if both are in one column.
    pub(super) ways: Vec<Vec<usize>>,
    /// For each link, its tree, and which of its ends is the root: 0 for the left one.
    pub(super) trees: Vec<(usize, usize)>,
    /// For each cluster, its first and its last column.
    pub(super) spans: Vec<[usize; 2]>,
}

pub(super) struct Item {
    pub(super) column: usize,
    /// The innermost cluster.
    pub(super) cluster: Option<usize>,
    pub(super) what: What,
    /// Items that are recorded later are further down.
    pub(super) stage: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Block,
    /// Where the links of a tree pass.
    Bend(usize),
    /// A place of a cluster that has no other item in this column, though its box spans it.
    Filler,
}

impl Grid {
    /// Each piece of a way from one column to the next, once for each tree: the tree, and the items at its left and at its right.
    pub(super) fn pieces(&self) -> Vec<(usize, [usize; 2])> {
        let mut pieces: Vec<_> = Vec::new();
        for (way, &(tree, _)) in self.ways.iter().zip(&self.trees) {
            let between_columns = |pair: &&[usize]| self.items[pair[0]].column < self.items[pair[1]].column;
            pieces.extend(way.windows(2).filter(between_columns).map(|pair| (tree, [pair[0], pair[1]])));
        }
        pieces.sort_unstable();
        pieces.dedup();
        pieces
    }

    pub(super) fn of(parts: &Parts, columns: &Columns) -> Grid {
        let mut items: Vec<Item> = parts
            .blocks
            .iter()
            .zip(&columns.of)
            .map(|(block, &column)| Item { column, cluster: block.cluster, what: What::Block, stage: 2 * block.stage })
            .collect();
        let trees = trees(parts, columns);
        let (mut ways, mut bends) = (Vec::with_capacity(parts.links.len()), HashMap::new());
        for (link, &(tree, _)) in trees.iter().enumerate() {
            let [left, right] = left_and_right(parts, columns, link);
            let mut way = vec![left];
            for column in columns.of[left] + 1..columns.of[right] {
                let cluster = cluster_on_the_way(parts, columns, [left, right], column);
                way.push(*bends.entry((tree, column, cluster)).or_insert_with(|| {
                    // Between two stages it runs between their rows.
                    let stage = parts.blocks[left].stage + parts.blocks[right].stage;
                    items.push(Item { column, cluster, what: What::Bend(tree), stage });
                    items.len() - 1
                }));
            }
            way.push(right);
            ways.push(way);
        }
        let mut grid =
            Grid { items, columns: vec![Vec::new(); columns.count], ways, trees, spans: columns.spans.clone() };
        grid.fill_clusters(parts);
        for (index, item) in grid.items.iter().enumerate() {
            grid.columns[item.column].push(index);
        }
        grid
    }

    /// For each tree, the highest rank of its links.
    pub(super) fn ranks(&self, parts: &Parts) -> Vec<Rank> {
        let mut ranks = vec![Rank::Lookup; parts.links.len()];
        for (link, &(tree, _)) in parts.links.iter().zip(&self.trees) {
            ranks[tree] = ranks[tree].max(link.rank);
        }
        ranks
    }

    /// Gives every cluster an item in each column that its box spans.
    fn fill_clusters(&mut self, parts: &Parts) {
        let mut is_filled: Vec<Vec<bool>> =
            self.spans.iter().map(|[first, last]| vec![false; last - first + 1]).collect();
        for item in &self.items {
            for cluster in parts.around(item.cluster) {
                is_filled[cluster][item.column - self.spans[cluster][0]] = true;
            }
        }
        // Inner clusters come later in the list: an item that fills one of them also fills those around it.
        for cluster in (0..self.spans.len()).rev() {
            for column in self.spans[cluster][0]..=self.spans[cluster][1] {
                if !is_filled[cluster][column - self.spans[cluster][0]] {
                    self.items.push(Item { column, cluster: Some(cluster), what: What::Filler, stage: 0 });
                    for around in parts.around(Some(cluster)) {
                        is_filled[around][column - self.spans[around][0]] = true;
                    }
                }
            }
        }
    }
}

fn left_and_right(parts: &Parts, columns: &Columns, link: usize) -> [usize; 2] {
    let [from, to] = parts.ends(link);
    if columns.of[from] > columns.of[to] { [to, from] } else { [from, to] }
}

/// For each link, the tree that it belongs to, and which of its ends is the root. Links that run beside each other from end to end, as in `x * x`,
/// are of different trees; so are those with different directions or flows.
fn trees(parts: &Parts, columns: &Columns) -> Vec<(usize, usize)> {
    let (mut known, mut beside) = (HashMap::new(), HashMap::new());
    let mut tree = |link: usize| {
        let lines = &parts.links[link].lines;
        let [left, right] = left_and_right(parts, columns, link);
        let is_long = columns.of[left] + 1 < columns.of[right];
        let root = usize::from(parts.block_of[lines.from] != left);
        let nth = beside.entry((lines.from, lines.to)).or_insert(0);
        *nth += 1;
        let is_lookup = parts.links[link].rank == Rank::Lookup;
        let alone = if is_long { None } else { Some(link) };
        let next = known.len();
        (*known.entry((lines.from, root, is_lookup, *nth, alone)).or_insert(next), root)
    };
    (0..parts.links.len()).map(&mut tree).collect()
}

/// The cluster of a link where it passes a column: the left end's cluster as far as that extends, then the right end's from where that
/// begins.
fn cluster_on_the_way(parts: &Parts, columns: &Columns, ends: [usize; 2], column: usize) -> Option<usize> {
    let reaches = |cluster: &usize| (columns.spans[*cluster][0]..=columns.spans[*cluster][1]).contains(&column);
    let [left, right] = ends.map(|end| parts.around(parts.blocks[end].cluster).find(reaches));
    let is_inside = |inner: Option<usize>, outer: usize| parts.around(inner).any(|cluster| cluster == outer);
    match (left, right) {
        // Of two nested ones, the inner.
        (Some(outer), right) if is_inside(right, outer) => right,
        (left, Some(outer)) if is_inside(left, outer) => left,
        (left, None) => left,
        (_, right) => right,
    }
}
