//! An image as characters, for a terminal. A character is about twice as tall as it is wide, so it stands for two
//! pixels, one above the other.

/// The characters to draw with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ink {
    /// `▀▄█`: shows every pixel, as paper or as ink.
    Blocks,
    /// ` .:-=+*#%@`: darker characters for more ink, in plain ASCII.
    Ascii,
}

/// An image of bytes, 0 for paper and 255 for ink, row by row, as lines of `width` characters.
///
/// ```
/// use gradus::data::{Ink, image_as_text};
/// let slope = [255, 0, 0, 255];
/// assert_eq!(image_as_text(&slope, 2, Ink::Blocks), "▀▄\n");
/// ```
///
/// # Panics
/// If `width` is 0, or if the last row is shorter.
#[track_caller]
pub fn image_as_text(pixels: &[u8], width: usize, ink: Ink) -> String {
    assert!(width > 0, "an image is at least one pixel wide");
    let (count, rest) = (pixels.len(), pixels.len() % width);
    assert!(rest == 0, "{count} pixels are no whole number of rows {width} pixels wide: {rest} are left over");
    let mut text = String::new();
    for two_rows in pixels.chunks(2 * width) {
        let (upper, lower) = two_rows.split_at(width.min(two_rows.len()));
        for (column, &above) in upper.iter().enumerate() {
            text.push(character(above, lower.get(column).copied().unwrap_or(0), ink));
        }
        text.push('\n');
    }
    text
}

fn character(above: u8, below: u8, ink: Ink) -> char {
    const RAMP: [char; 10] = [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];
    match (ink, above > 127, below > 127) {
        (Ink::Blocks, false, false) => ' ',
        (Ink::Blocks, true, false) => '▀',
        (Ink::Blocks, false, true) => '▄',
        (Ink::Blocks, true, true) => '█',
        (Ink::Ascii, ..) => RAMP[(usize::from(above) + usize::from(below)) * (RAMP.len() - 1) / (2 * 255)],
    }
}
