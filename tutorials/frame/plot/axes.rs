//! The axes of a chart and the lines between them, drawn by the drawing crate; everything that it cannot draw goes under or over them.

use super::chart::{Chart, Kind, Layer};
use super::drawing::Drawing;
use super::field::Frame;
use super::style::{self, AXIS, FONTS, GRID, INK, LABEL, PAGE, SMALL, TICK};
use kuva::plot::{BandPlot, LinePlot};
use kuva::render::layout::{ComputedLayout, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, render_multiple};
use kuva::render::theme::Theme;

/// The room around the axes.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    /// Whether it is a small chart inside another: without names on its axes, and with smaller numbers.
    pub small: bool,
}

/// Maps the numbers of a chart to places on the page.
pub(super) struct Axes(ComputedLayout);

impl Axes {
    pub fn new(chart: &Chart, room: Room) -> Self {
        Axes(ComputedLayout::from_layout(&layout(chart, room)))
    }

    /// Draws axes, grid and lines. The contents of `under` go under the lines and, like these, are cut off at the axes.
    pub fn draw(chart: &Chart, room: Room, under: Drawing) -> Drawing {
        let mut scene = render_multiple(plots(chart), layout(chart, room));
        let opening = scene.elements.iter().position(|shape| matches!(shape, Primitive::ClipStart { .. }));
        let at = opening.map_or(0, |opening| opening + 1);
        scene.elements.splice(at..at, under.scene.elements);
        Drawing::of(scene, &chart.title)
    }

    /// The point on the page for a place on the x axis and one on the y axis.
    pub fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.0.map_x(x), self.0.map_y(y))
    }

    /// The rectangle between the axes.
    pub fn frame(&self) -> Frame {
        Frame { at: (self.0.margin_left, self.0.margin_top), size: (self.0.plot_width(), self.0.plot_height()) }
    }

    /// The ranges of the axes, as places.
    pub fn window(&self) -> [(f64, f64); 2] {
        [self.0.x_range, self.0.y_range]
    }
}

fn layout(chart: &Chart, room: Room) -> Layout {
    let [x, y] = chart.reach();
    let (width, height) = chart.size;
    let [x_step, y_step] = steps(chart, [x, y]);
    let (x_axis, y_axis) = (chart.x.clone(), chart.y.clone());
    let tick = if room.small { SMALL } else { TICK };
    let mut layout = Layout::new(x, y)
        .with_width(width)
        .with_height(height)
        .with_x_axis_min(x.0)
        .with_x_axis_max(x.1)
        .with_y_axis_min(y.0)
        .with_y_axis_max(y.1)
        .with_x_tick_step(x_step)
        .with_y_tick_step(y_step)
        .with_x_tick_format(TickFormat::Custom(std::sync::Arc::new(move |place| x_axis.label(place, x_step))))
        .with_y_tick_format(TickFormat::Custom(std::sync::Arc::new(move |place| y_axis.label(place, y_step))))
        .with_font_family(FONTS)
        .with_label_size(LABEL)
        .with_tick_size(tick)
        .with_tick_length(4.0)
        .with_theme(theme());
    layout.force_margin_top = Some(room.top);
    layout.force_margin_right = Some(room.right);
    layout.force_margin_left = Some(room.left);
    layout.force_margin_bottom = Some(room.bottom);
    if chart.equal { layout.with_equal_aspect() } else { layout }
}

/// The distances between the numbers beside the axes, so that each has enough room.
fn steps(chart: &Chart, [x, y]: [(f64, f64); 2]) -> [f64; 2] {
    let (width, height) = chart.size;
    [chart.x.step(x, (width / 64.0) as usize), chart.y.step(y, (height / 46.0) as usize)]
}

/// The widest number beside the y axis.
pub(super) fn widest_number(chart: &Chart) -> usize {
    let [x, y] = chart.reach();
    let step = steps(chart, [x, y])[1];
    let first = (y.0 / step).ceil() as i64;
    let numbers = (first..).map(|k| k as f64 * step).take_while(|place| *place <= y.1);
    numbers.map(|place| chart.y.label(place, step).chars().count()).max().unwrap_or(1)
}

fn theme() -> Theme {
    Theme {
        background: PAGE.light.to_owned(),
        axis_color: AXIS.light.to_owned(),
        grid_color: GRID.light.to_owned(),
        tick_color: AXIS.light.to_owned(),
        text_color: INK.light.to_owned(),
        ..Theme::light()
    }
}

