//! A figure as SVG, without any other program: the layout is our own, and any viewer can show the texts.

use super::face::{Anchor, Face, Style, Text};
use super::fold::folded;
use super::html::escape;
use super::layout::{Area, Layout, Measure, Route, Spacing};
use super::metrics::{SMALLEST_TYPE, cut, width};
use super::options::{Direction, DrawOptions};
use super::picture::{Edge, Flow, Kind, Picture, PictureNode};
use super::style::style_sheet;
use crate::scalar::Scalar;
use crate::tape::Tape;

/// Distances in pixels.
pub(crate) const SPACING: Spacing =
    Spacing { column: 44, row: 22, hang: 26, margin: 12, header: 14, port: 16, pair: 8, longest: i64::MAX };
const LABEL: f64 = 11.0;
const SLOT: f64 = SMALLEST_TYPE;
const SCOPE: f64 = 11.0;
const NOTE: f64 = SMALLEST_TYPE;
const NOTE_LINE: i64 = 15;
/// Distance between columns if there is little room, in pixels.
const CLOSE: i64 = 30;
/// Maximum number of nodes for which more than one layout is tried.
const MOST_TRIED: usize = 150;
/// Maximum number of nodes. Their layout takes some seconds; twice as many would take four times as long.
const MOST_NODES: usize = 600;
const TITLE: f64 = 16.0;
/// Length of the head of an arrow, in pixels.
const HEAD: i64 = 7;
const MARGIN: i64 = 14;
const TITLE_HEIGHT: i64 = 30;

impl<F: Scalar> Tape<F> {
    /// A figure of the tape as SVG, for a web page or a document. It needs no other program, and the same tape gives the same bytes.
    ///
    /// Values flow along red edges, gradients along dashed blue ones; scopes are boxes. Hovering over a node shows its formula and the line
    /// of the program that recorded it. A figure of more than [`DrawOptions::max_nodes`] nodes shows scopes as single nodes.
    ///
    /// ```
    /// use gradus::draw::DrawOptions;
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (w, x) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"));
    /// (w * x).sigmoid().named("y").backward();
    /// let svg = tape.to_svg(&DrawOptions::new().title("A neuron"));
    /// assert!(svg.starts_with("<svg") && svg.contains("0.3932")); // the gradient, written beside the value of w
    /// ```
    pub fn to_svg(&self, options: &DrawOptions) -> String {
        Picture::of(self, options).to_svg(options)
    }
}

impl Picture {
    /// The figure as SVG.
    pub fn to_svg(&self, options: &DrawOptions) -> String {
        if self.nodes.len() > MOST_NODES || self.clusters.len() > MOST_NODES {
            return folded(self.clone(), MOST_NODES).to_svg(options);
        }
        let picture = self.clone().with_stubs();
        document(&picture, &laid_out(&picture, options), options)
    }
}

/// The layout, no wider than allowed: in rows; if the scopes are too wide for that, with less room between the columns; if it is still too wide, from
/// top to bottom.
fn laid_out(picture: &Picture, options: &DrawOptions) -> Layout {
    let spacing = Spacing { longest: i64::from(options.max_width) - 2 * MARGIN, ..SPACING };
    let layout = |direction, column| Layout::of(picture, direction, &Spacing { column, ..spacing }, &Pixels);
    let in_rows = layout(options.direction, SPACING.column);
    let is_large = picture.nodes.len() > MOST_TRIED;
    if options.direction == Direction::TopToBottom || in_rows.width <= spacing.longest || is_large {
        return in_rows;
    }
    let close = layout(Direction::LeftToRight, CLOSE);
    if close.width <= spacing.longest {
        return close;
    }
    let downwards = layout(Direction::TopToBottom, SPACING.column);
    if downwards.width < close.width { downwards } else { close }
}

/// Texts in pixels.
pub(crate) struct Pixels;

impl Measure for Pixels {
    fn node(&self, node: &PictureNode) -> [i64; 2] {
        let Face { width, height, .. } = Face::of(node);
        [width, height]
    }

    fn label(&self, text: &str) -> [i64; 2] {
        [width(text, LABEL, false).ceil() as i64, 13]
    }
}

