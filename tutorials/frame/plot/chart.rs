//! A chart: two axes, and layers between them. It is built layer by layer, then drawn, or printed as text.

use super::field::Field;
use super::scale::Axis;
use super::style::{self, Colour, Shades};

/// A chart with an x axis and a y axis.
///
/// ```ignore
/// let chart = Chart::new("epoch", "test accuracy (%)").line("sigmoids", &accuracies).level(90.0, "90 %");
/// run.plot("accuracy", &chart)?;
/// ```
#[must_use = "a figure is seen only where it is written"]
#[derive(Clone)]
pub struct Chart<'a> {
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) size: (f64, f64),
    pub(super) equal: bool,
    pub(super) field: Option<Field<'a>>,
    pub(super) layers: Vec<Layer>,
    pub(super) inset: Option<Inset>,
}

/// A layer of a chart.
#[derive(Clone)]
pub(super) struct Layer {
    pub name: String,
    /// The number that decides its colour, dashes and marker.
    pub number: usize,
    pub kind: Kind,
}

#[derive(Clone)]
pub(super) enum Kind {
    Line(Vec<(f64, f64)>),
    /// (x, low, high), behind the line of the same number.
    Band(Vec<(f64, f64, f64)>),
    Points(Vec<(f64, f64)>),
    /// A line that shows each of its points.
    Path(Vec<(f64, f64)>),
    /// (from, to, height).
    Bars(Vec<(f64, f64, f64)>),
    /// A dashed line across the whole chart at this y.
    Level(f64),
    /// One point with its name beside it.
    Mark((f64, f64), Side),
    /// A name beside a place.
    Name((f64, f64), Side),
}

/// The side of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above the point.
    Above,
    /// Below the point.
    Below,
    /// To its left.
    Left,
    /// To its right.
    Right,
}

/// A corner of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Top left.
    TopLeft,
    /// Top right.
    TopRight,
    /// Bottom left.
    BottomLeft,
    /// Bottom right.
    BottomRight,
}

/// A part of the chart, drawn again and larger.
#[derive(Clone, Copy)]
pub(super) struct Inset {
    pub corner: Corner,
    pub x: (f64, f64),
    pub y: (f64, f64),
}

impl<'a> Chart<'a> {
    /// An empty chart. Axes are named with their units: `"step h"`, `"test accuracy (%)"`.
    pub fn new(x: &str, y: &str) -> Self {
        Chart {
            title: String::new(),
            x: Axis::new(x),
            y: Axis::new(y),
            size: (640.0, 400.0),
            equal: false,
            field: None,
            layers: Vec::new(),
            inset: None,
        }
    }

    /// A title, above.
    pub fn title(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }

    /// Width and height of the whole figure; 640 by 400 without it, a third of that in panels of three.
    pub fn size(mut self, width: f64, height: f64) -> Self {
        self.size = (width, height);
        self
    }

    /// Gives both axes the same length per unit, as in a map.
    pub fn equal_axes(mut self) -> Self {
        self.equal = true;
        self
    }

    /// The x axis is logarithmic.
    pub fn log_x(mut self) -> Self {
        self.x.logarithmic = true;
        self
    }

    /// The y axis is logarithmic.
    pub fn log_y(mut self) -> Self {
        self.y.logarithmic = true;
        self
    }

    /// The range of the x axis; by default that of all layers.
    pub fn x_range(mut self, low: f64, high: f64) -> Self {
        self.x.range = Some((low, high));
        self
    }

