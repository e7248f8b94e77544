//! A drawn figure: shapes on a page, to be written as SVG or PNG. Only this file, `axes` and `style` use the drawing crate.

use super::style::{self, Colour, FONTS, INK, PAGE};
use crate::{Error, Result};
use kuva::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene};

pub(super) use kuva::render::render::TextAnchor as Anchor;

/// A drawn figure.
pub struct Drawing {
    pub(super) scene: Scene,
    name: String,
}

/// Pixels of a PNG per unit of the page: twice as many as on a screen, for print.
const PIXELS: f32 = 2.0;

impl Drawing {
    /// An empty page; `name` is the description for readers who cannot see it.
    pub(super) fn new(width: f64, height: f64, name: &str) -> Self {
        Drawing::of(Scene::new(width, height), name)
    }

    /// A page with these contents.
    pub(super) fn of(mut scene: Scene, name: &str) -> Self {
        scene.background_color = Some(PAGE.light.to_owned());
        scene.text_color = Some(INK.light.to_owned());
        scene.font_family = Some(FONTS.to_owned());
        Drawing { scene, name: name.to_owned() }
    }

    pub(super) fn size(&self) -> (f64, f64) {
        (self.scene.width, self.scene.height)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The figure as SVG. The same figure gives the same bytes. It is dark if the reader's page is.
    pub fn svg(&self) -> String {
        let (width, height) = self.size();
        let opening =
            format!("<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\" ", escape(&self.name));
        let svg = SvgBackend::new().render_scene(&self.scene).replacen("<svg ", &opening, 1);
        let page = "<rect width=\"100%\"";
        own_clip_names(svg.replacen(page, &format!("{}{page}", style::dark_mode()), 1))
    }

    /// The figure as PNG, for print: on a light page.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>> {
        let png = RasterBackend::new().with_scale(PIXELS).render_scene(&self.scene);
        png.map_err(|error| Error::new(format!("cannot draw {}: {error}", self.name)))
    }

    /// Draws another figure at a place of this one.
    pub(super) fn nest(&mut self, (x, y): (f64, f64), other: Drawing) {
        self.group(Some(format!("translate({x:.2},{y:.2})")), None, |page| {
            page.scene.elements.extend(other.scene.elements);
            page.scene.defs.extend(other.scene.defs);
        });
    }

    fn group(&mut self, transform: Option<String>, attributes: Option<&str>, draw: impl FnOnce(&mut Self)) {
        let extra_attrs = attributes.map(str::to_owned);
        self.scene.add(Primitive::GroupStart { transform, title: None, extra_attrs });
        draw(self);
        self.scene.add(Primitive::GroupEnd);
    }

    /// Text with its middle, start or end at `x`, and its middle line at `y`.
    pub(super) fn text(&mut self, (x, y): (f64, f64), text: &str, size: u32, anchor: Anchor, colour: &str) {
        let (y, color) = (y + 0.36 * size as f64, Some(Color::from(colour)));
        self.scene.add(Primitive::Text { x, y, content: clean(text), size, anchor, rotate: None, bold: false, color });
    }

    pub(super) fn rectangle(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str, opacity: f64) {
        let (fill, opacity) = (Color::from(fill), (opacity < 1.0).then_some(opacity));
        self.scene.add(Primitive::Rect { x, y, width, height, fill, stroke: None, stroke_width: None, opacity });
    }

