//! Makes users' texts printable.

/// A text without invisible characters: control characters become their pictures (␊ for a line break), and characters that change the direction of
/// writing become a replacement character.
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

/// The text cut to 40 characters, which fit in a node.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some(_) => text.chars().take(39).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// A name with its scopes, cut to 300 characters so that it fits in a sentence: the beginning and the end of a longer one.
pub(crate) fn shortened_path(text: &str) -> String {
    let count = text.chars().count();
    if count <= 300 {
        return text.to_owned();
    }
    text.chars().take(150).chain(['…']).chain(text.chars().skip(count - 149)).collect()
}
