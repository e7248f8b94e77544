//! Texts in cells of a terminal: a wide character (日) takes two, a combining mark takes none. A text that is cut shows it.

use ratatui::buffer::CellWidth;
use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;

/// The characters as a reader sees them, each with its number of cells.
pub(crate) fn characters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true).map(|character| (character, cells(character)))
}

/// The number of cells of one character. A control character, which a screen does not show, takes none.
fn cells(character: &str) -> usize {
    if character.contains(char::is_control) { 0 } else { usize::from(character.cell_width()) }
}

/// The number of cells of a text.
pub fn width(text: &str) -> usize {
    characters(text).map(|(_, cells)| cells).sum()
}

/// The start of a text that fits into `room` cells, with `ellipsis` at the end if it is cut.
pub fn cut(text: &str, room: usize, ellipsis: &str) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let keep = room.saturating_sub(width(ellipsis));
    let mut cut = beginning(text, keep).to_owned();
    cut += beginning(ellipsis, room - width(&cut));
    cut
}

/// The end of a text that fits, with `ellipsis` before it if it is cut.
pub fn cut_before(text: &str, room: usize, ellipsis: &str) -> String {
    let mut left_out = 0;
    let starts = text.grapheme_indices(true).map(|(start, _)| start);
    for start in starts {
        left_out = start;
        let mark = if start == 0 { 0 } else { width(ellipsis) };
        if mark + width(&text[start..]) <= room {
            break;
        }
    }
    match left_out {
        0 => cut(text, room, ellipsis),
        _ => cut(&format!("{ellipsis}{}", &text[left_out..]), room, ellipsis),
    }
}

/// The characters that fit into `room` cells.
fn beginning(text: &str, room: usize) -> &str {
    let mut used = 0;
    let end = text.grapheme_indices(true).find(|(_, character)| {
        used += cells(character);
        used > room
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// Breaks a text into lines of at most `room` cells, between words if possible; in Chinese between characters, but not before a comma.
pub fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for (is_after_space, mut word) in text.split(' ').enumerate().flat_map(|(place, word)| parts(word, place > 0)) {
        let gap = usize::from(is_after_space && used > 0);
        let wide = width(word);
        if used + gap + wide <= room {
            line.push_str(if gap == 1 { " " } else { "" });
            line.push_str(word);
            used += gap + wide;
            continue;
        }
        if used > 0 {
            lines.push(std::mem::take(&mut line));
        }
        // A word that is longer than a line is broken at the end of the line; a character that is wider than a line is alone in one.
        while width(word) > room {
            let first = word.graphemes(true).next().map_or(word.len(), str::len);
            let (head, rest) = word.split_at(beginning(word, room).len().max(first));
            if rest.is_empty() {
                break;
            }
            lines.push(head.to_owned());
            word = rest;
        }
        line.push_str(word);
        used = width(word);
    }
    lines.push(line);
    lines
}

/// The parts of a word between which a line may be broken, each with whether a space stands before it. A word without wide characters is not broken.
fn parts(word: &str, is_after_space: bool) -> Vec<(bool, &str)> {
    if word.is_ascii() || width(word) == word.chars().count() {
        return vec![(is_after_space, word)];
    }
    let ends = linebreaks(word).map(|(end, _)| end);
    let mut start = 0;
    let part = |end| {
        let part = (is_after_space && start == 0, &word[start..end]);
        start = end;
        part
    };
    ends.map(part).collect()
}

/// Breaks a line and keeps its spaces, as for a row of a table or an indented sentence. The rest goes on the next lines, indented by two more cells.
pub fn wrapped_line(line: &str, room: usize) -> Vec<String> {
    if width(line) <= room {
        return vec![line.to_owned()];
    }
    let text = line.trim_start_matches(' ');
    let further = (line.len() - text.len() + 2).min(room / 2);
    let indent = (line.len() - text.len()).min(further);
    let rows = wrapped(text.trim_end(), room - further);
    let indented = |(row, text): (usize, &String)| {
        let indent = if row == 0 { indent } else { further };
        format!("{}{}", " ".repeat(indent), text.trim_start_matches(' '))
    };
    rows.iter().enumerate().map(indented).map(|row| row.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_character_takes_two_cells_and_a_mark_on_another_none() {
        assert_eq!([width("abc"), width("日本"), width("e\u{301}"), width("👩‍👩‍👧"), width("a\u{7}")], [3, 4, 1, 2, 1]);
    }

    #[test]
    fn what_is_cut_says_so_and_never_takes_more_than_its_room() {
        assert_eq!(cut("hidden", 6, "…"), "hidden");
        assert_eq!(cut("hidden", 5, "…"), "hidd…");
        assert_eq!(cut("日本語", 5, "…"), "日本…");
        assert_eq!(cut("日本語", 4, "…"), "日…", "half a character is none");
        assert_eq!([cut("日本語", 1, "…"), cut("abc", 2, "..."), cut("abc", 0, "…")], ["…", "..", ""]);
        assert_eq!([cut_before("search: 日本語", 7, "…"), cut_before("abc", 3, "…")], ["…日本語", "abc"]);
        for room in 0..20 {
            for text in ["日本語の名前", "e\u{301}e\u{301}e\u{301}", "👩‍👩‍👧👩‍👩‍👧", "plain text"]
            {
                assert!(width(&cut(text, room, "…")) <= room && width(&cut_before(text, room, "...")) <= room);
            }
        }
    }

    #[test]
    fn texts_are_broken_between_words_and_words_only_where_they_must_be() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a verylongword", 6), ["a", "verylo", "ngword"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("same  gap", 20), ["same  gap"]);
        assert_eq!(wrapped("日本 語の 名", 7), ["日本 語", "の 名"]);
        assert_eq!(wrapped("日本", 1), ["日", "本"], "there is no narrower way");
        assert_eq!(wrapped("学习率是 0.1，损失下降。", 8), ["学习率是", "0.1，损", "失下降。"]);
        assert_eq!(wrapped("一二三。", 6), ["一二", "三。"], "no line begins with a full stop");
        assert_eq!(wrapped("any thing", 0), ["a", "n", "y", "t", "h", "i", "n", "g"]);
    }

    #[test]
    fn a_line_that_is_broken_goes_on_further_in() {
        assert_eq!(wrapped_line("  one two three", 10), ["  one", "    two", "    three"]);
        assert_eq!(wrapped_line("  one two", 10), ["  one two"]);
        assert_eq!(wrapped_line("one  two    three", 10), ["one  two", "  three"]);
        for room in 0..30 {
            let rows = wrapped_line("    a table   has 12.5   columns   日本語", room);
            assert!(room < 4 || rows.iter().all(|row| width(row) <= room), "{room}: {rows:?}");
        }
    }
}
