//! The paths of the edges. A link curves only in the gaps between columns. Across a column it runs straight, at a height that was kept free for it,
//! so it meets no node.

use super::grid::{Grid, What};
use super::heights::Heights;
use super::parts::{Block, Hung, Lines, Parts};
use super::ports::Ports;
use super::{Area, Layout, Route, Spacing};

/// A straight piece of a path across a column: from x to x, at a height.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub(super) from: i64,
    pub(super) to: i64,
    height: i64,
}

pub(super) struct Drawing<'a> {
    pub(super) parts: &'a Parts<'a>,
    pub(super) grid: &'a Grid,
    pub(super) ports: &'a Ports,
    pub(super) heights: &'a Heights,
    pub(super) spacing: &'a Spacing,
    /// The room for the name of a scope at its left side.
    pub(super) header: i64,
    /// The columns that will begin a second row, a third and so on.
    pub(super) row_starts: &'a [usize],
}

impl Drawing<'_> {
    /// The drawing, and the places of its columns.
    pub(super) fn layout(&self) -> (Layout, Vec<Stretch>) {
        let (columns, width) = self.columns();
        let picture = self.parts.picture;
        let mut layout = Layout {
            width,
            height: self.heights.total,
            nodes: vec![Area::default(); picture.nodes.len()],
            clusters: vec![Area::default(); picture.clusters.len()],
            edges: vec![Route::default(); picture.edges.len()],
        };
        for (index, block) in self.parts.blocks.iter().enumerate() {
            let middle = [columns[self.grid.items[index].column].middle(), self.heights.items[index]];
            layout.nodes[block.node] = Area::around(middle, block.size);
            for hung in &block.hung {
                let leaf = [middle[0], middle[1] + hung.middle(block)];
                layout.nodes[hung.node] = Area::around(leaf, hung.size);
                self.hang(block, hung, middle, &mut layout.edges);
            }
        }
        self.clusters(&mut layout);
        for link in 0..self.parts.links.len() {
            self.link(link, &columns, &mut layout);
        }
        (layout, columns)
    }

    /// The places of the columns, and their total width.
    fn columns(&self) -> (Vec<Stretch>, i64) {
        let count = self.grid.columns.len();
        let mut gaps = vec![0; count + 1];
        (1..count).for_each(|gap| gaps[gap] = self.spacing.column);
        for (link, way) in self.grid.ways.iter().enumerate() {
            self.widen_for_link(link, way, &mut gaps);
        }
        for [first, last] in &self.grid.spans {
            gaps[*first] += self.spacing.margin + self.header;
            gaps[last + 1] += self.spacing.margin;
        }
        let (mut columns, mut x) = (Vec::with_capacity(count), gaps[0]);
        for (items, gap) in self.grid.columns.iter().zip(&gaps[1..]) {
            let blocks = items.iter().filter(|&&item| self.grid.items[item].what == What::Block);
            let width = blocks.map(|&item| self.parts.blocks[item].width()).max().unwrap_or(0);
            columns.push(Stretch { from: x, to: x + width, height: 0 });
            x += width + gap;
        }
        (columns, x)
    }

    /// Makes room for the texts beside a link, and for curves that are steep.
    fn widen_for_link(&self, link: usize, way: &[usize], gaps: &mut [i64]) {
        let Lines { label, slot_name, .. } = self.parts.links[link].lines;
        let column = |item: usize| self.grid.items[item].column;
        for pair in way.windows(2) {
            let rise = (self.heights.items[pair[0]] - self.heights.items[pair[1]]).abs();
            let gap = &mut gaps[column(pair[0]) + 1];
            *gap = (*gap).max(self.spacing.column + (rise / 8).min(self.spacing.column));
        }
        let texts = label[0].max(slot_name[0]);
        if texts > 0 {
            let before = if self.runs_right(link) { way[way.len() - 2] } else { way[0] };
            let gap = &mut gaps[column(before) + 1];
            *gap = (*gap).max(texts + self.spacing.column * 2 / 3);
        }
    }

    fn clusters(&self, layout: &mut Layout) {
        let count = layout.clusters.len();
        let mut sides = vec![[i64::MAX, i64::MIN]; count];
        let cover = |sides: &mut [i64; 2], [from, to]: [i64; 2]| *sides = [sides[0].min(from), sides[1].max(to)];
        for (index, node) in self.parts.picture.nodes.iter().enumerate() {
            if let Some(cluster) = node.cluster {
                let Area { x, width, .. } = layout.nodes[index];
                cover(&mut sides[cluster], [x, x + width]);
            }
        }
        // Inner clusters come after those around them.
        for cluster in (0..count).rev() {
            let [from, to] =
                [sides[cluster][0] - self.spacing.margin - self.header, sides[cluster][1] + self.spacing.margin];
            let [top, bottom] = self.heights.clusters[cluster];
            layout.clusters[cluster] = Area { x: from, y: top, width: to - from, height: bottom - top };
            if let Some(parent) = self.parts.picture.clusters[cluster].parent {
                cover(&mut sides[parent], [from, to]);
            }
        }
    }

    /// The lines between a leaf and the op that it hangs on.
    fn hang(&self, block: &Block, hung: &Hung, [x, y]: [i64; 2], edges: &mut [Route]) {
        let half = self.spacing.pair / 2;
        let down = if hung.is_above { -1 } else { 1 };
        let at_op = if hung.is_above { y - block.size[1] / 2 } else { y + block.size[1] - block.size[1] / 2 };
        let at_leaf = at_op + down * hung.gap;
        let Lines { edge, back, label, slot_name, .. } = hung.lines;
        let apart = if back.is_some() { half } else { 0 };
        let straight = |x: i64, from: i64, to: i64| {
            let mut points = vec![[x, from]];
            line_to(&mut points, [x, to]);
            points
        };
        edges[edge].points = straight(x - apart, at_leaf, at_op);
        edges[edge].slot_name = [x - apart - half - slot_name[0] / 2, at_op + down * (slot_name[1] / 2 + half / 2)];
        if let Some(back) = back {
            edges[back].points = straight(x + apart, at_op, at_leaf);
            edges[back].label = [x + apart + self.spacing.pair + label[0] / 2, (at_op + at_leaf) / 2];
        }
    }

    /// The lines of a link, and its texts.
    fn link(&self, link: usize, columns: &[Stretch], layout: &mut Layout) {
        let Lines { edge, back, label, slot_name, .. } = self.parts.links[link].lines;
        let mut stretches = self.stretches(link, columns, &layout.nodes);
        let (first, last) = (stretches[0], stretches[stretches.len() - 1]);
        let runs_right = self.runs_right(link);
        // A line is straight beside its text, so that it does not run through it. (A line that continues in the next row is straight
        // anyway.)
        let texts = label[0].max(slot_name[0]);
        let end = stretches.len() - 1;
        let behind_gap = self.grid.items[self.grid.ways[link][if runs_right { end } else { 1 }]].column;
        if texts > 0 && !self.is_flat(link) && !self.row_starts.contains(&behind_gap) {
            let beside = texts + self.spacing.pair;
            if runs_right {
                stretches[end].from -= beside;
            } else {
                stretches[0].to += beside;
            }
        }
        let half = self.spacing.pair / 2;
        let apart = if back.is_some() { half } else { 0 };
        // Of two lines, the forward one is above.
        let line = |down: i64, runs_right: bool| {
            let short = self.spacing.pair;
            let mut points = match self.is_flat(link) {
                true => round_the_right(first, last, self.bulge(), short),
                false => along(&stretches, down, short),
            };
            if !runs_right {
                points.reverse();
            }
            points
        };
        layout.edges[edge].points = line(-apart, runs_right);
        let (arrow, outwards) = if runs_right { ([last.to, last.height], -1) } else { ([first.from, first.height], 1) };
        // Both texts are where no other link runs: at the end of the user, one above the lines and one below.
        let text = |size: [i64; 2], down: i64| {
            let away = apart + size[1] / 2 + half / 4;
            [arrow[0] + outwards * (self.spacing.pair + size[0] / 2), arrow[1] + down * away]
        };
        layout.edges[edge].slot_name = text(slot_name, -1);
        let labelled = back.unwrap_or(edge);
        layout.edges[labelled].label = text(label, 1);
        if let Some(back) = back {
            layout.edges[back].points = line(apart, !runs_right);
        }
    }

    /// Whether the end that a value flows to is the right one.
    fn runs_right(&self, link: usize) -> bool {
        self.parts.block_of[self.parts.links[link].lines.from] == self.grid.ways[link][0]
    }

    fn is_flat(&self, link: usize) -> bool {
        let way = &self.grid.ways[link];
        self.grid.items[way[0]].column == self.grid.items[way[way.len() - 1]].column
    }

    fn bulge(&self) -> i64 {
        self.spacing.column / 2
    }

    /// The straight pieces of a link, one for each column that it passes: at its ends from the node to the side of the column.
    fn stretches(&self, link: usize, columns: &[Stretch], areas: &[Area]) -> Vec<Stretch> {
        let Lines { from, to, .. } = self.parts.links[link].lines;
        let way = &self.grid.ways[link];
        let last = way.len() - 1;
        let [left, right] =
            if self.parts.block_of[from] == way[0] { [from, to] } else { [to, from] }.map(|node| areas[node]);
        let piece = |(index, &item): (usize, &usize)| {
            let Stretch { from, to, .. } = columns[self.grid.items[item].column];
            let height = self.heights.items[item];
            match index {
                0 => Stretch { from: left.x + left.width, to, height: height + self.ports[link][0] },
                _ if index < last => Stretch { from, to, height },
                // A link within a column comes back to the right side of its other end.
                _ if self.is_flat(link) => {
                    Stretch { from: to, to: right.x + right.width, height: height + self.ports[link][1] }
                }
                _ => Stretch { from, to: right.x, height: height + self.ports[link][1] },
            }
        };
        way.iter().enumerate().map(piece).collect()
    }
}