/// A figure with its frame: title, background, style sheet, and the note on what it leaves out.
fn document(picture: &Picture, layout: &Layout, options: &DrawOptions) -> String {
    let note: Vec<&str> = picture.note.lines().collect();
    let widest_note = note.iter().map(|line| width(line, NOTE, false) as i64 + 1).max().unwrap_or(0);
    let shown_title =
        cut(&picture.title, TITLE, true, layout.width.max(i64::from(options.max_width) - 2 * MARGIN) as f64);
    let (title, shown_title) = (escape(&picture.title), escape(&shown_title));
    let title_height = if title.is_empty() { 0 } else { TITLE_HEIGHT };
    let inner = layout.width.max(width(&shown_title, TITLE, true) as i64 + 1).max(widest_note);
    let note_top = layout.height + title_height + 2 * MARGIN;
    let (width, height) = (inner + 2 * MARGIN, note_top + NOTE_LINE * note.len() as i64);
    let label = if title.is_empty() { String::new() } else { format!(" aria-label=\"{title}\"") };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"gradus\" role=\"img\"{label} width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n"
    );
    svg += &format!("<style>{}</style>\n", style_sheet(options.theme));
    svg += &format!("<rect class=\"background\" width=\"{width}\" height=\"{height}\"/>\n");
    if title_height > 0 {
        let (x, y) = (width / 2, MARGIN + 14);
        svg += &format!(
            "<text class=\"bold\" x=\"{x}\" y=\"{y}\" font-size=\"{TITLE}\" text-anchor=\"middle\">{shown_title}</text>\n"
        );
    }
    for (row, line) in note.iter().enumerate() {
        let (y, line) = (note_top + NOTE_LINE * row as i64, escape(line));
        svg += &format!("<text class=\"faint\" x=\"{MARGIN}\" y=\"{y}\" font-size=\"{NOTE}\">{line}</text>\n");
    }
    let left = MARGIN + (inner - layout.width) / 2;
    svg += &format!("<g transform=\"translate({left} {})\">\n", MARGIN + title_height);
    draw(&mut svg, picture, layout);
    svg + "</g>\n</svg>\n"
}

/// The scopes, edges and nodes.
pub(super) fn draw(svg: &mut String, picture: &Picture, layout: &Layout) {
    let depths = picture.depths();
    for (index, area) in layout.clusters.iter().enumerate() {
        *svg += &format!("<g class=\"scope shade{}\" data-scope=\"{index}\">", depths[index] % 2);
        *svg += &format!("<rect {} rx=\"9\"/></g>\n", sides(*area));
    }
    for (index, (edge, route)) in picture.edges.iter().zip(&layout.edges).enumerate() {
        draw_edge(svg, index, edge, route);
    }
    for (cluster, area) in picture.clusters.iter().zip(&layout.clusters) {
        let name = escape(&cut(&cluster.name, SCOPE, true, (area.width - 18) as f64));
        let (x, y) = (area.x + 9, area.y + 16);
        *svg += &format!("<text class=\"bold halo\" x=\"{x}\" y=\"{y}\" font-size=\"{SCOPE}\">{name}</text>\n");
    }
    for (node, area) in picture.nodes.iter().zip(&layout.nodes) {
        draw_node(svg, node, *area);
    }
}

fn draw_edge(svg: &mut String, index: usize, edge: &Edge, route: &Route) {
    let class = match edge.flow {
        Flow::Forward => "forward",
        Flow::Backward => "backward",
        Flow::Lookup => "lookup",
    };
    let (from, to) = (edge.from.index(), edge.to.index());
    *svg += &format!("<g class=\"edge {class}\" data-edge=\"{index}\" data-from=\"{from}\" data-to=\"{to}\">");
    // Edges that run together are drawn from the same end: otherwise the dashes of one would fill the gaps of another.
    let starts_at_end = edge.from > edge.to;
    *svg += &format!("<path class=\"line\" d=\"{}\"/>", line(&route.points, starts_at_end));
    *svg += &format!("<path class=\"head\" d=\"{}\"/>", arrow_head(&route.points));
    let mut text = |class: &str, [x, y]: [i64; 2], size: f64, text: &str| {
        if !text.is_empty() {
            let (y, text) = (y as f64 + size * 0.35, escape(text));
            let (y, size) = (short(y), short(size));
            *svg += &format!(
                "<text class=\"{class} halo\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"middle\">{text}</text>"
            );
        }
    };
    text("gradient", route.label, LABEL, &edge.label);
    text("faint", route.slot_name, SLOT, &edge.slot_name);
    *svg += "</g>\n";
}

