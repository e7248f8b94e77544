//! Plots in one style, as SVG and PNG, and as text where that reads well. A figure is built by the chapter, and handed to `Run::plot`.
//!
//! The idea to know: a figure says what to show; how it looks is decided once, here.

mod axes;
mod chart;
mod draw;
mod drawing;
mod field;
mod images;
mod ink;
mod legend;
mod matrix;
mod panels;
mod scale;
mod style;
mod text;

pub use chart::{Chart, Corner, Side};
pub use drawing::Drawing;
pub use images::Images;
pub use matrix::Matrix;
pub use panels::Panels;
pub use style::Shades;
pub(crate) use text::side_by_side;

/// Something that can be drawn, and printed.
pub trait Figure {
    /// Draws it.
    fn draw(&self) -> Drawing;

    /// Draws it no wider than that, if possible.
    fn draw_within(&self, _width: f64) -> Drawing {
        self.draw()
    }

    /// The figure as text for a terminal, without colours, under its title.
    fn text(&self) -> String;
}
