//! The network simplex, which finds both the columns and the heights of a drawing: of all positions that keep every distance, the ones
//! with the shortest edges.
//!
//! After Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993). The idea to know: there is a best solution with a
//! spanning tree of edges that have their minimum length. If one edge of the tree is cut, a part of the drawing can slide as a whole; sliding is
//! worth it if more edges get shorter than longer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// `position[head] - position[tail]` is at least `length`, and costs `weight` for every unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tie {
    pub(super) tail: usize,
    pub(super) head: usize,
    pub(super) length: i64,
    pub(super) weight: i64,
}

/// Maximum number of visits to ties and points: less than a second of work.
const MOST_WORK: usize = 100_000_000;

/// The positions of `count` points; the least of them is 0. The ties must have no cycle.
pub(super) fn solve(count: usize, ties: &[Tie]) -> Vec<i64> {
    // One more point before all others connects parts of a drawing that no tie connects.
    let root = count;
    let mut ties = ties.to_vec();
    ties.extend((0..count).map(|head| Tie { tail: root, head, length: 0, weight: 0 }));
    let mut simplex = Simplex::new(count + 1, ties);
    // Slides of length 0 could repeat for ever, and a large drawing would take minutes. After this many slides, a solution that is not quite the best
    // is good enough.
    let patience = (50 * (count + 10)).min(MOST_WORK / (simplex.ties.len() + count + 1));
    for _ in 0..patience {
        let Some(slide) = simplex.find_slide() else { break };
        simplex.slide(&slide);
    }
    let mut positions = simplex.positions;
    positions.truncate(count);
    let least = positions.iter().min().copied().unwrap_or(0);
    positions.iter().map(|position| position - least).collect()
}

struct Simplex {
    ties: Vec<Tie>,
    positions: Vec<i64>,
    tree: Tree,
    /// For each point: by how much the cost grows when it moves by 1.
    pull: Vec<i64>,
    /// The same for the part that hangs on each point.
    pull_of_part: Vec<i64>,
}

/// A tree of ties, and a depth-first order of its points: every point comes after the one it hangs on, followed by all points that hang on it.
struct Tree {
    /// For each point, its ties in the tree and the points at their other ends.
    neighbours: Vec<Vec<(usize, usize)>>,
    order: Vec<usize>,
    /// For each point, its place in `order`, and the end of the part that hangs on it.
    from: Vec<usize>,
    until: Vec<usize>,
    /// For each point, the tie it hangs on and the point at its other end.
    hangs_on: Vec<Option<(usize, usize)>>,
    waiting: Vec<usize>,
}

/// A part of the tree that can slide, and the tie that stops it.
struct Slide {
    point: usize,
    leaves: usize,
    enters: usize,
    by: i64,
}

impl Simplex {
    fn new(count: usize, ties: Vec<Tie>) -> Self {
        let positions = as_early_as_possible(count, &ties);
        let mut pull = vec![0; count];
        for tie in &ties {
            pull[tie.head] += tie.weight;
            pull[tie.tail] -= tie.weight;
        }
        let tree = Tree::of(count, &ties, &plant(&ties, &positions));
        Simplex { ties, positions, tree, pull_of_part: pull.clone(), pull }
    }

    fn slack(&self, tie: usize) -> i64 {
        slack(&self.ties[tie], &self.positions)
    }

    /// The slide that shortens the drawing the most per unit; `None` if it cannot be shortened.
    fn find_slide(&mut self) -> Option<Slide> {
        // The cost of moving a part is the sum over its points, since nothing inside the part gets longer.
        self.pull_of_part.copy_from_slice(&self.pull);
        let mut best = (0, None);
        for &point in self.tree.order.iter().rev() {
            let Some((tie, parent)) = self.tree.hangs_on[point] else { continue };
            let pull = self.pull_of_part[point];
            self.pull_of_part[parent] += pull;
            // A part can move away from the tie that holds it.
            let gain = if self.ties[tie].head == point { pull } else { -pull };
            if gain < best.0 {
                best = (gain, Some((point, tie)));
            }
        }
        let (point, leaves) = best.1?;
        let moves_up = self.ties[leaves].head == point;
        let part = self.tree.from[point]..self.tree.until[point];
        let inside = |other: usize| part.contains(&self.tree.from[other]);
        let stops = |tie: &usize| {
            let Tie { tail, head, .. } = self.ties[*tie];
            if moves_up { inside(tail) && !inside(head) } else { inside(head) && !inside(tail) }
        };
        let enters = (0..self.ties.len()).filter(stops).min_by_key(|&tie| self.slack(tie))?;
        let by = if moves_up { self.slack(enters) } else { -self.slack(enters) };
        Some(Slide { point, leaves, enters, by })
    }

    fn slide(&mut self, slide: &Slide) {
        for &point in &self.tree.order[self.tree.from[slide.point]..self.tree.until[slide.point]] {
            self.positions[point] += slide.by;
        }
        self.tree.exchange(&self.ties, slide.leaves, slide.enters);
    }
}

impl Tree {
    fn of(count: usize, ties: &[Tie], in_tree: &[usize]) -> Tree {
        let mut tree = Tree {
            neighbours: vec![Vec::new(); count],
            order: Vec::with_capacity(count),
            from: vec![0; count],
            until: vec![0; count],
            hangs_on: vec![None; count],
            waiting: Vec::new(),
        };
        in_tree.iter().for_each(|&tie| tree.connect(ties, tie));
        tree.walk();
        tree
    }

