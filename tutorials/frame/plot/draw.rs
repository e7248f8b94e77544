//! A chart becomes a drawing: the field and the bars under its lines; marks, names, inset and legend over them.

use super::Figure;
use super::axes::{self, Axes, Room, place};
use super::chart::{Chart, Corner, Inset, Kind, Layer, Side};
use super::drawing::{Anchor, Drawing};
use super::field::Frame;
use super::legend::{crowd, paint_legend};
use super::style::{AXIS, INK, LABEL, PAGE, TICK, TITLE};
use super::text;

impl Figure for Chart<'_> {
    fn draw(&self) -> Drawing {
        let axes = Axes::new(self, room(self));
        let levels = self.field.as_ref().map(|field| field.levels(axes.window())).unwrap_or_default();
        let mut page = paint(self, room(self), &levels);
        let frame = axes.frame();
        page.text((frame.at.0 + frame.size.0 / 2.0, 18.0), &self.title, TITLE, Anchor::Middle, INK.light);
        // Read without turning the head, a name above the axis is better than one along it.
        page.text((8.0, frame.at.1 - 15.0), &self.y.name, LABEL, Anchor::Start, INK.light);
        if self.has_colour_bar() {
            paint_colour_bar(&mut page, self, frame, &levels);
        }
        if let Some(inset) = self.inset {
            paint_inset(&mut page, self, inset, &axes, &levels);
        }
        paint_legend(&mut page, self, &axes);
        page
    }

    fn text(&self) -> String {
        text::chart(self)
    }
}

fn room(chart: &Chart) -> Room {
    Room {
        left: 20.0 + text_width(axes::widest_number(chart), TICK),
        top: 14.0 + if chart.title.is_empty() { 0.0 } else { 24.0 } + if chart.y.name.is_empty() { 0.0 } else { 18.0 },
        right: if chart.has_colour_bar() { 84.0 } else { 18.0 },
        small: false,
    }
}

/// The chart without what stands around its axes.
fn paint(chart: &Chart, room: Room, levels: &[f64]) -> Drawing {
    let axes = Axes::new(chart, room);
    let mut under = Drawing::new(chart.size.0, chart.size.1, "");
    if let Some(field) = &chart.field {
        field.paint(&mut under, axes.frame(), axes.window(), levels);
    }
    chart.layers.iter().for_each(|layer| paint_under(&mut under, chart, layer, &axes));
    let mut page = Axes::draw(chart, room, under);
    chart.layers.iter().for_each(|layer| paint_over(&mut page, chart, layer, &axes));
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
            visible(chart, axes, points).for_each(|at| page.circle(at, 2.0, colour, colour));
        }
        Kind::Level(y) => name_level(page, chart, axes, *y, &layer.name),
        Kind::Name(point, side) => {
            visible(chart, axes, &[*point]).for_each(|at| name_mark(page, at, &layer.name, *side));
        }
        Kind::Mark(point, side) => {
            let Some(at) = visible(chart, axes, &[*point]).next() else { return };
            page.circle(at, 4.0, INK, PAGE);
            if !chart.inset.is_some_and(|inset| inset.holds(*point)) {
                name_mark(page, at, &layer.name, *side);
            }
        }
        Kind::Line(_) | Kind::Band(_) | Kind::Bars(_) => {}
    }
}

fn name_mark(page: &mut Drawing, (x, y): (f64, f64), name: &str, side: Side) {
    match side {
        Side::Above => write_on_patch(page, (x, y - 15.0), name, Anchor::Middle),
        Side::Below => write_on_patch(page, (x, y + 15.0), name, Anchor::Middle),
        Side::Left => write_on_patch(page, (x - 10.0, y), name, Anchor::End),
        Side::Right => write_on_patch(page, (x + 10.0, y), name, Anchor::Start),
    }
}

/// Writes the name of a level above or below it, at the end where there is the least ink.
fn name_level(page: &mut Drawing, chart: &Chart, axes: &Axes, y: f64, name: &str) {
    let Frame { at: (left, top), size: (width, height) } = axes.frame();
    let y = axes.at((0.0, chart.y.place(y))).1;
    if !(top..=top + height).contains(&y) {
        return;
    }
    let ink: Vec<(f64, f64)> = chart.layers.iter().flat_map(|layer| crowd(chart, layer, axes)).collect();
    let (length, right) = (text_width(name.chars().count(), TICK), left + width);
    let places = [(right - 4.0, -10.0), (right - 4.0, 10.0), (left + 4.0 + length, -10.0), (left + 4.0 + length, 10.0)];
    let crowded = |(end, above): &(f64, f64)| {
        let near = |at: &&(f64, f64)| (end - length..*end).contains(&at.0) && (at.1 - y - above).abs() < 9.0;
        ink.iter().filter(near).count()
    };
    let Some((end, above)) = places.into_iter().min_by_key(crowded) else { return };
    page.text((end, y + above), name, TICK, Anchor::End, INK.light);
}

/// Where those of the points are that the axes hold.
fn visible<'p>(chart: &'p Chart, axes: &'p Axes, points: &'p [(f64, f64)]) -> impl Iterator<Item = (f64, f64)> + 'p {
    let [x, y] = axes.window();
    let inside = move |at: &(f64, f64)| (x.0..=x.1).contains(&at.0) && (y.0..=y.1).contains(&at.1);
    points.iter().map(|point| place(chart, *point)).filter(inside).map(|at| axes.at(at))
}

/// How wide a text of so many characters is, about.
pub(super) fn text_width(characters: usize, size: u32) -> f64 {
    0.58 * size as f64 * characters as f64
}

/// A name on a patch of page, so that no line runs through it.
fn write_on_patch(page: &mut Drawing, (x, y): (f64, f64), text: &str, anchor: Anchor) {
    if text.is_empty() {
        return;
    }
    let (width, height) = (text_width(text.chars().count(), TICK) + 6.0, TICK as f64 + 4.0);
    let left = match anchor {
        Anchor::Start => x - 3.0,
        Anchor::Middle => x - width / 2.0,
        Anchor::End => x - width + 3.0,
    };
    page.rectangle((left, y - height / 2.0), (width, height), PAGE.light, 0.7);
    page.text((x, y), text, TICK, anchor, INK.light);
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
    // A label takes a line; where levels are closer, some go without.
    let every = (15.0 / height).ceil().max(1.0) as usize;
    for (number, level) in levels.iter().enumerate().step_by(every) {
        let label = field.level_name(*level, levels);
        page.text((left + 19.0, bottom - (number + 1) as f64 * height), &label, TICK - 1, Anchor::Start, INK.light);
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
    let left = 10.0 + text_width(axes::widest_number(&part), TICK - 2);
    page.nest(at, paint(&part, Room { left, top: 8.0, right: 10.0, small: true }, levels));
    page.frame(at, size, INK, 1.2);
}

/// The left upper corner of a box of this size in a corner of the frame.
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
