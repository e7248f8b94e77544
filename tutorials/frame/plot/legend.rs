//! The legend of a chart, in the corner that has the least ink.

use super::axes::{Axes, place};
use super::chart::{Chart, Corner, Kind, Layer};
use super::draw::{corner, text_width};
use super::drawing::{Anchor, Drawing};
use super::style::{self, INK, PAGE, TICK};

const LINE: f64 = 18.0;
const SAMPLE: f64 = 30.0;

pub(super) fn paint_legend(page: &mut Drawing, chart: &Chart, axes: &Axes) {
    let named: Vec<&Layer> = chart.layers.iter().filter(|layer| layer.is_in_legend()).collect();
    if named.is_empty() {
        return;
    }
    let widest = named.iter().map(|layer| layer.name.chars().count()).max().unwrap_or(0);
    let size = (SAMPLE + text_width(widest, TICK) + 16.0, LINE * named.len() as f64 + 6.0);
    let at = corner(axes.frame(), size, chart.legend.unwrap_or_else(|| emptiest(chart, axes, size)), 8.0);
    page.rectangle(at, size, PAGE.light, 0.85);
    for (line, layer) in named.iter().enumerate() {
        let y = at.1 + 3.0 + LINE * (line as f64 + 0.5);
        paint_sample(page, chart, layer, (at.0 + 6.0, y));
        page.text((at.0 + SAMPLE + 8.0, y), &layer.name, TICK, Anchor::Start, INK.light);
    }
}

/// A piece of a layer.
fn paint_sample(page: &mut Drawing, chart: &Chart, layer: &Layer, (x, y): (f64, f64)) {
    let (colour, length) = (chart.colour(layer), SAMPLE - 6.0);
    match layer.kind {
        Kind::Line(_) => page.line((x, y), (x + length, y), colour, 2.0, style::dashes(layer.number).dasharray()),
        Kind::Path(_) => {
            page.line((x, y), (x + length, y), colour, 1.2, None);
            [0.0, 0.5, 1.0].into_iter().for_each(|t| page.circle((x + t * length, y), 2.0, colour, colour));
        }
        Kind::Points(_) => page.marker(layer.number, colour, (x + length / 2.0, y), 5.0),
        Kind::Bars(_) => page.rectangle((x + length / 2.0 - 7.0, y - 6.0), (14.0, 12.0), colour.light, 1.0),
        Kind::Band(_) | Kind::Level(_) | Kind::Mark(..) | Kind::Name(..) => {}
    }
}

/// The corner with the least ink in it.
fn emptiest(chart: &Chart, axes: &Axes, size: (f64, f64)) -> Corner {
    let ink: Vec<(f64, f64)> = chart.layers.iter().flat_map(|layer| crowd(chart, layer, axes)).collect();
    let crowded = |place: &Corner| {
        let (left, top) = corner(axes.frame(), size, *place, 8.0);
        let inside = |(x, y): &&(f64, f64)| {
            (left - 6.0..left + size.0 + 6.0).contains(x) && (top - 6.0..top + size.1 + 6.0).contains(y)
        };
        ink.iter().filter(inside).count()
    };
    let corners = [Corner::TopRight, Corner::TopLeft, Corner::BottomRight, Corner::BottomLeft];
    corners.into_iter().min_by_key(crowded).unwrap_or(Corner::TopRight)
}

/// Where a layer has ink: points on it, close enough together to be counted.
pub(super) fn crowd(chart: &Chart, layer: &Layer, axes: &Axes) -> Vec<(f64, f64)> {
    const PIECES: usize = 20;
    let between = |(x0, y0): (f64, f64), (x1, y1): (f64, f64)| {
        (0..PIECES).map(move |i| i as f64 / PIECES as f64).map(move |t| (x0 + t * (x1 - x0), y0 + t * (y1 - y0)))
    };
    let points: Vec<(f64, f64)> = layer.points().into_iter().map(|point| axes.at(place(chart, point))).collect();
    match layer.kind {
        Kind::Line(_) | Kind::Path(_) => points.windows(2).flat_map(|pair| between(pair[0], pair[1])).collect(),
        Kind::Bars(_) => {
            let bottom = axes.frame().at.1 + axes.frame().size.1;
            points.into_iter().flat_map(|(x, y)| between((x, y), (x, bottom))).collect()
        }
        _ => points,
    }
}
