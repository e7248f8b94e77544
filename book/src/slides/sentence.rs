//! The sentences of a paragraph in Markdown, in English and in Chinese; and how much room a text takes.

use gradus_view::text::width;

/// The sentences of a paragraph, in order. No sentence ends inside code, a formula, brackets or bold words.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut depth, mut within) = (0, 0_usize, None);
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (within, character) {
            (Some(mark), _) if character == mark => within = None,
            (Some(_), _) => {}
            (None, '`' | '$') => within = Some(character),
            (None, '(' | '[' | '（') => depth += 1,
            (None, ')' | ']' | '）') => depth = depth.saturating_sub(1),
            (None, '.' | '?' | '!' | '。' | '？' | '！') if depth == 0 => {
                let rest = &text[at + character.len_utf8()..];
                let closing = rest.len() - rest.trim_start_matches(['*', '"', '”', '’', '』', '」']).len();
                let after = &rest[closing..];
                let next = after.trim_start().chars().next();
                let is_end = !character.is_ascii() || after.is_empty() || after.starts_with(' ');
                if is_end && next.is_none_or(|next| !next.is_lowercase()) {
                    let end = at + character.len_utf8() + closing;
                    found.push(text[start..end].trim());
                    start = end;
                    while characters.peek().is_some_and(|(place, _)| *place < end) {
                        characters.next();
                    }
                }
            }
            _ => {}
        }
    }
    let rest = text[start..].trim();
    if !rest.is_empty() {
        found.push(rest);
    }
    found
}

/// The first sentences that take at most so many cells, at least one.
pub fn beginning(text: &str, cells: usize) -> String {
    let mut kept = String::new();
    for sentence in sentences(text) {
        if !kept.is_empty() && room(&kept) + room(sentence) > cells {
            break;
        }
        // Chinese has no space between sentences.
        if !kept.is_empty() && !kept.ends_with(['。', '？', '！', '”']) {
            kept.push(' ');
        }
        kept += sentence;
    }
    kept
}

/// About how many cells a text in Markdown takes when it is read: a Chinese character takes two.
pub fn room(text: &str) -> usize {
    let mut seen = String::new();
    let (mut in_formula, mut in_target, mut in_command) = (false, false, false);
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '$' => in_formula = !in_formula,
            '(' if before == ']' => in_target = true,
            ')' if in_target => in_target = false,
            _ if in_target => {}
            '\\' if in_formula => {
                in_command = true;
                seen.push('x');
            }
            _ if in_command && character.is_alphabetic() => {}
            '*' | '`' | '[' | ']' | '{' | '}' => in_command = false,
            _ => {
                in_command = false;
                seen.push(character);
            }
        }
        before = character;
    }
    width(&seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_where_a_reader_would_end_it() {
        let text = "It is 0.5 (see P6. Really). Run `a. B` now! **Why?** \"So.\" And $a. B$ too:";
        assert_eq!(
            sentences(text),
            ["It is 0.5 (see P6. Really).", "Run `a. B` now!", "**Why?**", "\"So.\"", "And $a. B$ too:"]
        );
        assert_eq!(sentences("一个点。“为什么？”然后 1.5。"), ["一个点。", "“为什么？”", "然后 1.5。"]);
        assert_eq!(sentences("by e.g. a tape"), ["by e.g. a tape"]);
    }

    #[test]
    fn a_beginning_has_whole_sentences() {
        assert_eq!(beginning("One two. Three four. Five.", 20), "One two. Three four.");
        assert_eq!(beginning("A sentence that is too long. More.", 5), "A sentence that is too long.");
        assert_eq!(beginning("一。二。", 20), "一。二。");
    }

    #[test]
    fn room_counts_what_is_read() {
        assert_eq!(room("a [link](far/away.md) **b** `c`"), "a link b c".len());
        assert_eq!(room("$\\alpha x$"), 3);
        assert_eq!(room("中文"), 4);
    }
}
