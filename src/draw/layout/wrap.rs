//! A drawing that is too long continues in a second row, as text does. It is cut only between columns that no scope's box spans, and that few edges
//! connect: those run from the end of one row round to the beginning of the next.

use super::grid::Grid;
use super::routes::{Stretch, line_to};
use super::{Area, Layout, Route, Spacing};

/// Maximum number of links that run around from one row to the next.
const MOST_AROUND: usize = 3;

/// One row.
#[derive(Clone, Copy)]
struct Row {
    /// Its first column.
    first: usize,
    /// Its area in the long drawing.
    area: Area,
}

/// A line across a cut: its heights at both sides.
type Crossing = [i64; 2];

/// The columns that begin a second row, a third and so on, so that no row is longer than [`Spacing::longest`], if the scopes allow that.
pub(super) fn row_starts(layout: &Layout, columns: &[Stretch], grid: &Grid, spacing: &Spacing) -> Vec<usize> {
    if layout.width <= spacing.longest {
        return Vec::new();
    }
    // For each column, the links that arrive from the column before it.
    let mut links = vec![0; columns.len()];
    grid.pieces().iter().for_each(|&(_, [_, right])| links[grid.items[right].column] += 1);
    let is_open = |column: usize| grid.spans.iter().all(|&[first, last]| column <= first || column > last);
    let can_cut = |column: usize| is_open(column) && links[column] <= MOST_AROUND;
    let candidates: Vec<usize> = (1..columns.len()).filter(|&column| can_cut(column)).collect();
    // Lines run around the rows at both sides.
    let length = |first: usize, end: usize| columns[end - 1].to - columns[first].from + 2 * spacing.column;
    // If a scope is longer than that, rows may be a little longer than the scope.
    let ends = candidates.iter().copied().chain([columns.len()]);
    let pieces = std::iter::once(0).chain(candidates.iter().copied()).zip(ends);
    let widest = pieces.map(|(first, end)| length(first, end)).max().unwrap_or(0);
    let longest = if widest > spacing.longest { widest * 6 / 5 } else { spacing.longest };
    balanced(&candidates, columns.len(), longest, length)
}

/// Breaks a drawing into rows that begin with these columns.
pub(super) fn wrap(layout: &Layout, columns: &[Stretch], row_starts: &[usize], spacing: &Spacing) -> Layout {
    let starts: Vec<usize> = std::iter::once(0).chain(row_starts.iter().copied()).collect();
    let ends = row_starts.iter().copied().chain([columns.len()]);
    let rows = starts.iter().zip(ends).map(|(&first, end)| row(layout, columns, first, end)).collect();
    Wrapping { layout, columns, spacing, rows }.layout()
}

/// The first columns of the rows (without the first row), for as few rows as fit, all about equally long.
fn balanced(candidates: &[usize], count: usize, longest: i64, length: impl Fn(usize, usize) -> i64) -> Vec<usize> {
    let broken = |longest: i64| {
        let (mut starts, mut first) = (Vec::new(), 0);
        for (index, &candidate) in candidates.iter().enumerate() {
            let end = candidates.get(index + 1).copied().unwrap_or(count);
            if length(first, end) > longest {
                starts.push(candidate);
                first = candidate;
            }
        }
        starts
    };
    let fewest = broken(longest).len();
    let (mut too_short, mut enough) = (0, longest);
    while too_short + 1 < enough {
        let middle = (too_short + enough) / 2;
        *(if broken(middle).len() <= fewest { &mut enough } else { &mut too_short }) = middle;
    }
    broken(enough)
}

/// Everything that is drawn in these columns.
fn row(layout: &Layout, columns: &[Stretch], first: usize, end: usize) -> Row {
    let inside = |x: i64| (columns[first].from..=columns[end - 1].to).contains(&x);
    let areas = layout.nodes.iter().chain(&layout.clusters).filter(|area| inside(area.x + area.width / 2));
    let points = layout.edges.iter().flat_map(|route| &route.points).filter(|point| inside(point[0]));
    let points = points.map(|&[x, y]| Area { x, y, width: 0, height: 0 });
    let all = areas.copied().chain(points).reduce(Area::with).unwrap_or_default();
    Row { first, area: all }
}

impl Area {
    /// The least area that holds both.
    fn with(self, other: Area) -> Area {
        let [x, y] = [self.x.min(other.x), self.y.min(other.y)];
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Area { x, y, width: right - x, height: bottom - y }
    }
}

struct Wrapping<'a> {
    layout: &'a Layout,
    columns: &'a [Stretch],
    spacing: &'a Spacing,
    rows: Vec<Row>,
}

/// The place of a row, and the lines that continue in the next one.
struct Placed {
    /// By how much everything in it moves.
    by: [i64; 2],
    /// Its right end and its lower side, after the move.
    right: i64,
    bottom: i64,
    left: i64,
    crossings: Vec<Crossing>,
}

