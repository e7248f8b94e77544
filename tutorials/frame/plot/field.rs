//! A function of x and y behind a chart: its height in steps of colour, or the two sides of a threshold.

use super::drawing::{Drawing, short};
use super::scale::{Axis, decimal, extent};
use super::style::{INK, SIDES, Shades};
use contour::ContourBuilder;
use std::rc::Rc;

/// A function, and how it is shown.
#[must_use = "a figure is seen only where it is written"]
#[derive(Clone)]
pub(super) struct Field<'a> {
    f: Rc<dyn Fn(f64, f64) -> f64 + 'a>,
    pub(super) name: String,
    pub(super) kind: FieldKind,
}

#[derive(Clone)]
pub(super) enum FieldKind {
    Contours { shades: Shades, levels: Option<Vec<f64>> },
    Boundary(f64),
}

/// A rectangle on the page: its upper left corner, and its width and height.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub at: (f64, f64),
    pub size: (f64, f64),
}

/// Number of samples on each side: enough for smooth lines, few enough for a small figure.
const SAMPLES: usize = 80;

impl<'a> Field<'a> {
    pub fn contours(name: &str, shades: Shades, f: impl Fn(f64, f64) -> f64 + 'a) -> Self {
        Field { f: Rc::new(f), name: name.to_owned(), kind: FieldKind::Contours { shades, levels: None } }
    }

    pub fn boundary(threshold: f64, f: impl Fn(f64, f64) -> f64 + 'a) -> Self {
        Field { f: Rc::new(f), name: String::new(), kind: FieldKind::Boundary(threshold) }
    }

    pub fn with_levels(mut self, chosen: &[f64]) -> Self {
        if let FieldKind::Contours { levels, .. } = &mut self.kind {
            *levels = Some(chosen.to_vec());
        }
        self
    }

    pub fn has_contours(&self) -> bool {
        matches!(self.kind, FieldKind::Contours { .. })
    }

    /// The value at a place.
    pub fn at(&self, x: f64, y: f64) -> f64 {
        (self.f)(x, y)
    }

    /// `columns` times `rows` values over a window, the upper row first.
    pub fn sample(&self, [x, y]: [(f64, f64); 2], columns: usize, rows: usize) -> Vec<f64> {
        let place =
            |(low, high): (f64, f64), step: usize, steps: usize| low + (high - low) * step as f64 / (steps - 1) as f64;
        (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (place(x, column, columns), place((y.1, y.0), row, rows))))
            .map(|(x, y)| self.at(x, y))
            .collect()
    }

    /// The heights between steps of colour, for this window.
    pub fn levels(&self, window: [(f64, f64); 2]) -> Vec<f64> {
        match &self.kind {
            FieldKind::Boundary(threshold) => vec![*threshold],
            FieldKind::Contours { levels: Some(levels), .. } => levels.clone(),
            FieldKind::Contours { levels: None, .. } => {
                let (low, high) = extent(self.sample(window, SAMPLES, SAMPLES).into_iter()).unwrap_or((0.0, 1.0));
                if high <= low {
                    return vec![low];
                }
                let step = Axis::new("").step((low, high), 12);
                let first = (low / step).floor() as i64 + 1;
                (first..).map(|k| k as f64 * step).take_while(|level| *level < high).collect()
            }
        }
    }

    /// The colour above the level with this number, and below the first one for `None`.
    pub fn colour(&self, level: Option<usize>, levels: usize) -> String {
        match self.kind {
            FieldKind::Boundary(_) => SIDES[level.map_or(0, |_| 1)].light.to_owned(),
            FieldKind::Contours { shades, .. } => {
                shades.colour(level.map_or(0.0, |level| (level + 1) as f64 / levels.max(1) as f64))
            }
        }
    }

    pub fn level_name(&self, level: f64, levels: &[f64]) -> String {
        match &self.kind {
            FieldKind::Contours { levels: None, .. } if levels.len() > 1 => decimal(level, levels[1] - levels[0]),
            _ => format!("{level}").replace('-', "−"),
        }
    }

    /// Paints the window of the function on a frame of the page, and a little beyond its edges.
    pub fn paint(&self, page: &mut Drawing, frame: Frame, window: [(f64, f64); 2], levels: &[f64]) {
        let mut values = self.sample(window, SAMPLES, SAMPLES);
        let top = extent(values.iter().copied()).map_or(0.0, |(_, high)| high);
        // Values that are not finite are drawn as the highest ones.
        values.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = top);
        page.rectangle(frame.at, frame.size, &self.colour(None, levels.len()), 1.0);
        // This fails only if the number of values is wrong, and there are SAMPLES².
        let regions = ContourBuilder::new(SAMPLES, SAMPLES, true).contours(&values, levels).unwrap_or_default();
        let (line, thick) = if self.has_contours() { (CONTOUR, 0.6) } else { (INK.light, 1.4) };
        for (number, region) in regions.iter().enumerate() {
            let colour = self.colour(Some(number), levels.len());
            for area in region.geometry() {
                let rings: Vec<Vec<(f64, f64)>> =
                    std::iter::once(area.exterior()).chain(area.interiors()).map(|ring| on_page(ring, frame)).collect();
                page.area(with_holes(&rings), &colour);
                page.outline(rings.iter().map(|ring| closed(ring)).collect(), line, thick);
            }
        }
    }
}

