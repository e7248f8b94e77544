//! A message with holes, such as `epoch {epoch}, loss {loss}`, and its translation.

/// A message with holes.
#[derive(Debug)]
pub(super) struct Template {
    /// The text before each hole, and the text after the last.
    pieces: Vec<String>,
    /// The translation: text, and the number of a hole, in turn.
    translation: Vec<(String, Option<usize>)>,
    /// Whether what fills a hole is code, and stays as it is: the name of an op, or of the command that was meant.
    is_code: Vec<bool>,
    /// The number of letters outside of holes.
    pub letters: usize,
}

impl Template {
    /// The template of a message; `None` if it has no holes. Two holes with the same name are filled by the same.
    pub fn new(message: &str, translation: &str) -> Option<Template> {
        let (pieces, holes) = parted(message);
        if holes.is_empty() {
            return None;
        }
        let (texts, names) = parted(translation);
        let places = names.iter().map(|name| holes.iter().position(|hole| hole == name)).chain([None]);
        let letters = pieces.iter().flat_map(|piece| piece.chars()).filter(char::is_ascii_alphabetic).count();
        let pieces = pieces.into_iter().map(str::to_owned).collect();
        let is_code = holes.iter().map(|&hole| hole == "op" || hole == "spelling").collect();
        let translation = texts.into_iter().map(str::to_owned).zip(places).collect();
        Some(Template { pieces, translation, is_code, letters })
    }

    /// Whether this is a label before another message, such as `note: {1}`.
    pub fn is_before_any(&self) -> bool {
        matches!(&self.pieces[..], [label, end] if label.ends_with(": ") && !label.trim().contains(' ') && end.is_empty())
    }

    /// Whether this may fill a hole. A message of few letters, such as `{1} of {2}`, takes numbers only, so that not each `of` in a sentence is one; one of a
    /// few more that begins with a word, such as `from {name}`, or has a comma, takes names too. And where spaces are around the filling, it may be another cell of the row.
    pub fn may_be_filled_with(&self, filling: &str) -> bool {
        let is_number = super::letters(filling) == 0;
        let is_wide = filling.trim() != filling;
        match self.letters {
            _ if self.is_before_any() => true,
            3..5 if !self.pieces[0].is_empty() || self.has_comma() => !is_wide && !super::is_english(filling),
            0..5 => is_number && !filling.contains(' ') && !filling.ends_with([':', ',']),
            5..8 => is_number || !is_wide,
            _ => true,
        }
    }

    fn has_comma(&self) -> bool {
        self.pieces.iter().any(|piece| piece.starts_with(','))
    }

    /// The longest word that stands in every text of this form: no hole follows it, with which it might be part of another.
    pub fn word(&self) -> Option<&str> {
        let is_letter = |c: char| c.is_ascii_alphabetic();
        let last = self.pieces.len() - 1;
        let words = self.pieces.iter().enumerate().flat_map(|(place, piece)| {
            let safe = if place == last { piece } else { piece.trim_end_matches(is_letter) };
            safe.split(|c| !is_letter(c))
        });
        words.filter(|word| word.len() > 1).max_by_key(|word| word.len())
    }

    /// What fills the holes, if a text is of this form.
    pub fn recognise<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let mut filled = Vec::with_capacity(self.pieces.len() - 1);
        let rest = text.strip_prefix(&self.pieces[0][..])?;
        fill(&self.pieces[1..], rest, &mut filled).then_some(filled)
    }

    /// Whether what fills this hole is code.
    pub fn takes_code(&self, hole: usize) -> bool {
        self.is_code[hole]
    }

    /// The translation with filled holes.
    pub fn fill(&self, filled: &[String]) -> String {
        let piece = |(text, hole): &(String, Option<usize>)| {
            format!("{text}{}", hole.and_then(|hole| filled.get(hole)).map_or("", |filled| filled))
        };
        self.translation.iter().map(piece).collect()
    }
}

