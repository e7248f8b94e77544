//! The widths of texts, in the fonts that figures ask for. Helvetica, Arial and Liberation Sans have equal widths, so a node fits its text on any
//! machine.

/// Width of the text column of a book or a README, in pixels. A wider figure is shown smaller, and so is its type.
pub const COLUMN: u32 = 750;
/// Size of the smallest type of a figure in a [`COLUMN`], in pixels. Smaller type is hard to read.
pub const SMALLEST_TYPE: f64 = 10.5;

/// The widths of the characters from ' ' to '~', in thousandths of the font's size.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// The width of a text in pixels.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: u32 = text.chars().map(thousandths).sum();
    f64::from(thousandths) * size / 1000.0 * if bold { 1.08 } else { 1.0 }
}

/// The text, cut off to at most this width.
pub(super) fn cut(text: &str, size: f64, bold: bool, most: f64) -> String {
    if width(text, size, bold) <= most {
        return text.to_owned();
    }
    let (mut cut, mut room) = (String::new(), most - width("…", size, bold));
    for c in text.chars() {
        room -= width(c.encode_utf8(&mut [0; 4]), size, bold);
        if room < 0.0 {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

fn thousandths(c: char) -> u32 {
    match c {
        ' '..='~' => WIDTHS[c as usize - ' ' as usize].into(),
        // Combining marks and joiners.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1000,
        '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'.. => 1000,
        '…' | '\u{2400}'..='\u{243f}' => 1000,
        _ => 600,
    }
}
