//! The legend of a chart: in an empty corner or, if there is none, above the axes. It never covers the lines that it explains.

use super::axes::Axes;
use super::chart::{Chart, Corner, Kind, Layer};
use super::draw::{corner, room, text_width};
use super::drawing::{Anchor, Drawing};
use super::ink::{Box, ink};
use super::style::{self, INK, PAGE, TICK};

const LINE: f64 = 18.0;
const SAMPLE: f64 = 30.0;
/// Distance between the entries of a row.
const APART: f64 = 18.0;

/// The place of a legend.
pub(super) enum Legend<'c> {
    Nowhere,
    Inside(Corner, Vec<&'c Layer>),
    /// In rows above the axes.
    Above(Vec<Vec<&'c Layer>>),
}

impl<'c> Legend<'c> {
    pub fn of(chart: &'c Chart) -> Self {
        let named: Vec<&Layer> = chart.layers.iter().filter(|layer| layer.is_in_legend()).collect();
        if named.is_empty() {
            return Legend::Nowhere;
        }
        match empty_corner(chart, &Axes::new(chart, room(chart, &Legend::Nowhere)), box_size(&named)) {
            Some(corner) => Legend::Inside(corner, named),
            None => Legend::Above(rows(&named, chart.size.0 - 26.0)),
        }
    }

    /// Its height above the axes.
    pub fn height(&self) -> f64 {
        if let Legend::Above(rows) = self { LINE * rows.len() as f64 + 4.0 } else { 0.0 }
    }

    /// What it covers inside the axes.
    pub fn area(&self, axes: &Axes) -> Option<Box> {
        let Legend::Inside(place, named) = self else { return None };
        let size = box_size(named);
        Some(Box { at: corner(axes.frame(), size, *place, 8.0), size })
    }

    /// Paints it; `top` is where the room above the axes begins.
    pub fn paint(&self, page: &mut Drawing, chart: &Chart, axes: &Axes, top: f64) {
        match self {
            Legend::Nowhere => {}
            Legend::Inside(place, named) => {
                let size = box_size(named);
                let (left, top) = corner(axes.frame(), size, *place, 8.0);
                page.rectangle((left, top), size, PAGE.light, 0.85);
                for (line, layer) in named.iter().enumerate() {
                    paint_entry(page, chart, layer, (left + 6.0, top + 3.0 + LINE * (line as f64 + 0.5)));
                }
            }
            Legend::Above(rows) => {
                for (line, row) in rows.iter().enumerate() {
                    let mut left = 10.0;
                    for layer in row {
                        paint_entry(page, chart, layer, (left, top + LINE * (line as f64 + 0.5)));
                        left += width(layer) + APART;
                    }
                }
            }
        }
    }
}

fn width(layer: &Layer) -> f64 {
    SAMPLE + 2.0 + text_width(layer.name.chars().count(), TICK)
}

fn box_size(named: &[&Layer]) -> (f64, f64) {
    let widest = named.iter().map(|layer| width(layer)).fold(0.0, f64::max);
    (widest + 14.0, LINE * named.len() as f64 + 6.0)
}

/// As many entries in a row as there is room for.
fn rows<'c>(named: &[&'c Layer], most: f64) -> Vec<Vec<&'c Layer>> {
    let (mut rows, mut taken) = (Vec::<Vec<&Layer>>::new(), f64::INFINITY);
    for &layer in named {
        let width = width(layer);
        match rows.last_mut().filter(|_| taken + APART + width <= most) {
            Some(row) => {
                row.push(layer);
                taken += APART + width;
            }
            None => {
                rows.push(vec![layer]);
                taken = width;
            }
        }
    }
    rows
}

fn paint_entry(page: &mut Drawing, chart: &Chart, layer: &Layer, at: (f64, f64)) {
    paint_sample(page, chart, layer, at);
    page.text((at.0 + SAMPLE + 2.0, at.1), &layer.name, TICK, Anchor::Start, INK.light);
}

/// A piece of a layer.
fn paint_sample(page: &mut Drawing, chart: &Chart, layer: &Layer, (x, y): (f64, f64)) {
    let (colour, length) = (chart.colour(layer), SAMPLE - 6.0);
    match layer.kind {
        Kind::Line(_) => page.line((x, y), (x + length, y), colour, 2.0, style::dashes(layer.number).dasharray()),
        Kind::Path(_) => {
            page.line((x, y), (x + length, y), colour, 1.2, None);
            [0.0, 0.5, 1.0].into_iter().for_each(|t| page.small_marker(layer.number, colour, (x + t * length, y)));
        }
        Kind::Points(_) => page.marker(layer.number, colour, (x + length / 2.0, y), 5.0),
        Kind::Bars(_) => page.rectangle((x + length / 2.0 - 7.0, y - 6.0), (14.0, 12.0), colour.light, 1.0),
        Kind::Band(_) | Kind::Level(_) | Kind::Mark(..) | Kind::Name(..) => {}
    }
}

/// A corner in which a box of this size covers nothing; `None` on a field of colours.
fn empty_corner(chart: &Chart, axes: &Axes, size: (f64, f64)) -> Option<Corner> {
    if chart.field.is_some() || chart.inset.is_some() {
        return None;
    }
    let ink: Vec<(f64, f64)> = chart.layers.iter().flat_map(|layer| ink(chart, layer, axes)).collect();
    let is_empty = |place: &Corner| {
        let area = Box { at: corner(axes.frame(), size, *place, 8.0), size };
        !ink.iter().any(|&point| area.grown(6.0).holds(point))
    };
    let corners = [Corner::TopRight, Corner::TopLeft, Corner::BottomRight, Corner::BottomLeft];
    corners.into_iter().find(is_empty)
}
