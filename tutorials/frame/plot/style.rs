//! The one style of all plots. Colours are told apart by people who see no red or no green, and lines by their dashes as well, so
//! that a print in grey still tells them apart.

use kuva::plot::ColorMap;
use kuva::plot::LineStyle;

/// A colour on a light page, and what an SVG makes of it on a dark one.
#[derive(Clone, Copy)]
pub(super) struct Colour {
    pub light: &'static str,
    dark: &'static str,
}

const fn colour(light: &'static str, dark: &'static str) -> Colour {
    Colour { light, dark }
}

pub(super) const PAGE: Colour = colour("#ffffff", "#16181c");
pub(super) const INK: Colour = colour("#1e1f20", "#ececec");
pub(super) const AXIS: Colour = colour("#5c5e61", "#a9aeb6");
pub(super) const GRID: Colour = colour("#e3e4e6", "#2c3036");
/// The two sides of a decision.
pub(super) const SIDES: [Colour; 2] = [colour("#fbe3d3", "#4a2c1a"), colour("#d9e8f6", "#1d3550")];
const SERIES: [Colour; 6] = [
    colour("#0a5c9e", "#6cb2ee"),
    colour("#c44e08", "#f49a5c"),
    colour("#00795a", "#4fcfa5"),
    colour("#8e4390", "#d89bd9"),
    colour("#8a6a00", "#dfba52"),
    colour("#555657", "#b8b8b8"),
];

/// Narrower than the font that labels are measured with, so that they never take more room than they were given.
pub(super) const FONTS: &str = "Helvetica, Arial, DejaVu Sans, sans-serif";
pub(super) const TITLE: u32 = 15;
pub(super) const LABEL: u32 = 13;
pub(super) const TICK: u32 = 12;

/// The colour of the series with this number.
pub(super) fn series(number: usize) -> Colour {
    SERIES[number % SERIES.len()]
}

pub(super) fn dashes(number: usize) -> LineStyle {
    let dashes = ["", "8 5", "2 4", "10 4 2 4", "14 5", "5 4"][number % SERIES.len()];
    if dashes.is_empty() { LineStyle::Solid } else { LineStyle::Custom(dashes.to_owned()) }
}

/// What makes an SVG follow the reader's choice of a light or a dark page. Viewers that know no styles show the light one.
pub(super) fn dark_mode() -> String {
    let themed = [PAGE, INK, AXIS, GRID].into_iter().chain(SIDES).chain(SERIES);
    let rules: String = themed
        .map(|Colour { light, dark }| format!("[fill=\"{light}\"]{{fill:{dark}}}[stroke=\"{light}\"]{{stroke:{dark}}}"))
        .collect();
    format!("<style>@media (prefers-color-scheme:dark){{{rules}}}</style>")
}

/// What numbers become on a field of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shades {
    /// From pale to deep blue.
    Height,
    /// From paper to ink.
    Ink,
    /// Below zero red, above zero blue, zero pale: symmetric, so that colours tell the sign.
    Signed,
}

/// So many steps of colour: more than an eye tells apart, few enough that equal neighbours can be drawn as one.
pub(super) const STEPS: usize = 48;

impl Shades {
    /// The limits of the scale that shows these numbers.
    pub(super) fn limits(self, numbers: impl Iterator<Item = f64>) -> (f64, f64) {
        let (low, high) = super::scale::extent(numbers).unwrap_or((0.0, 1.0));
        match self {
            Shades::Height => (low, if high > low { high } else { low + 1.0 }),
            Shades::Ink => (low.min(0.0), if high > 0.0 { high } else { 1.0 }),
            Shades::Signed => match low.abs().max(high.abs()) {
                0.0 => (-1.0, 1.0),
                largest => (-largest, largest),
            },
        }
    }

    /// The colour of a number from 0, the lower limit, to 1, the upper one.
    pub(super) fn colour(self, share: f64) -> String {
        let share = (share.clamp(0.0, 1.0) * (STEPS - 1) as f64).round() / (STEPS - 1) as f64;
        match self {
            // The deepest quarter of the map would swallow the lines that are drawn over it.
            Shades::Height => ColorMap::Blues.map(0.04 + 0.7 * share),
            Shades::Ink => ColorMap::Grayscale.map(0.02 + 0.98 * share),
            Shades::Signed => ColorMap::RedBlue.map(0.08 + 0.84 * share),
        }
    }

    /// Whether ink on this colour is hard to read.
    pub(super) fn is_deep(self, share: f64) -> bool {
        match self {
            Shades::Height => share > 0.75,
            Shades::Ink => share > 0.5,
            Shades::Signed => (share - 0.5).abs() > 0.32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shade_of_a_field_changes_in_the_dark() {
        let rules = dark_mode();
        for shades in [Shades::Height, Shades::Ink, Shades::Signed] {
            for step in 0..STEPS {
                let colour = shades.colour(step as f64 / (STEPS - 1) as f64);
                assert!(
                    !rules.contains(&format!("\"{colour}\"")),
                    "{colour} of {shades:?} is a colour of the page too"
                );
            }
        }
    }

    #[test]
    fn zero_is_in_the_middle_of_signed_shades() {
        assert_eq!(Shades::Signed.limits([-1.0, 3.0].into_iter()), (-3.0, 3.0));
        assert_eq!(Shades::Signed.limits([0.0].into_iter()), (-1.0, 1.0));
    }
}