    pub(super) fn frame(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), stroke: Colour, thick: f64) {
        let (fill, stroke, stroke_width) = (Color::None, Some(Color::from(stroke.light)), Some(thick));
        self.scene.add(Primitive::Rect { x, y, width, height, fill, stroke, stroke_width, opacity: None });
    }

    pub(super) fn line(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        stroke: Colour,
        thick: f64,
        dashes: Option<String>,
    ) {
        self.scene.add(Primitive::Line {
            x1: from.0,
            y1: from.1,
            x2: to.0,
            y2: to.1,
            stroke: Color::from(stroke.light),
            stroke_width: thick,
            stroke_dasharray: dashes,
        });
    }

    pub(super) fn circle(&mut self, (cx, cy): (f64, f64), r: f64, fill: Colour, edge: Colour) {
        let (fill, stroke) = (Color::from(fill.light), Some(Color::from(edge.light)));
        self.scene.add(Primitive::Circle { cx, cy, r, fill, fill_opacity: None, stroke, stroke_width: Some(1.2) });
    }

    /// The marker of the series with this number, `r` units from its middle to its edge.
    pub(super) fn marker(&mut self, number: usize, colour: Colour, (x, y): (f64, f64), r: f64) {
        let path = |corners: &[(f64, f64)]| {
            let corners: Vec<String> =
                corners.iter().map(|(dx, dy)| format!("{} {}", short(x + dx * r), short(y + dy * r))).collect();
            format!("M{}z", corners.join("L"))
        };
        let path = match number % 4 {
            0 => return self.circle((x, y), r, colour, PAGE),
            1 => path(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            2 => path(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
            _ => path(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
        };
        self.path(path, Some(Color::from(colour.light)), Color::from(PAGE.light), 1.2);
    }

    /// The same, as small as possible while it can still be told from others: for the places of a path.
    pub(super) fn small_marker(&mut self, number: usize, colour: Colour, at: (f64, f64)) {
        if number.is_multiple_of(4) {
            self.circle(at, 2.0, colour, colour)
        } else {
            self.marker(number, colour, at, 3.6)
        }
    }

    /// An area in SVG's path language.
    pub(super) fn area(&mut self, path: String, fill: &str) {
        self.path(path, Some(Color::from(fill)), Color::None, 0.0);
    }

    /// A line in SVG's path language.
    pub(super) fn outline(&mut self, path: String, stroke: &str, thick: f64) {
        self.path(path, None, Color::from(stroke), thick);
    }

    fn path(&mut self, d: String, fill: Option<Color>, stroke: Color, stroke_width: f64) {
        let path = PathData { d, fill, stroke, stroke_width, opacity: None, stroke_dasharray: None };
        self.scene.add(Primitive::Path(Box::new(path)));
    }

    /// Rows of square cells, each of a colour. Equal neighbours become one shape and equal colours one path, so that a picture of
    /// 784 cells takes a few kilobytes; edges are crisp, or pale seams would show between the cells.
    pub(super) fn cells(&mut self, (x, y): (f64, f64), side: (f64, f64), rows: &[Vec<String>]) {
        let mut paths: Vec<(&str, String)> = Vec::new();
        for (row, colours) in rows.iter().enumerate() {
            for run in colours.chunk_by(|a, b| a == b).scan(0, |column, run| {
                let start = *column;
                *column += run.len();
                Some((start, run))
            }) {
                let (start, run) = run;
                let at = paths.iter().position(|(colour, _)| *colour == run[0]).unwrap_or_else(|| {
                    paths.push((&run[0], String::new()));
                    paths.len() - 1
                });
                let (left, top) = (short(x + start as f64 * side.0), short(y + row as f64 * side.1));
                let (width, height) = (short(run.len() as f64 * side.0), short(side.1));
                paths[at].1 += &format!("M{left} {top}h{width}v{height}h-{width}z");
            }
        }
        self.group(None, Some("shape-rendering=\"crispEdges\""), |page| {
            paths.into_iter().for_each(|(colour, path)| page.area(path, colour));
        });
    }
}

/// A coordinate, rounded to a hundredth of a unit, in as few characters as possible.
pub(super) fn short(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text without characters that a picture cannot show. The drawing crate would read text between dollar signs as mathematics, so they are
/// escaped.
pub(super) fn clean(text: &str) -> String {
    text.replace(char::is_control, " ").replace('$', "\\$")
}

fn escape(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Renumbers the clip paths of the figure: the drawing crate counts them over the whole program, and a figure must not depend on earlier
/// ones.
fn own_clip_names(svg: String) -> String {
    const THEIRS: &str = "kuva-clip-";
    let mut pieces = svg.split(THEIRS);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    let mut known: Vec<&str> = Vec::new();
    for piece in pieces {
        let digits = piece.find(|character: char| !character.is_ascii_digit()).unwrap_or(piece.len());
        let (theirs, rest) = piece.split_at(digits);
        let ours = known.iter().position(|name| *name == theirs).unwrap_or_else(|| {
            known.push(theirs);
            known.len() - 1
        });
        text += &format!("clip{ours}{rest}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clip_paths_are_numbered_within_the_figure() {
        let svg = "<a id=\"kuva-clip-17\"/><a id=\"kuva-clip-4\"/><g clip=\"#kuva-clip-17\">".to_owned();
        assert_eq!(own_clip_names(svg), "<a id=\"clip0\"/><a id=\"clip1\"/><g clip=\"#clip0\">");
    }

    #[test]
    fn neighbours_of_a_colour_are_one_shape() {
        let mut page = Drawing::new(40.0, 20.0, "cells");
        page.cells((0.0, 0.0), (10.0, 10.0), &[["#111111", "#111111", "#222222"].map(str::to_owned).to_vec()]);
        let svg = page.svg();
        assert!(svg.contains("d=\"M0 0h20v10h-20z\""), "{svg}");
        assert_eq!(svg.matches("<path").count(), 2);
    }
}
