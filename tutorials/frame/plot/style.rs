//! The one style of all plots. Colour-blind readers can tell the colours apart. Lines also differ in their dashes, so that they can be told apart in
//! grey.

use kuva::plot::ColorMap;
use kuva::plot::LineStyle;

/// A colour on a light page, and its counterpart in an SVG on a dark page.
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
/// The two sides of a decision. One is darker, so that they differ in grey, too.
pub(super) const SIDES: [Colour; 2] = [colour("#fdf0e6", "#3a2417"), colour("#b9d3ec", "#2f5a86")];
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
/// The size of type where there is little room. It is no smaller than `gradus::draw::SMALLEST_TYPE`.
pub(super) const SMALL: u32 = 11;
/// Maximum width of a figure: the text column, so that its type is not made smaller there.
pub(super) const COLUMN: f64 = gradus::draw::COLUMN as f64;

/// The colour of the series with this number.
pub(super) fn series(number: usize) -> Colour {
    SERIES[number % SERIES.len()]
}

pub(super) fn dashes(number: usize) -> LineStyle {
    let dashes = ["", "8 5", "2 4", "10 4 2 4", "14 5", "5 4"][number % SERIES.len()];
    if dashes.is_empty() { LineStyle::Solid } else { LineStyle::Custom(dashes.to_owned()) }
}

/// The style sheet with which an SVG follows the reader's choice of a light or a dark page. Viewers without style sheets show the light
/// one.
pub(super) fn dark_mode() -> String {
    let themed = [PAGE, INK, AXIS, GRID].into_iter().chain(SIDES).chain(SERIES);
    let rules: String = themed
        .map(|Colour { light, dark }| format!("[fill=\"{light}\"]{{fill:{dark}}}[stroke=\"{light}\"]{{stroke:{dark}}}"))
        .collect();
    format!("<style>@media (prefers-color-scheme:dark){{{rules}}}</style>")
}

/// Numbers on a field of colours, which does not change in the dark.
pub(super) const ON_DEEP: &str = "#fefefe";
pub(super) const ON_PALE: &str = "#000000";

/// The colours of numbers on a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shades {
    /// From pale to deep blue.
    Height,
    /// From paper to ink.
    Ink,
    /// Below zero purple, above zero orange, zero pale. Purple is the darker one, so that a print in grey tells the sign, too.
    Signed,
}

/// The ends and the middle of the signed shades: red, green, blue.
const BELOW: [f64; 3] = [76.0, 33.0, 140.0];
const ZERO: [f64; 3] = [246.0, 246.0, 246.0];
const ABOVE: [f64; 3] = [232.0, 132.0, 18.0];

/// Number of steps of colour: more than an eye can tell apart, few enough that equal neighbours can be drawn as one.
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
            // On the darker half of the map, lines would be hard to see.
            Shades::Height => ColorMap::Blues.map(0.03 + 0.55 * share),
            Shades::Ink => ColorMap::Grayscale.map(0.02 + 0.98 * share),
            Shades::Signed => {
                let (end, way) = if share < 0.5 { (BELOW, 1.0 - 2.0 * share) } else { (ABOVE, 2.0 * share - 1.0) };
                let channel = |at: usize| (ZERO[at] + (end[at] - ZERO[at]) * way).round() as u8;
                format!("#{:02x}{:02x}{:02x}", channel(0), channel(1), channel(2))
            }
        }
    }

    /// Whether ink on this colour is hard to read.
    pub(super) fn is_deep(self, share: f64) -> bool {
        match self {
            Shades::Height => false,
            Shades::Ink => share > 0.5,
            Shades::Signed => share < 0.16,
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

    /// The relative luminance of a colour, from 0 to 1, as WCAG 2 defines it.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let (_, rest) = colour.split_at(at);
            let share = f64::from(u8::from_str_radix(&rest[..2], 16).expect("hexadecimal")) / 255.0;
            if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn texts_and_lines_can_be_seen_on_light_and_dark_pages() {
        let themes: [fn(&Colour) -> &'static str; 2] = [|colour| colour.light, |colour| colour.dark];
        for theme in themes {
            for paper in [PAGE, SIDES[0], SIDES[1]].iter().map(theme) {
                assert!(contrast(theme(&INK), paper) >= 4.5, "text on {paper}");
            }
            assert!(contrast(theme(&AXIS), theme(&PAGE)) >= 3.0);
            for line in SERIES.iter().map(theme) {
                assert!(contrast(line, theme(&PAGE)) >= 3.0, "{line} on {}", theme(&PAGE));
            }
            assert!(contrast(theme(&SIDES[0]), theme(&SIDES[1])) >= 1.3, "the sides are told apart in grey");
        }
    }

    #[test]
    fn signs_are_told_apart_in_grey_and_numbers_on_them_can_be_read() {
        let grey = |share: f64| luminance(&Shades::Signed.colour(share));
        assert!(grey(0.0) < 0.5 * grey(1.0) && grey(1.0) < 0.6 * grey(0.5));
        for shades in [Shades::Height, Shades::Signed] {
            for step in 0..STEPS {
                let share = step as f64 / (STEPS - 1) as f64;
                let ink = if shades.is_deep(share) { ON_DEEP } else { ON_PALE };
                let contrast = contrast(&hex(&shades.colour(share)), ink);
                assert!(contrast >= 4.5, "{shades:?} at {share}: {contrast}");
            }
        }
    }

    /// The drawing crate writes some colours as `rgb(1,2,3)`.
    fn hex(colour: &str) -> String {
        match colour.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
            Some(parts) => {
                let parts: Vec<u8> = parts.split(',').map(|part| part.trim().parse().expect("a byte")).collect();
                format!("#{:02x}{:02x}{:02x}", parts[0], parts[1], parts[2])
            }
            None => colour.to_owned(),
        }
    }

    #[test]
    fn zero_is_in_the_middle_of_signed_shades() {
        assert_eq!(Shades::Signed.limits([-1.0, 3.0].into_iter()), (-3.0, 3.0));
        assert_eq!(Shades::Signed.limits([0.0].into_iter()), (-1.0, 1.0));
    }
}
