//! Draws a chart: the field and the bars under its lines; marks, names, inset and legend over them.

use super::Figure;
use super::axes::{self, Axes, Room, place};
use super::chart::{Chart, Corner, Inset, Kind, Layer};
use super::drawing::{Anchor, Drawing};
use super::field::Frame;
use super::ink::{Box, ink, name_places};
use super::legend::Legend;
use super::style::{AXIS, COLUMN, INK, LABEL, PAGE, SMALL, TICK, TITLE};
use super::text;

impl Figure for Chart<'_> {
    fn draw(&self) -> Drawing {
        if self.size.0 > COLUMN {
            return self.draw_within(COLUMN);
        }
        let legend = Legend::of(self);
        let room = room(self, &legend);
        let axes = Axes::new(self, room);
        let levels = self.field.as_ref().map(|field| field.levels(axes.window())).unwrap_or_default();
        let mut page = paint(self, room, &levels);
        let frame = axes.frame();
        page.text((self.size.0 / 2.0, 18.0), &self.title, TITLE, Anchor::Middle, INK.light);
        // A name above the axis is easier to read than one along it.
        page.text((8.0, frame.at.1 - 15.0), &self.y.name, LABEL, Anchor::Start, INK.light);
        let below = frame.at.1 + frame.size.1 + BELOW - 13.0;
        page.text((frame.at.0 + frame.size.0 / 2.0, below), &self.x.name, LABEL, Anchor::Middle, INK.light);
        if self.has_colour_bar() {
            paint_colour_bar(&mut page, self, frame, &levels);
        }
        if let Some(inset) = self.inset {
            paint_inset(&mut page, self, inset, &axes, &levels);
        }
        legend.paint(&mut page, self, &axes, title_height(self) + 2.0);
        page
    }

    /// A chart that is made narrower keeps most of its height, so that its curves keep theirs.
    fn draw_within(&self, width: f64) -> Drawing {
        if self.size.0 <= width {
            return self.draw();
        }
        let height = self.size.1 * (width / self.size.0);
        let height = if self.equal { height } else { height.max((0.82 * width).min(self.size.1)) };
        self.clone().size(width.floor(), height.round()).draw()
    }

    fn text(&self) -> String {
        text::chart(self)
    }
}

/// The room below the axes, for numbers and a name.
pub(super) const BELOW: f64 = 44.0;

fn title_height(chart: &Chart) -> f64 {
    if chart.title.is_empty() { 0.0 } else { 24.0 }
}

pub(super) fn room(chart: &Chart, legend: &Legend) -> Room {
    let name = if chart.y.name.is_empty() { 0.0 } else { 18.0 };
    Room {
        left: 20.0 + text_width(axes::widest_number(chart), TICK),
        top: 14.0 + title_height(chart) + legend.height() + name,
        right: if chart.has_colour_bar() { 84.0 } else { 18.0 },
        bottom: if chart.x.name.is_empty() { 26.0 } else { BELOW },
        small: false,
    }
}

/// The chart without the parts around its axes.
fn paint(chart: &Chart, room: Room, levels: &[f64]) -> Drawing {
    let axes = Axes::new(chart, room);
    let mut under = Drawing::new(chart.size.0, chart.size.1, "");
    if let Some(field) = &chart.field {
        field.paint(&mut under, axes.frame(), axes.window(), levels);
    }
    chart.layers.iter().for_each(|layer| paint_under(&mut under, chart, layer, &axes));
    let mut page = Axes::draw(chart, room, under);
    chart.layers.iter().for_each(|layer| paint_over(&mut page, chart, layer, &axes));
    name_marks(&mut page, chart, &axes);
    page
}

/// Bars and levels.
fn paint_under(page: &mut Drawing, chart: &Chart, layer: &Layer, axes: &Axes) {
    let Frame { at: (left, _), size: (width, _) } = axes.frame();
    let [_, (bottom, top)] = axes.window();
    match &layer.kind {
        Kind::Bars(bars) => {
            let floor = axes.at((0.0, if chart.y.logarithmic { bottom } else { 0.0_f64.clamp(bottom, top) })).1;
            for &(from, to, y) in bars.iter().filter(|bar| bar.2.is_finite()) {
                let (x0, y0) = axes.at((chart.x.place(from), chart.y.place(y).clamp(bottom, top)));
                let (x1, _) = axes.at((chart.x.place(to), 0.0));
                page.rectangle((x0, y0.min(floor)), (x1 - x0, (y0 - floor).abs()), chart.colour(layer).light, 1.0);
            }
        }
        Kind::Level(y) => {
            let y = axes.at((0.0, chart.y.place(*y))).1;
            page.line((left, y), (left + width, y), AXIS, 1.2, Some("5 5".to_owned()));
        }
        _ => {}
    }
}