    /// The range of the y axis; by default that of all layers.
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y.range = Some((low, high));
        self
    }

    /// A line through points, by growing x. A number that is not finite leaves a gap. Lines without a name are not in the legend.
    pub fn line(self, name: &str, points: &[(f64, f64)]) -> Self {
        let number = self.series();
        self.layer(name, number, Kind::Line(points.to_vec()))
    }

    /// A band around the line before it: (x, low, high), as of several seeds.
    pub fn band(self, points: &[(f64, f64, f64)]) -> Self {
        let number = self.series().saturating_sub(1);
        self.layer("", number, Kind::Band(points.to_vec()))
    }

    /// Points without a line.
    pub fn points(self, name: &str, points: &[(f64, f64)]) -> Self {
        let number = self.series();
        self.layer(name, number, Kind::Points(points.to_vec()))
    }

    /// A path: the visited places in order.
    pub fn path(self, name: &str, points: &[(f64, f64)]) -> Self {
        let number = self.series();
        self.layer(name, number, Kind::Path(points.to_vec()))
    }

    /// Bars, each centred at its x.
    pub fn bars(self, name: &str, bars: &[(f64, f64)]) -> Self {
        let number = self.series();
        let gaps = bars.windows(2).map(|pair| (pair[1].0 - pair[0].0).abs());
        let half = 0.39 * gaps.fold(f64::INFINITY, f64::min).min(1e6);
        let half = if bars.len() < 2 { 0.39 } else { half };
        self.layer(name, number, Kind::Bars(bars.iter().map(|&(x, y)| (x - half, x + half, y)).collect()))
    }

    /// A histogram of the numbers, with `bins` equal bins. Numbers that are not finite are left out.
    pub fn histogram(self, name: &str, numbers: &[f64], bins: usize) -> Self {
        let number = self.series();
        self.layer(name, number, Kind::Bars(super::field::bins(numbers, bins)))
    }

    /// A dashed line across the chart at this y, with its name on it.
    pub fn level(self, y: f64, name: &str) -> Self {
        self.layer(name, 0, Kind::Level(y))
    }

    /// A point with its name beside it.
    pub fn mark(self, point: (f64, f64), name: &str, side: Side) -> Self {
        self.layer(name, 0, Kind::Mark(point, side))
    }

    /// A name beside a place that has another mark. The text for the terminal leaves it out.
    pub fn name(self, place: (f64, f64), name: &str, side: Side) -> Self {
        self.layer(name, 0, Kind::Name(place, side))
    }

    /// Colours behind everything: the height of `f` in steps, with a colour bar.
    pub fn contours(mut self, name: &str, f: impl Fn(f64, f64) -> f64 + 'a) -> Self {
        self.field = Some(Field::contours(name, Shades::Height, f));
        self
    }

    /// The heights at which one colour ends and the next begins; by default about ten round ones. The colours show the order of the heights, not
    /// their distances.
    pub fn levels(mut self, levels: &[f64]) -> Self {
        self.field = self.field.map(|field| field.with_levels(levels));
        self
    }

    /// Two colours behind everything: blue where `f` is at least `threshold`, orange where it is not.
    pub fn boundary(mut self, threshold: f64, f: impl Fn(f64, f64) -> f64 + 'a) -> Self {
        self.field = Some(Field::boundary(threshold, f));
        self
    }

    /// A part of the chart, drawn again and larger in one of the corners. The marks in this part are named there.
    pub fn inset(mut self, corner: Corner, x: (f64, f64), y: (f64, f64)) -> Self {
        self.inset = Some(Inset { corner, x, y });
        self
    }

    fn series(&self) -> usize {
        let counted = |layer: &&Layer| layer.is_series();
        self.layers.iter().filter(counted).count()
    }

    fn layer(mut self, name: &str, number: usize, kind: Kind) -> Self {
        self.layers.push(Layer { name: name.to_owned(), number, kind });
        self
    }
}

impl Inset {
    pub fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.x.0..=self.x.1).contains(&x) && (self.y.0..=self.y.1).contains(&y)
    }

    /// The part of the chart in the inset, as a chart.
    pub fn of<'a>(&self, chart: &Chart<'a>) -> Chart<'a> {
        let part = chart.clone().x_range(self.x.0, self.x.1).y_range(self.y.0, self.y.1).title("");
        Chart { inset: None, ..part }
    }
}

impl Layer {
    pub fn is_in_legend(&self) -> bool {
        !self.name.is_empty() && self.is_series()
    }

    /// Whether it has a colour of its own.
    fn is_series(&self) -> bool {
        match self.kind {
            Kind::Line(_) | Kind::Points(_) | Kind::Path(_) | Kind::Bars(_) => true,
            Kind::Band(_) | Kind::Level(_) | Kind::Mark(..) | Kind::Name(..) => false,
        }
    }

    /// The points it is made of.
    pub fn points(&self) -> Vec<(f64, f64)> {
        match &self.kind {
            Kind::Line(points) | Kind::Points(points) | Kind::Path(points) => points.clone(),
            Kind::Band(points) => points.iter().flat_map(|&(x, low, high)| [(x, low), (x, high)]).collect(),
            Kind::Bars(bars) => bars.iter().flat_map(|&(from, to, y)| [(from, y), (to, y)]).collect(),
            Kind::Mark(point, _) | Kind::Name(point, _) => vec![*point],
            Kind::Level(_) => Vec::new(),
        }
    }
}

impl Chart<'_> {
    /// The colour of a layer. On contours, which are blue, the first is not the blue one.
    pub(super) fn colour(&self, layer: &Layer) -> Colour {
        style::series(layer.number + usize::from(self.has_colour_bar()))
    }

    pub(super) fn has_colour_bar(&self) -> bool {
        self.field.as_ref().is_some_and(Field::has_contours)
    }

    /// The ranges of both axes, as places on them.
    pub(super) fn reach(&self) -> [(f64, f64); 2] {
        let points: Vec<(f64, f64)> = self.layers.iter().flat_map(Layer::points).collect();
        let levels = self.layers.iter().filter_map(|layer| match layer.kind {
            Kind::Level(y) => Some(y),
            _ => None,
        });
        let bars = self.layers.iter().any(|layer| matches!(layer.kind, Kind::Bars(_)));
        [
            self.x.reach(points.iter().map(|point| point.0), false),
            self.y.reach(points.iter().map(|point| point.1).chain(levels), bars),
        ]
    }
}
