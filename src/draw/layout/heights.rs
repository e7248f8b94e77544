//! The heights of all items: in the given order, with the links as straight as possible, and those of the spine straightest.

use super::Spacing;
use super::grid::{Grid, What};
use super::parts::{Parts, Rank};
use super::ports::Ports;
use super::simplex::{Tie, solve};
use std::collections::HashMap;

pub(super) struct Heights {
    /// For each item, the height of its middle line (for a block, that of its op).
    pub(super) items: Vec<i64>,
    /// The upper and the lower side of each cluster.
    pub(super) clusters: Vec<[i64; 2]>,
    pub(super) total: i64,
}

pub(super) fn assign(
    parts: &Parts,
    grid: &Grid,
    ports: &Ports,
    spacing: &Spacing,
    row_starts: &[usize],
    header: i64,
) -> Heights {
    let (items, clusters) = (grid.items.len(), parts.picture.clusters.len());
    let mut points = Points { parts, grid, spacing, ties: Vec::new(), count: items + 2 * clusters };
    points.keep_clusters_around_their_items(header);
    points.keep_apart();
    points.straighten(ports, row_starts);
    let heights = solve(points.count, &points.ties);
    let reach = |item: usize| points.reach(item);
    let top = (0..items).map(|item| heights[item] - reach(item)[0]);
    let top = top.chain((0..clusters).map(|cluster| heights[points.top(cluster)])).min().unwrap_or(0);
    let bottom = (0..items).map(|item| heights[item] + reach(item)[1]);
    let bottom = bottom.chain((0..clusters).map(|cluster| heights[points.bottom(cluster)])).max().unwrap_or(0);
    let cluster_sides = |cluster| [heights[points.top(cluster)] - top, heights[points.bottom(cluster)] - top];
    Heights {
        items: heights[..items].iter().map(|height| height - top).collect(),
        clusters: (0..clusters).map(cluster_sides).collect(),
        total: bottom - top,
    }
}

/// The points whose heights are sought: the items, the sides of the clusters, and one for each stretch of a link.
struct Points<'a> {
    parts: &'a Parts<'a>,
    grid: &'a Grid,
    spacing: &'a Spacing,
    ties: Vec<Tie>,
    count: usize,
}

impl Points<'_> {
    fn top(&self, cluster: usize) -> usize {
        self.grid.items.len() + 2 * cluster
    }

    fn bottom(&self, cluster: usize) -> usize {
        self.top(cluster) + 1
    }

    /// How far an item reaches above and below its middle line.
    fn reach(&self, item: usize) -> [i64; 2] {
        match self.grid.items[item].what {
            What::Block => self.parts.blocks[item].reach(),
            What::Bend(_) => [self.spacing.pair / 2; 2],
            What::Filler => [0, 0],
        }
    }

    fn tie(&mut self, tail: usize, head: usize, length: i64, weight: i64) {
        self.ties.push(Tie { tail, head, length, weight });
    }

    fn keep_clusters_around_their_items(&mut self, header: i64) {
        let margin = self.spacing.margin;
        for item in 0..self.grid.items.len() {
            if let Some(cluster) = self.grid.items[item].cluster {
                let [above, below] = self.reach(item);
                self.tie(self.top(cluster), item, above + margin + header, 0);
                self.tie(item, self.bottom(cluster), below + margin, 0);
            }
        }
        for cluster in 0..self.parts.picture.clusters.len() {
            self.tie(self.top(cluster), self.bottom(cluster), 0, 1);
            if let Some(parent) = self.parts.picture.clusters[cluster].parent {
                self.tie(self.top(parent), self.top(cluster), margin + header, 0);
                self.tie(self.bottom(cluster), self.bottom(parent), margin, 0);
            }
        }
    }

    /// Keeps neighbours in a column apart, both the items and the clusters around them.
    fn keep_apart(&mut self) {
        for column in &self.grid.columns {
            for pair in column.windows(2) {
                let [above, below] = [pair[0], pair[1]];
                let [outer_above, outer_below] = self.outermost(above, below);
                let [above_point, above_reach] = match outer_above {
                    Some(cluster) => [self.bottom(cluster), 0],
                    None => [above, self.reach(above)[1] as usize],
                };
                let [below_point, below_reach] = match outer_below {
                    Some(cluster) => [self.top(cluster), 0],
                    None => [below, self.reach(below)[0] as usize],
                };
                let gap = self.gap([above, below], outer_above.is_some() || outer_below.is_some());
                self.tie(above_point, below_point, (above_reach + below_reach) as i64 + gap, 0);
            }
        }
    }

    /// The outermost cluster around each of two items that is not around the other.
    fn outermost(&self, one: usize, other: usize) -> [Option<usize>; 2] {
        let around = |item: usize| self.parts.around(self.grid.items[item].cluster);
        let outermost = |item: usize, other: usize| {
            around(item).take_while(|&cluster| around(other).all(|other| other != cluster)).last()
        };
        [outermost(one, other), outermost(other, one)]
    }

    fn gap(&self, items: [usize; 2], has_box: bool) -> i64 {
        let bends = items.iter().filter(|&&item| matches!(self.grid.items[item].what, What::Bend(_))).count();
        match bends {
            2 if !has_box => self.spacing.port - self.spacing.pair,
            0 => self.spacing.row,
            _ => self.spacing.row / 2,
        }
    }

    /// Gives every piece of a link a cost equal to its rise or fall, if both its ends are in one row.
    fn straighten(&mut self, ports: &Ports, row_starts: &[usize]) {
        let ranks = self.grid.ranks(self.parts);
        let port_of: HashMap<_, _> = self
            .grid
            .ways
            .iter()
            .zip(&self.grid.trees)
            .zip(ports)
            .flat_map(|((way, (tree, _)), ports)| {
                [((*tree, way[0]), ports[0]), ((*tree, way[way.len() - 1]), ports[1])]
            })
            .collect();
        for (tree, [left, right]) in self.grid.pieces() {
            if row_starts.contains(&self.grid.items[right].column) {
                continue;
            }
            let [left_port, right_port] = [left, right].map(|item| port_of.get(&(tree, item)).copied().unwrap_or(0));
            let bends = [left, right].map(|item| matches!(self.grid.items[item].what, What::Bend(_)));
            // The eye follows the piece between two bends most.
            let factor = [1, 2, 8][bends.iter().filter(|is_bend| **is_bend).count()];
            let weight = weight(ranks[tree]) * factor;
            let above_both = self.count;
            self.count += 1;
            self.tie(above_both, left, (right_port - left_port).max(0), weight);
            self.tie(above_both, right, (left_port - right_port).max(0), weight);
        }
    }
}

fn weight(rank: Rank) -> i64 {
    match rank {
        Rank::Lookup => 1,
        Rank::Leaf => 4,
        Rank::Side => 6,
        Rank::Spine => 60,
    }
}