/// Points, and names of levels and marks.
fn paint_over(page: &mut Drawing, chart: &Chart, layer: &Layer, axes: &Axes) {
    match &layer.kind {
        Kind::Points(points) => {
            visible(chart, axes, points).for_each(|at| page.marker(layer.number, chart.colour(layer), at, 5.0))
        }
        Kind::Path(points) => {
            let colour = chart.colour(layer);
            visible(chart, axes, points).for_each(|at| page.small_marker(layer.number, colour, at));
        }
        Kind::Level(y) => name_level(page, chart, axes, *y, &layer.name),
        Kind::Mark(point, _) => visible(chart, axes, &[*point]).for_each(|at| page.circle(at, 4.0, INK, PAGE)),
        Kind::Name(..) => {}
        Kind::Line(_) | Kind::Band(_) | Kind::Bars(_) => {}
    }
}

/// Writes the names of marks and places: each on the requested side, or on another if it would cover a line or a name there.
fn name_marks(page: &mut Drawing, chart: &Chart, axes: &Axes) {
    let frame = axes.frame();
    let inside = Box { at: frame.at, size: frame.size };
    let lines = chart.layers.iter().filter(|layer| !matches!(layer.kind, Kind::Mark(..) | Kind::Name(..)));
    let ink: Vec<(f64, f64)> = lines.flat_map(|layer| ink(chart, layer, axes)).collect();
    let named = chart.layers.iter().filter_map(|layer| match layer.kind {
        Kind::Mark(point, _) if chart.inset.is_some_and(|inset| inset.holds(point)) => None,
        Kind::Mark(point, side) | Kind::Name(point, side) => {
            Some((visible(chart, axes, &[point]).next()?, side, layer))
        }
        _ => None,
    });
    let named: Vec<_> = named.filter(|(_, _, layer)| !layer.name.is_empty()).collect();
    let dots: Vec<Box> = named.iter().map(|(at, ..)| Box { at: (at.0 - 4.0, at.1 - 4.0), size: (8.0, 8.0) }).collect();
    let mut written: Vec<Box> = Vec::new();
    for (number, (at, wished, layer)) in named.iter().enumerate() {
        let crowded = |area: &Box| {
            let names = written.iter().filter(|other| other.overlaps(area)).count();
            let others = dots.iter().enumerate().filter(|(other, dot)| *other != number && dot.overlaps(area)).count();
            let outside = usize::from(!area.is_in(&inside));
            1000 * outside + 100 * names + 20 * others + ink.iter().filter(|point| area.holds(**point)).count()
        };
        let Some(area) = name_places(*at, &layer.name, *wished).min_by_key(crowded) else { continue };
        page.rectangle(area.at, area.size, PAGE.light, 0.75);
        let middle = (area.at.0 + area.size.0 / 2.0, area.at.1 + area.size.1 / 2.0);
        page.text(middle, &layer.name, TICK, Anchor::Middle, INK.light);
        written.push(area);
    }
}

/// Writes the name of a level above or below it, at the end with the least ink, and not under the legend.
fn name_level(page: &mut Drawing, chart: &Chart, axes: &Axes, y: f64, name: &str) {
    let Frame { at: (left, top), size: (width, height) } = axes.frame();
    let y = axes.at((0.0, chart.y.place(y))).1;
    if !(top..=top + height).contains(&y) {
        return;
    }
    let ink: Vec<(f64, f64)> = chart
        .layers
        .iter()
        .filter(|other| !matches!(other.kind, Kind::Level(_)))
        .flat_map(|layer| self::ink(chart, layer, axes))
        .collect();
    let (length, right) = (text_width(name.chars().count(), TICK), left + width);
    let places = [(right - 4.0, -10.0), (right - 4.0, 10.0), (left + 4.0 + length, -10.0), (left + 4.0 + length, 10.0)];
    let legend = Legend::of(chart).area(axes);
    let crowded = |(end, above): &(f64, f64)| {
        let name = Box { at: (end - length, y + above - 9.0), size: (length, 18.0) };
        (legend.as_ref().is_some_and(|legend| legend.overlaps(&name)), ink.iter().filter(|at| name.holds(**at)).count())
    };
    let Some((end, above)) = places.into_iter().min_by_key(crowded) else { return };
    page.text((end, y + above), name, TICK, Anchor::End, INK.light);
}