/// The line of an edge, up to the head of its arrow.
pub(crate) fn line(points: &[[i64; 2]], starts_at_end: bool) -> String {
    let mut points = points.to_vec();
    let Some(last) = points.len().checked_sub(1).filter(|&last| last > 0) else { return String::new() };
    let [dx, dy] = direction(&points);
    points[last] = [points[last][0] - dx * (HEAD - 1), points[last][1] - dy * (HEAD - 1)];
    if starts_at_end {
        points.reverse();
    }
    let mut path = format!("M{} {}", points[0][0], points[0][1]);
    for curve in points[1..].chunks(3) {
        let written: Vec<String> = curve.iter().map(|[x, y]| format!("{x} {y}")).collect();
        path += &format!("C{}", written.join(" "));
    }
    path
}

/// The head of an arrow that ends where the points end.
pub(crate) fn arrow_head(points: &[[i64; 2]]) -> String {
    let Some(&[x, y]) = points.last() else { return String::new() };
    let [dx, dy] = direction(points);
    let (back, side) = ([x - dx * HEAD, y - dy * HEAD], [dy * 3, dx * 3]);
    format!("M{x} {y}L{} {}L{} {}z", back[0] + side[0], back[1] + side[1], back[0] - side[0], back[1] - side[1])
}

/// The direction, along an axis, in which an edge arrives at its end: from the last point that differs from the end.
fn direction(points: &[[i64; 2]]) -> [i64; 2] {
    let Some(&[x, y]) = points.last() else { return [0, 0] };
    let elsewhere = points.iter().rev().find(|point| **point != [x, y]);
    let [dx, dy] = elsewhere.map_or([0, 0], |&[from_x, from_y]| [x - from_x, y - from_y]);
    if dx.abs() >= dy.abs() { [dx.signum(), 0] } else { [0, dy.signum()] }
}

fn draw_node(svg: &mut String, node: &PictureNode, area: Area) {
    let class = match node.kind {
        Kind::Const => "const",
        Kind::Input => "input",
        Kind::Var => "var",
        Kind::Param => "param",
        Kind::Seed => "seed",
        Kind::Gradient => "cut",
        Kind::Op => "op",
        Kind::Scope => "folded",
        Kind::Stub => "stub",
    };
    let pass = if node.pass == 0 {
        ""
    } else if node.pass == 1 {
        " pass1"
    } else {
        " pass2"
    };
    let loss = if node.is_loss { " loss" } else { "" };
    let details = escape(&node.details.join("\n"));
    *svg +=
        &format!("<g class=\"node {class}{pass}{loss}\" data-node=\"{}\"><title>{details}</title>", node.index.index());
    let corner = match node.kind {
        Kind::Input | Kind::Const | Kind::Stub => 0,
        Kind::Var | Kind::Param | Kind::Seed => (area.height / 2).min(17),
        Kind::Op | Kind::Gradient | Kind::Scope => 6,
    };
    *svg += &format!("<rect {} rx=\"{corner}\"/>", sides(area));
    if node.is_loss {
        *svg += &format!("<rect class=\"outer\" {} rx=\"{}\"/>", sides(area.grown(3)), corner + 3);
    }
    let face = Face::of(node);
    // A node with many edges can be higher than its texts.
    let [middle, top] = [area.x + area.width / 2, area.y + (area.height - face.height) / 2];
    for Text { x, baseline, size, style, anchor, text } in face.texts {
        let (x, y, size) = (short(middle as f64 + x), short(top as f64 + baseline), short(size));
        let class = match style {
            Style::Plain => "",
            Style::Bold => " class=\"bold\"",
            Style::Faint => " class=\"faint\"",
            Style::Gradient => " class=\"gradient\"",
        };
        let anchor = if anchor == Anchor::End { " text-anchor=\"end\"" } else { "" };
        *svg += &format!("<text{class} x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}>{}</text>", escape(&text));
    }
    *svg += "</g>\n";
}

fn sides(Area { x, y, width, height }: Area) -> String {
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

/// A coordinate to a tenth of a pixel.
fn short(x: f64) -> String {
    let x = (x * 10.0).round() / 10.0;
    format!("{x}")
}