const CONTOUR: &str = "#6b8cb2";

/// A ring, in the units of the contour crate, whose samples are half a unit from the border, on the page. Points that lie on the
/// line between their neighbours are left out, or they would be most of the file.
fn on_page(ring: &geo_types::LineString, Frame { at, size }: Frame) -> Vec<(f64, f64)> {
    let place = |x: f64, start: f64, length: f64| start + (x - 0.5) / (SAMPLES - 1) as f64 * length;
    let mut points: Vec<(f64, f64)> = Vec::new();
    for here in ring.coords().map(|point| (place(point.x, at.0, size.0), place(point.y, at.1, size.1))) {
        if let [.., before, last] = points[..]
            && distance(last, before, here) < 0.06
        {
            points.pop();
        }
        points.push(here);
    }
    points
}

/// The distance of a point from the line through two others.
fn distance((x, y): (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    ((x - from.0) * dy - (y - from.1) * dx).abs() / dx.hypot(dy).max(1e-12)
}

fn closed(ring: &[(f64, f64)]) -> String {
    let tenth = |x: f64| short((x * 10.0).round() / 10.0);
    let points: Vec<String> = ring.iter().map(|(x, y)| format!("{} {}", tenth(*x), tenth(*y))).collect();
    if points.is_empty() { String::new() } else { format!("M{}z", points.join("L")) }
}

/// An area as one line: from its outer ring across to each hole and back, since the drawing crate fills holes that are paths of
/// their own.
fn with_holes(rings: &[Vec<(f64, f64)>]) -> String {
    let Some((outer, holes)) = rings.split_first() else { return String::new() };
    let bridge = outer.first().copied();
    closed(&holes.iter().fold(outer.clone(), |line, hole| [&line[..], hole, bridge.as_slice()].concat()))
}

/// (from, to, how many) of each bin.
pub(super) fn bins(numbers: &[f64], bins: usize) -> Vec<(f64, f64, f64)> {
    let bins = bins.max(1);
    let Some((low, high)) = extent(numbers.iter().copied()) else { return Vec::new() };
    let width = if high > low { (high - low) / bins as f64 } else { 1.0 };
    let mut counts = vec![0.0; bins];
    for x in numbers.iter().filter(|x| x.is_finite()) {
        counts[(((x - low) / width) as usize).min(bins - 1)] += 1.0;
    }
    counts.into_iter().enumerate().map(|(i, n)| (low + i as f64 * width, low + (i + 1) as f64 * width, n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_falls_into_one_bin() {
        let bins = bins(&[0.0, 0.1, 0.5, 1.0, f64::NAN], 2);
        assert_eq!(bins, [(0.0, 0.5, 2.0), (0.5, 1.0, 2.0)]);
    }

    #[test]
    fn levels_are_round_numbers_inside_the_heights() {
        let field = Field::contours("", Shades::Height, |x, y| x + y);
        let levels = field.levels([(0.0, 1.0), (0.0, 1.0)]);
        assert_eq!(levels.len(), 9);
        assert!((levels[0] - 0.2).abs() < 1e-12 && (levels[8] - 1.8).abs() < 1e-12, "{levels:?}");
    }
}