/// The lines in the order in which they cover each other.
fn plots(chart: &Chart) -> Vec<Plot> {
    // Without anything to plot the crate would leave out the axes.
    let mut plots: Vec<Plot> = vec![LinePlot::new().into()];
    let mut lines = Vec::new();
    for layer in &chart.layers {
        match &layer.kind {
            Kind::Band(band) => plots.push(band_plot(chart, layer, band)),
            Kind::Line(line) => lines.extend(line_plots(chart, layer, line, thickness(chart, layer))),
            Kind::Path(path) => lines.extend(line_plots(chart, layer, path, 1.2)),
            Kind::Points(_) | Kind::Bars(_) | Kind::Level(_) | Kind::Mark(..) | Kind::Name(..) => {}
        }
    }
    plots.extend(lines);
    plots
}

/// The thickness of a line. A line that later lines cover for a large part is thicker, so that all are visible.
fn thickness(chart: &Chart, layer: &Layer) -> f64 {
    let on_it = chart.layers.iter().filter(|other| lies_on(chart, other, layer)).count();
    [THIN, 4.4, 6.0][on_it.min(2)]
}

/// Whether a line covers an earlier one for a large part.
fn lies_on(chart: &Chart, layer: &Layer, before: &Layer) -> bool {
    let (Kind::Line(points), Kind::Line(line)) = (&layer.kind, &before.kind) else { return false };
    if layer.number <= before.number {
        return false;
    }
    let [x, y] = chart.reach();
    let [wide, high] = [(x.1 - x.0) / chart.size.0, (y.1 - y.0) / chart.size.1];
    let is_near = |one: &(f64, f64), other: &(f64, f64)| {
        let (one, other) = (place(chart, *one), place(chart, *other));
        (one.0 - other.0).abs() < 3.0 * wide && (one.1 - other.1).abs() < 3.0 * high
    };
    // Usually both have points at the same places.
    let near = line.iter().zip(points).filter(|(one, other)| is_near(one, other)).count();
    3 * near > line.len().max(points.len())
}

const THIN: f64 = 2.0;

fn line_plots(chart: &Chart, layer: &Layer, points: &[(f64, f64)], thick: f64) -> Vec<Plot> {
    let places: Vec<(f64, f64)> = points.iter().map(|point| place(chart, *point)).collect();
    let pieces = places.split(|(x, y)| !x.is_finite() || !y.is_finite());
    let lies_on_another = || chart.layers.iter().any(|before| lies_on(chart, layer, before));
    let has_edge = chart.has_colour_bar() || thick <= THIN && lies_on_another();
    let plot = |piece: &[(f64, f64)]| {
        let line = LinePlot::new().with_data(piece.to_vec()).with_color(chart.colour(layer).light);
        let dashes = if matches!(layer.kind, Kind::Path(_)) { style::dashes(0) } else { style::dashes(layer.number) };
        let line = line.with_stroke_width(thick).with_line_style(dashes).into();
        // On a field of colours, or on another line, it has a pale edge: in grey it would not stand out from a darker background.
        let edge = LinePlot::new().with_data(piece.to_vec()).with_color(PAGE.light).with_stroke_width(thick + 1.2);
        if has_edge { vec![edge.into(), line] } else { vec![line] }
    };
    pieces.filter(|piece| piece.len() > 1).flat_map(plot).collect()
}

fn band_plot(chart: &Chart, layer: &Layer, band: &[(f64, f64, f64)]) -> Plot {
    let places = band.iter().map(|&(x, low, high)| (chart.x.place(x), chart.y.place(low), chart.y.place(high)));
    let finite: Vec<_> = places.filter(|(x, low, high)| (x + low + high).is_finite()).collect();
    let column = |pick: fn(&(f64, f64, f64)) -> f64| finite.iter().map(pick).collect::<Vec<f64>>();
    let band = BandPlot::new(column(|at| at.0), column(|at| at.1), column(|at| at.2));
    band.with_color(chart.colour(layer).light).with_opacity(0.18).into()
}

/// The places of a point on both axes. A zero has no logarithm: it is drawn at the bottom of the chart.
pub(super) fn place(chart: &Chart, (x, y): (f64, f64)) -> (f64, f64) {
    let (x, y) = (chart.x.place(x), chart.y.place(y));
    (x, if y == f64::NEG_INFINITY && chart.y.logarithmic { chart.reach()[1].0 } else { y })
}
