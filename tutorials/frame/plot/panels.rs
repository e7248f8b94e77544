//! Several figures in one, row by row.

use super::Figure;
use super::drawing::{Anchor, Drawing};
use super::style::{INK, LABEL, TITLE};
use super::text::{side_by_side, titled};

/// Figures side by side.
pub struct Panels<'a> {
    title: String,
    key: String,
    columns: usize,
    figures: Vec<Box<dyn Figure + 'a>>,
}

impl<'a> Panels<'a> {
    /// An empty page of so many columns.
    pub fn new(columns: usize) -> Self {
        Panels { title: String::new(), key: String::new(), columns: columns.max(1), figures: Vec::new() }
    }

    /// What colours and markers mean in all of them: a line below the title, not printed with the text, whose characters differ.
    pub fn key(mut self, key: &str) -> Self {
        self.key = key.to_owned();
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

impl Figure for Panels<'_> {
    fn text(&self) -> String {
        let texts: Vec<String> = self.figures.iter().map(|figure| figure.text()).collect();
        titled(&self.title, side_by_side(&texts, self.columns))
    }

    fn draw(&self) -> Drawing {
        let drawings: Vec<Drawing> = self.figures.iter().map(|figure| figure.draw()).collect();
        let largest =
            |pick: fn((f64, f64)) -> f64| drawings.iter().map(|drawing| pick(drawing.size())).fold(1.0, f64::max);
        let (width, height) = (largest(|size| size.0), largest(|size| size.1));
        let columns = self.columns.min(drawings.len().max(1));
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
