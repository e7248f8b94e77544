//! The figure of a fully connected network that every textbook begins with: a column of units for each layer, a line for each weight. A large layer
//! shows only its first and last units.

use super::html::escape;
use super::options::Theme;
use super::style::style_sheet;
use super::text::printable;
use std::fmt::Write;

/// The layers of a fully connected network, as a figure.
///
/// ```
/// use gradus::draw::Architecture;
/// let svg = Architecture::new(&[784, 100, 20, 10]).title("The network of chapter 15").to_svg();
/// assert!(svg.contains("784 units") && svg.contains("784 × 100"));
/// ```
#[must_use = "a figure is seen only where it is written"]
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    sizes: Vec<usize>,
    captions: Vec<String>,
    title: String,
    theme: Theme,
}

/// Maximum number of units of a layer that shows all of them.
const ALL_UP_TO: usize = 10;
/// Number of units of a larger layer above and below the dots.
const FIRST_AND_LAST: [usize; 2] = [5, 3];
const RADIUS: i64 = 9;
const PITCH: i64 = 26;
const COLUMN: i64 = 170;
const MARGIN: i64 = 60;
const ABOVE: i64 = 30;
const BELOW: i64 = 62;

impl Architecture {
    /// A network with these numbers of units, the inputs first.
    pub fn new(sizes: &[usize]) -> Self {
        let name = |layer: usize| match layer {
            0 => "input".to_owned(),
            layer if layer + 1 == sizes.len() => "output".to_owned(),
            layer => format!("hidden {layer}"),
        };
        Architecture {
            sizes: sizes.to_vec(),
            captions: (0..sizes.len()).map(name).collect(),
            title: String::new(),
            theme: Theme::Light,
        }
    }

    /// The texts below the layers, instead of "input", "hidden 1", ..., "output".
    pub fn captions<C: Into<String>>(mut self, captions: impl IntoIterator<Item = C>) -> Self {
        self.captions.iter_mut().zip(captions).for_each(|(old, new)| *old = printable(&new.into()));
        self
    }

    /// A heading above the figure.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = printable(&title.into());
        self
    }

    /// Light, dark, or following the reader's screen. Light by default.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// The figure.
    pub fn to_svg(&self) -> String {
        let columns: Vec<Column> = self.sizes.iter().map(|&size| Column::of(size)).collect();
        let tallest = columns.iter().map(|column| column.height).max().unwrap_or(0);
        let heading = if self.title.is_empty() { 0 } else { 34 };
        let [width, height] =
            [2 * MARGIN + COLUMN * (columns.len().saturating_sub(1)) as i64, heading + ABOVE + tallest + BELOW];
        let middle = heading + ABOVE + tallest / 2;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"gradus\" role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<style>{}</style>\n<rect class=\"background\" width=\"{width}\" height=\"{height}\"/>\n",
            style_sheet(self.theme)
        );
        let text = |svg: &mut String, class: &str, [x, y]: [i64; 2], size: u32, text: &str| {
            let text = escape(text);
            // Writing to a String cannot fail.
            let _ = writeln!(
                svg,
                "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"middle\">{text}</text>"
            );
        };
        text(&mut svg, "bold", [width / 2, 24], 16, &self.title);
        let x = |layer: usize| MARGIN + COLUMN * layer as i64;
        for layer in 1..columns.len() {
            weights(&mut svg, [x(layer - 1), x(layer)], middle, &columns[layer - 1..=layer]);
            let [inputs, outputs] = [self.sizes[layer - 1], self.sizes[layer]];
            text(
                &mut svg,
                "faint",
                [x(layer) - COLUMN / 2, heading + ABOVE - 12],
                11,
                &format!("W{layer}: {inputs} × {outputs}, b{layer}: {outputs}"),
            );
        }
        for (layer, column) in columns.iter().enumerate() {
            let class = if layer == 0 { "input" } else { "op" };
            for unit in &column.units {
                svg += &format!(
                    "<g class=\"node {class}\"><circle cx=\"{}\" cy=\"{}\" r=\"{RADIUS}\"/></g>\n",
                    x(layer),
                    middle + unit
                );
            }
            for dot in &column.dots {
                svg += &format!("<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"1.8\"/>\n", x(layer), middle + dot);
            }
            let below = heading + ABOVE + tallest;
            text(&mut svg, "bold", [x(layer), below + 28], 12, &self.captions[layer]);
            text(&mut svg, "", [x(layer), below + 44], 11, &units(self.sizes[layer]));
        }
        svg + "</svg>\n"
    }
}

fn units(count: usize) -> String {
    format!("{count} unit{}", if count == 1 { "" } else { "s" })
}

/// The units of a layer that are shown, by their distances from the middle.
struct Column {
    units: Vec<i64>,
    dots: Vec<i64>,
    height: i64,
}

impl Column {
    fn of(size: usize) -> Column {
        let is_whole = size <= ALL_UP_TO;
        let [first, last] = if is_whole { [size, 0] } else { FIRST_AND_LAST };
        // The dots take the place of two units.
        let rows = (first + last + if is_whole { 0 } else { 2 }) as i64;
        let height = |row: i64| row * PITCH - (rows - 1) * PITCH / 2;
        let mut units: Vec<i64> = (0..first as i64).map(height).collect();
        units.extend((rows - last as i64..rows).map(height));
        let between = height(first as i64) + PITCH / 2;
        let dots = if is_whole { vec![] } else { vec![between - 9, between, between + 9] };
        Column { units, dots, height: (rows - 1) * PITCH + 2 * RADIUS }
    }
}

/// A line from every unit to every unit of the next layer.
fn weights(svg: &mut String, [from, to]: [i64; 2], middle: i64, columns: &[Column]) {
    *svg += "<path class=\"weights\" d=\"";
    for unit in &columns[0].units {
        for next in &columns[1].units {
            let _ = write!(svg, "M{from} {}L{to} {}", middle + unit, middle + next);
        }
    }
    *svg += "\"/>\n";
}