/// Fills the holes before these pieces with parts of the text; `false` if it does not have this form. Spaces may stand around what fills a hole, as in
/// a column, but what stands on both sides of two spaces are two cells.
fn fill<'t>(pieces: &[String], text: &'t str, filled: &mut Vec<&'t str>) -> bool {
    let Some((piece, further)) = pieces.split_first() else { return text.is_empty() };
    if further.is_empty() {
        return text.strip_suffix(&piece[..]).filter(|filling| is_one_cell(filling)).is_some_and(|filling| {
            filled.push(filling);
            is_apart(filling, piece)
        });
    }
    // Of the spaces between two columns, the last one parts them.
    let is_amid_spaces = |place: usize| piece.trim().is_empty() && text[place + piece.len()..].starts_with(' ');
    let places = text.match_indices(&piece[..]).map(|(place, _)| place).filter(|&place| !is_amid_spaces(place));
    for place in places.take_while(|&place| is_one_cell(&text[..place])) {
        let length = filled.len();
        filled.push(&text[..place]);
        if is_apart(&text[..place], piece) && fill(further, &text[place + piece.len()..], filled) {
            return true;
        }
        filled.truncate(length);
    }
    false
}

/// Whether what fills a hole and the text after it are not parts of one word.
fn is_apart(filling: &str, piece: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic();
    !(filling.ends_with(is_letter) && piece.starts_with(is_letter))
}

fn is_one_cell(text: &str) -> bool {
    !text.trim().contains("  ")
}

/// The texts around the holes `{name}` of a message, and their names. A doubled brace is a brace.
fn parted(message: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut pieces, mut names) = (Vec::new(), Vec::new());
    let mut rest = message;
    while let Some((start, end)) = hole(rest) {
        pieces.push(&rest[..start]);
        names.push(&rest[start + 1..end]);
        rest = &rest[end + 1..];
    }
    pieces.push(rest);
    (pieces, names)
}

/// The first hole: the places of its braces.
fn hole(text: &str) -> Option<(usize, usize)> {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    text.match_indices('{').find_map(|(start, _)| {
        let end = start + text[start..].find('}')?;
        is_name(&text[start + 1..end]).then_some((start, end))
    })
}

/// A format string as a message: holes have names, and no format. Those without a name are numbered from 1.
///
/// ```
/// use gradus_view::language::with_named_holes;
/// assert_eq!(with_named_holes("{:>5} of {count:.1}: {}"), "{1} of {count}: {2}");
/// ```
pub fn with_named_holes(format: &str) -> String {
    let mut message = String::new();
    let mut unnamed = 0;
    let mut rest = format;
    while let Some(brace) = rest.find(['{', '}']) {
        message += &rest[..brace];
        rest = &rest[brace..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            message += &rest[..1];
            rest = &rest[2..];
            continue;
        }
        let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((inside, after)) = inside.filter(|(inside, _)| !inside.contains(['{', ' ', '\n'])) else {
            message += &rest[..1];
            rest = &rest[1..];
            continue;
        };
        let name = inside.split(':').next().unwrap_or_default();
        let name = match name.is_empty() || name.parse::<usize>().is_ok() {
            true => {
                unnamed += 1;
                unnamed.to_string()
            }
            false => name.to_owned(),
        };
        message += &format!("{{{name}}}");
        rest = after;
    }
    message + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_so_that_the_rest_fits() {
        let template = Template::new("{1} of {2} are of {kind}", "{kind}：{2} 中 {1}").expect("holes");
        assert_eq!(template.recognise("3 of 5 are of tanh"), Some(vec!["3", "5", "tanh"]));
        assert_eq!(template.recognise("a of b of c are of d"), Some(vec!["a", "b of c", "d"]));
        assert_eq!(template.recognise("3 of 5"), None);
        assert_eq!(template.recognise("  3 of 5 are of tanh"), Some(vec!["  3", "5", "tanh"]));
        assert_eq!(template.recognise("one  3 of 5 are of tanh"), None);
        assert_eq!(template.fill(&["3".to_owned(), "5".to_owned(), "tanh".to_owned()]), "tanh：5 中 3");
        let ordinal = Template::new("{n}th", "第 {n}").expect("holes");
        assert_eq!((ordinal.recognise("20th"), ordinal.recognise("depth")), (Some(vec!["20"]), None));
        assert!(Template::new("no holes: {} { a } {", "").is_none());
    }

    #[test]
    fn format_strings_become_messages() {
        let cases = [
            ("{{x}} is {x:?}", "{x} is {x}"),
            ("{0} and {0}", "{1} and {2}"),
            ("{answer.0:%} of {losses.last}", "{answer.0} of {losses.last}"),
            ("a set {1, 2} }", "a set {1, 2} }"),
        ];
        for (format, message) in cases {
            assert_eq!(with_named_holes(format), message);
        }
    }
}