    fn connect(&mut self, ties: &[Tie], tie: usize) {
        let Tie { tail, head, .. } = ties[tie];
        self.neighbours[tail].push((tie, head));
        self.neighbours[head].push((tie, tail));
    }

    fn exchange(&mut self, ties: &[Tie], leaves: usize, enters: usize) {
        for end in [ties[leaves].tail, ties[leaves].head] {
            self.neighbours[end].retain(|&(tie, _)| tie != leaves);
        }
        self.connect(ties, enters);
        self.walk();
    }

    /// Walks over the tree from its last point, the root.
    fn walk(&mut self) {
        self.order.clear();
        self.waiting.push(self.neighbours.len() - 1);
        while let Some(point) = self.waiting.pop() {
            self.from[point] = self.order.len();
            self.order.push(point);
            let parent_tie = self.hangs_on[point].map(|(tie, _)| tie);
            for &(tie, other) in &self.neighbours[point] {
                if Some(tie) != parent_tie {
                    self.hangs_on[other] = Some((tie, point));
                    self.waiting.push(other);
                }
            }
        }
        // A part ends where the last of what hangs on its point ends.
        for place in (0..self.order.len()).rev() {
            let point = self.order[place];
            let ends = |&(tie, other): &(usize, usize)| {
                (self.hangs_on[point].is_none_or(|(parent, _)| parent != tie)).then(|| self.until[other])
            };
            self.until[point] = self.neighbours[point].iter().filter_map(ends).max().unwrap_or(place + 1);
        }
    }
}

fn slack(tie: &Tie, positions: &[i64]) -> i64 {
    positions[tie.head] - positions[tie.tail] - tie.length
}

/// Makes the first tree, of ties with their minimum length. There are enough of them, since every point is as early as some tie allows. Starting from
/// the root, it takes the first tie that leads to a new point.
fn plant(ties: &[Tie], positions: &[i64]) -> Vec<usize> {
    let count = positions.len();
    let mut tight_at = vec![Vec::new(); count];
    for (index, tie) in ties.iter().enumerate().filter(|(_, tie)| slack(tie, positions) == 0) {
        tight_at[tie.tail].push(index);
        tight_at[tie.head].push(index);
    }
    let mut planted = vec![false; count];
    planted[count - 1] = true;
    let mut waiting: BinaryHeap<Reverse<usize>> = tight_at[count - 1].iter().copied().map(Reverse).collect();
    let mut tree = Vec::with_capacity(count - 1);
    while let Some(Reverse(index)) = waiting.pop() {
        let Tie { tail, head, .. } = ties[index];
        let new = if planted[tail] { head } else { tail };
        if !std::mem::replace(&mut planted[new], true) {
            tree.push(index);
            waiting.extend(tight_at[new].iter().copied().map(Reverse));
        }
    }
    tree
}

/// Every point as early as its ties allow.
fn as_early_as_possible(count: usize, ties: &[Tie]) -> Vec<i64> {
    let mut waiting = vec![0; count];
    let mut leaving = vec![Vec::new(); count];
    for tie in ties {
        waiting[tie.head] += 1;
        leaving[tie.tail].push(tie);
    }
    let mut positions = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|&point| waiting[point] == 0).collect();
    while let Some(point) = ready.pop() {
        for tie in &leaving[point] {
            positions[tie.head] = positions[tie.head].max(positions[point] + tie.length);
            waiting[tie.head] -= 1;
            if waiting[tie.head] == 0 {
                ready.push(tie.head);
            }
        }
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::{Tie, solve};

    #[test]
    fn a_leaf_stands_next_to_the_one_that_needs_it() {
        // 0 -> 1 -> 2 -> 3, and 4 -> 3.
        let ties = [(0, 1), (1, 2), (2, 3), (4, 3)].map(|(tail, head)| Tie { tail, head, length: 1, weight: 1 });
        assert_eq!(solve(5, &ties), [0, 1, 2, 3, 2]);
    }

    #[test]
    fn the_heavier_side_wins() {
        // 1 stands between 0 and 2, which are 10 apart.
        let between = |left, right| {
            let tie = |tail, head, length, weight| Tie { tail, head, length, weight };
            solve(3, &[tie(0, 2, 10, 5), tie(0, 1, 1, left), tie(1, 2, 1, right)])
        };
        assert_eq!(between(2, 1), [0, 1, 10]);
        assert_eq!(between(1, 2), [0, 9, 10]);
    }

    #[test]
    fn no_small_change_makes_the_answer_shorter() {
        // Points that are tied at random; moving any one of them must not help.
        let mut random = 12345_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        for _ in 0..50 {
            let count = 2 + next(20) as usize;
            let mut ties = Vec::new();
            for _ in 0..3 * count {
                let [one, other] = [next(count as u64) as usize, next(count as u64) as usize];
                let [length, weight] = [next(4) as i64, next(5) as i64];
                if one != other {
                    ties.push(Tie { tail: one.min(other), head: one.max(other), length, weight });
                }
            }
            let positions = solve(count, &ties);
            let cost = |positions: &[i64]| {
                ties.iter().map(|tie| tie.weight * (positions[tie.head] - positions[tie.tail])).sum::<i64>()
            };
            let fits =
                |positions: &[i64]| ties.iter().all(|tie| positions[tie.head] - positions[tie.tail] >= tie.length);
            assert!(fits(&positions));
            for point in 0..count {
                for by in [-1, 1] {
                    let mut other = positions.clone();
                    other[point] += by;
                    assert!(!fits(&other) || cost(&other) >= cost(&positions));
                }
            }
        }
    }
}
