//! A grid of small pictures: digits, weights, feature maps.

use super::Figure;
use super::draw::text_width;
use super::drawing::{Anchor, Drawing};
use super::style::{AXIS, COLUMN, INK, Shades, TICK, TITLE};
use super::text::{side_by_side, titled};
use crate::output::room;
use ndarray::{Array2, ArrayView2};

/// Pictures in rows, each with a caption.
#[must_use = "a figure is seen only where it is written"]
#[derive(Clone)]
pub struct Images {
    title: String,
    columns: usize,
    shades: Shades,
    together: bool,
    images: Vec<(String, Array2<f64>)>,
}

impl Images {
    /// An empty grid with this number of columns; numbers are drawn as ink on paper.
    pub fn new(columns: usize) -> Self {
        Images {
            title: String::new(),
            columns: columns.max(1),
            shades: Shades::Ink,
            together: false,
            images: Vec::new(),
        }
    }

    /// A title, above.
    pub fn title(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }

    /// The colours of numbers: `Shades::Signed` for weights.
    pub fn shades(mut self, shades: Shades) -> Self {
        self.shades = shades;
        self
    }

    /// One scale for all pictures; without it each has its own, from its faintest to its strongest number.
    pub fn one_scale(mut self) -> Self {
        self.together = true;
        self
    }

    /// Adds a picture.
    pub fn image<F: Copy + Into<f64>>(mut self, caption: &str, pixels: ArrayView2<F>) -> Self {
        self.images.push((caption.to_owned(), pixels.mapv(Into::into)));
        self
    }

    fn limits(&self, image: &Array2<f64>) -> (f64, f64) {
        if self.together {
            self.shades.limits(self.images.iter().flat_map(|(_, image)| image.iter().copied()))
        } else {
            self.shades.limits(image.iter().copied())
        }
    }
}

/// Maximum number of characters of a line of text.
const PAGE_WIDTH: usize = 100;
/// Width of a picture, in units of the page.
const WIDTH: f64 = 78.0;
const GAP: f64 = 12.0;

impl Figure for Images {
    /// A line for every second row of pixels, because a character is twice as high as it is wide.
    fn text(&self) -> String {
        let ramp: Vec<char> = " .:-=+*#%@".chars().collect();
        let picture = |(caption, image): &(String, Array2<f64>)| {
            let (low, high) = self.limits(image);
            let shade =
                |x: &f64| ramp[(((x - low) / (high - low)).clamp(0.0, 1.0) * (ramp.len() - 1) as f64).round() as usize];
            let rows =
                image.outer_iter().step_by(2).map(|row| format!("  {}", row.iter().map(shade).collect::<String>()));
            [format!("  {caption}")].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
        };
        let pictures: Vec<String> = self.images.iter().map(picture).collect();
        let widest = self.images.iter().map(|(_, image)| image.ncols() + 4).max().unwrap_or(1);
        titled(&self.title, side_by_side(&pictures, self.columns.min(PAGE_WIDTH / widest), room()))
    }

    fn draw(&self) -> Drawing {
        let widest =
            self.images.iter().map(|(caption, _)| text_width(caption.chars().count(), TICK)).fold(WIDTH, f64::max);
        let pitch = widest + GAP;
        let columns = self.columns.min(self.images.len()).min(((COLUMN - GAP) / pitch) as usize).max(1);
        let rows = self.images.len().div_ceil(columns);
        let tallest = self.images.iter().map(|(_, image)| height(image)).fold(0.0, f64::max);
        let caption = if self.images.iter().all(|(caption, _)| caption.is_empty()) { 0.0 } else { 18.0 };
        let top = if self.title.is_empty() { 12.0 } else { 40.0 };
        let page_width = columns as f64 * pitch + GAP;
        let mut page = Drawing::new(page_width, top + rows as f64 * (tallest + caption + GAP), &self.title);
        page.text((page_width / 2.0, 18.0), &self.title, TITLE, Anchor::Middle, INK.light);
        for (i, (name, image)) in self.images.iter().enumerate() {
            let (column, row) = (i % columns, i / columns);
            let at =
                (GAP + column as f64 * pitch + (widest - WIDTH) / 2.0, top + row as f64 * (tallest + caption + GAP));
            let (low, high) = self.limits(image);
            let colour = |x: &f64| self.shades.colour((x - low) / (high - low));
            let cells: Vec<Vec<String>> = image.outer_iter().map(|row| row.iter().map(colour).collect()).collect();
            let side = WIDTH / image.ncols().max(1) as f64;
            page.cells(at, (side, side), &cells);
            page.frame(at, (WIDTH, height(image)), AXIS, 0.6);
            page.text((at.0 + WIDTH / 2.0, at.1 + tallest + 10.0), name, TICK, Anchor::Middle, INK.light);
        }
        page
    }
}

fn height(image: &Array2<f64>) -> f64 {
    WIDTH * image.nrows() as f64 / image.ncols().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_picture_is_printed_with_half_its_rows() {
        let image = array![[0.0, 1.0], [0.0, 0.0], [0.5, 0.0]];
        assert_eq!(Images::new(1).image("a", image.view()).text(), "  a\n   @\n  +");
    }
}