/// The places on the page of the points that are within the axes.
fn visible<'p>(chart: &'p Chart, axes: &'p Axes, points: &'p [(f64, f64)]) -> impl Iterator<Item = (f64, f64)> + 'p {
    let [x, y] = axes.window();
    let inside = move |at: &(f64, f64)| (x.0..=x.1).contains(&at.0) && (y.0..=y.1).contains(&at.1);
    points.iter().map(|point| place(chart, *point)).filter(inside).map(|at| axes.at(at))
}

/// The approximate width of a text with this number of characters.
pub(super) fn text_width(characters: usize, size: u32) -> f64 {
    0.58 * size as f64 * characters as f64
}

/// The steps of colour beside a field, with the heights at which one ends and the next begins.
fn paint_colour_bar(page: &mut Drawing, chart: &Chart, Frame { at, size }: Frame, levels: &[f64]) {
    let Some(field) = &chart.field else { return };
    let (left, bottom) = (at.0 + size.0 + 16.0, at.1 + size.1);
    let height = size.1 / (levels.len() + 1) as f64;
    for step in 0..=levels.len() {
        let colour = field.colour(step.checked_sub(1), levels.len());
        page.rectangle((left, bottom - (step + 1) as f64 * height), (14.0, height), &colour, 1.0);
    }
    page.frame((left, at.1), (14.0, size.1), AXIS, 0.8);
    // A label takes a line; if levels are closer than that, some have no label.
    let every = (15.0 / height).ceil().max(1.0) as usize;
    for (number, level) in levels.iter().enumerate().step_by(every) {
        let label = field.level_name(*level, levels);
        page.text((left + 19.0, bottom - (number + 1) as f64 * height), &label, SMALL, Anchor::Start, INK.light);
    }
    page.text((left + 7.0, at.1 - 14.0), &field.name, LABEL, Anchor::Middle, INK.light);
}

/// The part of the chart again, in a corner, with a frame around the part that it shows.
fn paint_inset(page: &mut Drawing, chart: &Chart, inset: Inset, axes: &Axes, levels: &[f64]) {
    let frame = axes.frame();
    let size = (0.42 * frame.size.0, 0.42 * frame.size.1);
    let at = corner(frame, size, inset.corner, 6.0);
    let part = inset.of(chart).size(size.0, size.1);
    let place = |x: f64, y: f64| axes.at(place(chart, (x, y)));
    let (shown_at, end) = (place(inset.x.0, inset.y.1), place(inset.x.1, inset.y.0));
    let shown = (end.0 - shown_at.0, end.1 - shown_at.1);
    let corners = |(x, y): (f64, f64), (width, height): (f64, f64)| match inset.corner {
        Corner::TopLeft | Corner::BottomRight => [(x + width, y), (x, y + height)],
        Corner::TopRight | Corner::BottomLeft => [(x, y), (x + width, y + height)],
    };
    for (from, to) in corners(shown_at, shown).into_iter().zip(corners(at, size)) {
        page.line(from, to, AXIS, 0.8, None);
    }
    page.frame(shown_at, shown, INK, 1.2);
    page.rectangle(at, size, PAGE.light, 1.0);
    let left = 10.0 + text_width(axes::widest_number(&part), SMALL);
    page.nest(at, paint(&part, Room { left, top: 8.0, right: 10.0, bottom: 20.0, small: true }, levels));
    page.frame(at, size, INK, 1.2);
}

/// The upper left corner of a box of this size in a corner of the frame.
pub(super) fn corner(frame: Frame, size: (f64, f64), corner: Corner, air: f64) -> (f64, f64) {
    let (left, top) = (frame.at.0 + air, frame.at.1 + air);
    let (right, bottom) = (frame.at.0 + frame.size.0 - size.0 - air, frame.at.1 + frame.size.1 - size.1 - air);
    match corner {
        Corner::TopLeft => (left, top),
        Corner::TopRight => (right, top),
        Corner::BottomLeft => (left, bottom),
        Corner::BottomRight => (right, bottom),
    }
}
