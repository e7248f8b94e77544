//! Users' texts, made fit to be seen.

/// A text in which nothing is invisible: control characters as their pictures (␊ for a line break), and what would turn the direction
/// of writing as a replacement character.
pub(crate) fn printable(text: &str) -> String {
    let show = |c: char| match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
            char::REPLACEMENT_CHARACTER
        }
        _ => c,
    };
    text.chars().map(show).collect()
}

/// At most 40 characters, which a node's width can bear.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some(_) => text.chars().take(39).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// A name with its scopes, which a sentence or a line can bear: at most 300 characters, of a longer one the beginning and the end.
pub(crate) fn shortened_path(text: &str) -> String {
    let count = text.chars().count();
    if count <= 300 {
        return text.to_owned();
    }
    text.chars().take(150).chain(['…']).chain(text.chars().skip(count - 149)).collect()
}
