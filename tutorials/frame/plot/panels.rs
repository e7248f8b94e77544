//! Several figures in one, row by row.

use super::Figure;
use super::drawing::{Anchor, Drawing};
use super::style::{COLUMN, INK, LABEL, TITLE};
use super::text::{side_by_side, titled};
use crate::output::room;

/// Figures side by side.
#[must_use = "a figure is seen only where it is written"]
pub struct Panels<'a> {
    title: String,
    key: String,
    columns: usize,
    figures: Vec<Box<dyn Figure + 'a>>,
}

impl<'a> Panels<'a> {
    /// An empty page with this number of columns.
    pub fn new(columns: usize) -> Self {
        Panels { title: String::new(), key: String::new(), columns: columns.max(1), figures: Vec::new() }
    }

    /// The meaning of colours and markers in all panels: a line below the title. It is not printed with the text, which has other characters.
    pub fn key(mut self, key: &str) -> Self {
        // An SVG shows a row of spaces as one.
        let parts: Vec<&str> = key.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect();
        self.key = parts.join(" · ");
        self
    }

    /// A title above all of them.
    pub fn title(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }

    /// Adds a figure at the next free place.
    pub fn panel(mut self, figure: impl Figure + 'a) -> Self {
        self.figures.push(Box::new(figure));
        self
    }
}

impl Panels<'_> {
    /// The number of columns (as requested, or fewer if there is no room); and the figures, each drawn to fit in one.
    fn fitting(&self) -> (usize, Vec<Drawing>) {
        let mut columns = self.columns.min(self.figures.len().max(1));
        loop {
            let room = COLUMN / columns as f64;
            let drawings: Vec<Drawing> = self.figures.iter().map(|figure| figure.draw_within(room)).collect();
            if columns == 1 || drawings.iter().all(|drawing| drawing.size().0 <= room) {
                return (columns, drawings);
            }
            columns -= 1;
        }
    }
}

impl Figure for Panels<'_> {
    fn text(&self) -> String {
        let texts: Vec<String> = self.figures.iter().map(|figure| figure.text()).collect();
        titled(&self.title, side_by_side(&texts, self.columns, room()))
    }

    fn draw(&self) -> Drawing {
        let (columns, drawings) = self.fitting();
        let largest =
            |pick: fn((f64, f64)) -> f64| drawings.iter().map(|drawing| pick(drawing.size())).fold(1.0, f64::max);
        let (width, height) = (largest(|size| size.0), largest(|size| size.1));
        let rows = drawings.len().div_ceil(columns).max(1);
        let names: Vec<&str> = std::iter::once(&self.title[..])
            .chain(drawings.iter().map(Drawing::name))
            .filter(|name| !name.is_empty())
            .collect();
        let top = if self.title.is_empty() { 0.0 } else { 30.0 } + if self.key.is_empty() { 0.0 } else { 22.0 };
        let mut page = Drawing::new(width * columns as f64, top + height * rows as f64, &names.join("; "));
        page.text((width * columns as f64 / 2.0, 18.0), &self.title, TITLE, Anchor::Middle, INK.light);
        page.text((width * columns as f64 / 2.0, top - 10.0), &self.key, LABEL, Anchor::Middle, INK.light);
        for (i, drawing) in drawings.into_iter().enumerate() {
            page.nest(((i % columns) as f64 * width, top + (i / columns) as f64 * height), drawing);
        }
        page
    }
}