impl Wrapping<'_> {
    fn layout(&self) -> Layout {
        let crossings: Vec<Vec<Crossing>> = (0..self.rows.len()).map(|row| self.crossings(row)).collect();
        let most = crossings.iter().map(Vec::len).max().unwrap_or(0) as i64;
        // There is room on both sides for the lines that run around the rows.
        let aside = self.spacing.column / 2 + self.lane(most);
        let (mut y, mut placed) = (0, Vec::new());
        for (row, crossings) in self.rows.iter().zip(crossings) {
            let by = [aside - row.area.x, y - row.area.y];
            let [right, bottom] = [aside + row.area.width, y + row.area.height];
            y = bottom + 2 * self.spacing.row + self.lane(crossings.len() as i64);
            placed.push(Placed { by, right, bottom, left: aside, crossings });
        }
        let moved = |area: &Area| {
            let [dx, dy] = placed[self.row_at(area.x + area.width / 2)].by;
            Area { x: area.x + dx, y: area.y + dy, ..*area }
        };
        Layout {
            width: placed.iter().map(|row| row.right).max().unwrap_or(0) + aside,
            height: placed.last().map_or(0, |row| row.bottom),
            nodes: self.layout.nodes.iter().map(moved).collect(),
            clusters: self.layout.clusters.iter().map(moved).collect(),
            edges: self.layout.edges.iter().map(|route| self.route(route, &placed)).collect(),
        }
    }

    fn lane(&self, index: i64) -> i64 {
        index * self.spacing.pair
    }

    /// The row that a point of the long drawing is in. A gap belongs to the row before it.
    fn row_at(&self, x: i64) -> usize {
        self.rows.iter().rposition(|row| self.columns[row.first].from <= x).unwrap_or(0)
    }

    /// The lines from a row to the next, from top to bottom.
    fn crossings(&self, row: usize) -> Vec<Crossing> {
        let mut crossings: Vec<Crossing> = self
            .layout
            .edges
            .iter()
            .flat_map(curves)
            .filter_map(|curve| {
                let [from, to] = self.ordered(curve);
                (self.row_at(from[0]) == row && self.row_at(to[0]) == row + 1).then_some([from[1], to[1]])
            })
            .collect();
        crossings.sort_unstable();
        crossings.dedup();
        crossings
    }

    /// The ends of a curve, the left one first.
    fn ordered(&self, [from, _, _, to]: [[i64; 2]; 4]) -> [[i64; 2]; 2] {
        if from[0] <= to[0] { [from, to] } else { [to, from] }
    }

    fn route(&self, route: &Route, placed: &[Placed]) -> Route {
        let moved = |[x, y]: [i64; 2], row: usize| [x + placed[row].by[0], y + placed[row].by[1]];
        let at = |point: [i64; 2]| moved(point, self.row_at(point[0]));
        let mut points: Vec<[i64; 2]> = route.points.first().copied().map(at).into_iter().collect();
        for curve in curves(route) {
            let [left, right] = self.ordered(curve);
            let row = self.row_at(left[0]);
            if self.row_at(right[0]) == row {
                points.extend(curve[1..].iter().map(|&point| moved(point, row)));
            } else {
                let mut round = self.round(placed, row, [at(left), at(right)], [left[1], right[1]]);
                if left != curve[0] {
                    round.reverse();
                }
                points.extend(&round[1..]);
            }
        }
        let [_, .., arrow] = route.points[..] else { return Route::default() };
        let row = self.row_at(arrow[0]);
        Route { points, label: moved(route.label, row), slot_name: moved(route.slot_name, row) }
    }

    /// A path from the end of a row to the beginning of the next. The lowest line turns first, so that no two cross.
    fn round(&self, placed: &[Placed], row: usize, [from, to]: [[i64; 2]; 2], crossing: Crossing) -> Vec<[i64; 2]> {
        let Placed { right, bottom, left, crossings, .. } = &placed[row];
        let index = crossings.binary_search(&crossing).unwrap_or(0) as i64;
        let from_below = self.lane(crossings.len() as i64 - 1 - index);
        // Room for the last bend, and behind it for the head of an arrow.
        let away = self.spacing.column * 3 / 8;
        let [out, back] = [right + away + from_below, left - away - self.lane(index)];
        let between = bottom + self.spacing.row + from_below;
        rounded(&[from, [out, from[1]], [out, between], [back, between], [back, to[1]], to], self.spacing.pair)
    }
}

/// The curves of a route, each with its start.
fn curves(route: &Route) -> impl Iterator<Item = [[i64; 2]; 4]> + '_ {
    let starts = (0..route.points.len().saturating_sub(1)).step_by(3);
    starts.map(|start| [0, 1, 2, 3].map(|offset| route.points[start + offset]))
}

/// A path along lines at right angles, with rounded corners.
fn rounded(corners: &[[i64; 2]], radius: i64) -> Vec<[i64; 2]> {
    let mut points = vec![corners[0]];
    for three in corners.windows(3) {
        let [before, corner, after] = [three[0], three[1], three[2]];
        let towards = |other: [i64; 2], by: i64| {
            [0, 1].map(|axis| {
                let way = other[axis] - corner[axis];
                corner[axis] + way.signum() * by.min(way.abs() / 2)
            })
        };
        line_to(&mut points, towards(before, radius));
        points.extend([towards(before, radius / 2), towards(after, radius / 2), towards(after, radius)]);
    }
    line_to(&mut points, corners[corners.len() - 1]);
    points
}