/// A path along straight pieces, `down` below them, with curves in between. If a piece at one of the ends is shorter than `short`, the curve
/// continues to the node: otherwise the line behind the arrow's head would be too short to show where it points.
fn along(stretches: &[Stretch], down: i64, short: i64) -> Vec<[i64; 2]> {
    let mut stretches = stretches.to_vec();
    if let [first, .., last] = &mut stretches[..] {
        if first.to - first.from < short {
            first.to = first.from;
        }
        if last.to - last.from < short {
            last.from = last.to;
        }
    }
    let at = |x: i64, height: i64| [x, height + down];
    let mut points = vec![at(stretches[0].from, stretches[0].height)];
    for (index, stretch) in stretches.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|before| stretches[before]) {
            let middle = (before.to + stretch.from) / 2;
            points.extend([at(middle, before.height), at(middle, stretch.height), at(stretch.from, stretch.height)]);
        }
        if stretch.from != stretch.to {
            line_to(&mut points, at(stretch.to, stretch.height));
        }
    }
    points
}

/// A path that leaves a column and returns to it at another height.
fn round_the_right(first: Stretch, last: Stretch, bulge: i64, short: i64) -> Vec<[i64; 2]> {
    let mut points = vec![[first.from, first.height]];
    line_to(&mut points, [first.to, first.height]);
    let out = first.to + bulge * 4 / 3;
    let back = if last.from - last.to < short { last.to } else { last.from };
    points.extend([[out, first.height], [out, last.height], [back, last.height]]);
    line_to(&mut points, [last.to, last.height]);
    points
}

/// Adds a straight line, as a curve with its control points on the line. Adds nothing if the path already ends there.
pub(super) fn line_to(points: &mut Vec<[i64; 2]>, [x, y]: [i64; 2]) {
    let [from_x, from_y] = points[points.len() - 1];
    if [from_x, from_y] == [x, y] {
        return;
    }
    let between = |part: i64| [from_x + (x - from_x) * part / 3, from_y + (y - from_y) * part / 3];
    points.extend([between(1), between(2), [x, y]]);
}

impl Stretch {
    fn middle(&self) -> i64 {
        (self.from + self.to) / 2
    }
}

impl Area {
    fn around([x, y]: [i64; 2], [width, height]: [i64; 2]) -> Area {
        Area { x: x - width / 2, y: y - height / 2, width, height }
    }

    /// The box around it, at a distance.
    pub(crate) fn grown(self, by: i64) -> Area {
        Area { x: self.x - by, y: self.y - by, width: self.width + 2 * by, height: self.height + 2 * by }
    }
}
