//! The places of a chart that have ink, so that nothing is written over them: points on everything that it shows, no further apart than the width of
//! a letter.

use super::axes::{Axes, place};
use super::chart::{Chart, Kind, Layer, Side};
use super::draw::text_width;
use super::style::TICK;

/// Maximum distance between two points.
const STEP: f64 = 4.0;
/// Distance beyond which a line outside of the page needs no points.
const FAR: f64 = 5000.0;

/// A rectangle on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Box {
    pub at: (f64, f64),
    pub size: (f64, f64),
}

impl Box {
    pub fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.at.0..=self.at.0 + self.size.0).contains(&x) && (self.at.1..=self.at.1 + self.size.1).contains(&y)
    }

    pub fn grown(&self, by: f64) -> Box {
        Box { at: (self.at.0 - by, self.at.1 - by), size: (self.size.0 + 2.0 * by, self.size.1 + 2.0 * by) }
    }

    pub fn overlaps(&self, other: &Box) -> bool {
        self.at.0 < other.at.0 + other.size.0
            && other.at.0 < self.at.0 + self.size.0
            && self.at.1 < other.at.1 + other.size.1
            && other.at.1 < self.at.1 + self.size.1
    }

    /// Whether it lies within another.
    pub fn is_in(&self, other: &Box) -> bool {
        other.holds(self.at) && other.holds((self.at.0 + self.size.0, self.at.1 + self.size.1))
    }

    fn points(self) -> impl Iterator<Item = (f64, f64)> {
        let steps = |length: f64| (length / STEP).ceil().clamp(1.0, FAR / STEP) as usize;
        let (columns, rows) = (steps(self.size.0), steps(self.size.1));
        (0..=rows).flat_map(move |row| {
            (0..=columns).map(move |column| {
                let share = (column as f64 / columns as f64, row as f64 / rows as f64);
                (self.at.0 + share.0 * self.size.0, self.at.1 + share.1 * self.size.1)
            })
        })
    }
}

/// The places for the name of a mark: on the requested side, on the others, and diagonally.
pub(super) fn name_places((x, y): (f64, f64), name: &str, wished: Side) -> impl Iterator<Item = Box> {
    let sides = [wished, Side::Right, Side::Left, Side::Above, Side::Below];
    let sides = sides.map(|side| name_box((x, y), name, side));
    let [width, height] = [sides[0].size.0, sides[0].size.1];
    let aslant = [(6.0, 4.0), (6.0, -height - 4.0), (-width - 6.0, 4.0), (-width - 6.0, -height - 4.0)];
    let far = [(10.0, 18.0), (10.0, -height - 18.0), (-width - 10.0, 18.0), (-width - 10.0, -height - 18.0)];
    let offsets =
        aslant.into_iter().chain(far).map(move |(dx, dy)| Box { at: (x + dx, y + dy), size: (width, height) });
    sides.into_iter().chain(offsets)
}

/// The name of a mark at a place, on one of its sides.
pub(super) fn name_box((x, y): (f64, f64), name: &str, side: Side) -> Box {
    let (width, height) = (text_width(name.chars().count(), TICK) + 6.0, f64::from(TICK) + 4.0);
    let middle = match side {
        Side::Above => (x, y - 15.0),
        Side::Below => (x, y + 15.0),
        Side::Left => (x - 7.0 - width / 2.0, y),
        Side::Right => (x + 7.0 + width / 2.0, y),
    };
    Box { at: (middle.0 - width / 2.0, middle.1 - height / 2.0), size: (width, height) }
}

/// The ink of a layer.
pub(super) fn ink(chart: &Chart, layer: &Layer, axes: &Axes) -> Vec<(f64, f64)> {
    let points: Vec<(f64, f64)> = layer.points().into_iter().map(|point| axes.at(place(chart, point))).collect();
    let is_near = |(x, y): &(f64, f64)| x.abs() < FAR && y.abs() < FAR;
    let line = |from: (f64, f64), to: (f64, f64)| {
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) / STEP).ceil().clamp(1.0, FAR / STEP) as usize;
        (0..=steps)
            .map(move |step| step as f64 / steps as f64)
            .map(move |t| (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)))
    };
    let all: Vec<(f64, f64)> = match &layer.kind {
        Kind::Line(_) | Kind::Path(_) => {
            let pairs = points.windows(2).filter(|pair| pair.iter().all(is_near));
            pairs.flat_map(|pair| line(pair[0], pair[1])).collect()
        }
        Kind::Band(_) => {
            points.chunks(2).filter(|pair| pair.iter().all(is_near)).flat_map(|pair| line(pair[0], pair[1])).collect()
        }
        Kind::Bars(bars) => {
            let floor = axes.at((0.0, 0.0)).1.min(axes.frame().at.1 + axes.frame().size.1);
            let bar = |&(from, to, y): &(f64, f64, f64)| {
                let ((left, top), (right, _)) = (axes.at(place(chart, (from, y))), axes.at(place(chart, (to, y))));
                Box { at: (left, top.min(floor)), size: (right - left, (top - floor).abs()) }
                    .points()
                    .collect::<Vec<_>>()
            };
            bars.iter().flat_map(bar).collect()
        }
        Kind::Level(y) => {
            let (left, y) = (axes.frame().at.0, axes.at((0.0, chart.y.place(*y))).1);
            line((left, y), (left + axes.frame().size.0, y)).collect()
        }
        Kind::Mark(_, side) | Kind::Name(_, side) => {
            let named = points.iter().flat_map(|&at| name_box(at, &layer.name, *side).points().chain([at]));
            named.collect()
        }
        Kind::Points(_) => points,
    };
    all.into_iter().filter(is_near).collect()
}
