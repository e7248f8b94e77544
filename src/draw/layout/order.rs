//! The order of the items in each column, chosen so that few edges cross.
//!
//! The idea to know: every item wishes for the mean height of its neighbours in the column before it. The columns are sorted by these wishes, in
//! sweeps from left to right and back. A cluster, or a link that passes many columns, has one wish for all of them, so that it stays on one side of
//! its neighbours.

use super::Spacing;
use super::grid::{Grid, Item, What};
use super::parts::{Parts, Rank};

const SWEEPS: usize = 24;
const ROUNDS_OF_SWAPS: usize = 8;

/// Sorts the columns of the grid.
pub(super) fn arrange(grid: &mut Grid, parts: &Parts, spacing: &Spacing) {
    let mut order = Order::new(grid, parts, spacing);
    let mut best = (order.crossings(), order.columns.clone());
    for sweep in 0..SWEEPS {
        order.sweep(sweep % 2 == 0);
        let crossings = order.crossings();
        if crossings < best.0 {
            best = (crossings, order.columns.clone());
        }
    }
    order.columns = best.1;
    (0..order.columns.len()).for_each(|column| order.number(column));
    order.swap_neighbours();
    grid.columns = order.columns;
}

struct Order<'a> {
    grid: &'a Grid,
    parts: &'a Parts<'a>,
    columns: Vec<Vec<usize>>,
    /// For each item, its neighbours in the previous and in the next column, with their weights.
    neighbours: [Vec<Vec<(usize, i64)>>; 2],
    /// For each item, its extent upwards and downwards.
    reach: Vec<[i64; 2]>,
    gap: f64,
    cluster_stages: Vec<i64>,
    /// The present height of each item.
    height: Vec<f64>,
    /// For each item, the number of items above it in its column.
    place: Vec<usize>,
}

/// The heights that items, clusters and trees of links wish for in this sweep; `None` if not known yet.
struct Wishes {
    items: Vec<f64>,
    clusters: Vec<Option<f64>>,
    trees: Vec<Option<f64>>,
}

impl<'a> Order<'a> {
    fn new(grid: &'a Grid, parts: &'a Parts<'a>, spacing: &Spacing) -> Self {
        let items = grid.items.len();
        let mut neighbours = [vec![Vec::new(); items], vec![Vec::new(); items]];
        let ranks = grid.ranks(parts);
        for (tree, [left, right]) in grid.pieces() {
            let weight = weight(ranks[tree]);
            neighbours[1][left].push((right, weight));
            neighbours[0][right].push((left, weight));
        }
        let reach = |(index, item): (usize, &Item)| match item.what {
            What::Block => parts.blocks[index].reach(),
            What::Bend(_) => [spacing.pair, spacing.pair],
            What::Filler => [0, 0],
        };
        let mut cluster_stages = vec![i64::MAX; grid.spans.len()];
        for item in &grid.items {
            for cluster in parts.around(item.cluster) {
                cluster_stages[cluster] = cluster_stages[cluster].min(item.stage);
            }
        }
        let mut order = Order {
            grid,
            parts,
            columns: grid.columns.clone(),
            neighbours,
            reach: grid.items.iter().enumerate().map(reach).collect(),
            gap: spacing.row as f64,
            cluster_stages,
            height: vec![0.0; items],
            place: vec![0; items],
        };
        // To begin with, everything is in recording order.
        let recorded = |(index, item): (usize, &Item)| match item.what {
            What::Block => index as f64,
            What::Bend(_) | What::Filler => -1.0,
        };
        let mut wishes = order.no_wishes();
        wishes.items = grid.items.iter().enumerate().map(recorded).collect();
        for column in 0..order.columns.len() {
            order.sort(column, &mut wishes);
            order.pack(column, &vec![0.0; items]);
        }
        order
    }

    fn no_wishes(&self) -> Wishes {
        Wishes {
            items: self.height.clone(),
            clusters: vec![None; self.grid.spans.len()],
            trees: vec![None; self.grid.ways.len()],
        }
    }

    fn sweep(&mut self, rightwards: bool) {
        let mut wishes = self.no_wishes();
        let count = self.columns.len();
        for step in 0..count {
            let column = if rightwards { step } else { count - 1 - step };
            for place in 0..self.columns[column].len() {
                let item = self.columns[column][place];
                let wish = self.wish(item, usize::from(!rightwards));
                wishes.items[item] = match self.grid.items[item].what {
                    What::Bend(tree) => *wishes.trees[tree].get_or_insert(wish),
                    What::Block | What::Filler => wish,
                };
            }
            self.sort(column, &mut wishes);
            self.pack(column, &wishes.items);
        }
    }

    /// The mean height of the neighbours on one side.
    fn wish(&self, item: usize, side: usize) -> f64 {
        let neighbours = &self.neighbours[side][item];
        let weights: i64 = neighbours.iter().map(|(_, weight)| weight).sum();
        if weights == 0 {
            return self.height[item];
        }
        let sum: f64 = neighbours.iter().map(|&(other, weight)| self.height[other] * weight as f64).sum();
        // Leaves hang below their ops, so a passing link goes above.
        let above = if matches!(self.grid.items[item].what, What::Bend(_)) { 1.0 } else { 0.0 };
        sum / weights as f64 - above
    }

    /// Sorts a column by stage and wish; items of one cluster stay together.
    fn sort(&mut self, column: usize, wishes: &mut Wishes) {
        let items = self.columns[column].clone();
        for cluster in 0..self.grid.spans.len() {
            let inside = |item: &&usize| self.parts.around(self.grid.items[**item].cluster).any(|c| c == cluster);
            let (count, sum) =
                items.iter().filter(inside).fold((0, 0.0), |(n, sum), &i| (n + 1, sum + wishes.items[i]));
            if count > 0 && wishes.clusters[cluster].is_none() {
                wishes.clusters[cluster] = Some(sum / f64::from(count));
            }
        }
        let key = |item: usize| {
            let Item { cluster, stage, .. } = self.grid.items[item];
            let of_cluster = |cluster: usize| {
                let wish = wishes.clusters[cluster].unwrap_or(0.0);
                (self.cluster_stages[cluster], wish, self.grid.items.len() + cluster)
            };
            let mut key: Vec<(i64, f64, usize)> = self.parts.around(cluster).map(of_cluster).collect();
            key.reverse();
            key.push((stage, wishes.items[item], item));
            key
        };
        let mut keyed: Vec<_> = items.into_iter().map(|item| (key(item), item)).collect();
        keyed.sort_by(|(one, _), (other, _)| {
            let pairs = one.iter().zip(other);
            let compare = |((s1, w1, i1), (s2, w2, i2)): (&(i64, f64, usize), &(i64, f64, usize))| {
                s1.cmp(s2).then(w1.total_cmp(w2)).then(i1.cmp(i2))
            };
            pairs.map(compare).find(|ordering| ordering.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        self.columns[column] = keyed.into_iter().map(|(_, item)| item).collect();
        self.number(column);
    }

    fn number(&mut self, column: usize) {
        self.columns[column].iter().enumerate().for_each(|(place, &item)| self.place[item] = place);
    }

    /// Puts the items of a sorted column as near as possible to the heights that they wish for, without overlaps: items that would overlap are merged
    /// into heaps, each centred at the mean of its wishes.
    fn pack(&mut self, column: usize, wishes: &[f64]) {
        // With the extents of the items subtracted, the heights only have to be non-decreasing.
        let (mut heaps, mut offset) = (Vec::<(f64, usize)>::new(), 0.0);
        let mut offsets = Vec::new();
        for (place, &item) in self.columns[column].iter().enumerate() {
            if let Some(above) = place.checked_sub(1).map(|above| self.columns[column][above]) {
                offset += (self.reach[above][1] + self.reach[item][0]) as f64 + self.gap;
            }
            offsets.push(offset);
            let mut heap = (wishes[item] - offset, 1);
            while let Some(&above) = heaps.last() {
                let overlaps = above.0 / above.1 as f64 >= heap.0 / heap.1 as f64;
                if !overlaps {
                    break;
                }
                heaps.pop();
                heap = (heap.0 + above.0, heap.1 + above.1);
            }
            heaps.push(heap);
        }
        let heights = heaps.iter().flat_map(|&(sum, count)| std::iter::repeat_n(sum / count as f64, count));
        for ((&item, offset), height) in self.columns[column].iter().zip(offsets).zip(heights) {
            self.height[item] = height + offset;
        }
    }

    /// The number of pairs of links that cross, by their weights.
    fn crossings(&self) -> i64 {
        let place = &self.place;
        let mut crossings = 0;
        for column in &self.columns {
            let mut links = Vec::new();
            for &item in column {
                links.extend(
                    self.neighbours[1][item].iter().map(|&(other, weight)| (place[item], place[other], weight)),
                );
            }
            for (index, &(left, right, weight)) in links.iter().enumerate() {
                for &(other_left, other_right, other_weight) in &links[index + 1..] {
                    if left < other_left && right > other_right {
                        crossings += weight * other_weight;
                    }
                }
            }
        }
        crossings
    }

    /// Swaps neighbours in a column as long as that saves crossings.
    fn swap_neighbours(&mut self) {
        for _ in 0..ROUNDS_OF_SWAPS {
            let mut swapped = false;
            for column in 0..self.columns.len() {
                for place in 1..self.columns[column].len() {
                    let [above, below] = [self.columns[column][place - 1], self.columns[column][place]];
                    let [one, other] = [above, below].map(|item| &self.grid.items[item]);
                    let may_swap = one.cluster == other.cluster && one.stage == other.stage;
                    if may_swap && self.crossings_between(below, above) < self.crossings_between(above, below) {
                        self.columns[column].swap(place - 1, place);
                        self.number(column);
                        swapped = true;
                    }
                }
            }
            if !swapped {
                break;
            }
        }
    }

    /// The number of links of two items that cross if the first is above the second.
    fn crossings_between(&self, above: usize, below: usize) -> i64 {
        let mut crossings = 0;
        for neighbours in &self.neighbours {
            for &(one, one_weight) in &neighbours[above] {
                for &(other, other_weight) in &neighbours[below] {
                    if self.place[one] > self.place[other] {
                        crossings += one_weight * other_weight;
                    }
                }
            }
        }
        crossings
    }
}

fn weight(rank: Rank) -> i64 {
    match rank {
        Rank::Lookup => 1,
        Rank::Leaf => 2,
        Rank::Side => 3,
        Rank::Spine => 6,
    }
}
