//! A text in Markdown as parts: messages, which are translated, and what stays as it is. The one idea to know: a message is a paragraph, a heading, an item of
//! a list or a row of a table, as one line; code, printed output, formulas that stand alone, and comments are no messages.

/// A part of a text.
#[derive(Debug, PartialEq)]
pub struct Part {
    /// The number of its first line, from 1.
    pub line: usize,
    /// What stands before a message: the marks of a quotation, a heading, an item.
    prefix: String,
    /// The text to translate; empty if this part stays as it is.
    pub message: String,
    /// Its lines, as they are.
    source: String,
}

impl Part {
    fn verbatim(line: usize, source: &str) -> Part {
        Part { line, prefix: String::new(), message: String::new(), source: source.to_owned() }
    }

    fn is_heading(&self) -> bool {
        self.prefix.trim_start().starts_with('#')
    }
}

/// A text with its messages translated by `translate`; one that returns `None` stays in English.
///
/// A translated heading keeps the name by which links know it.
pub fn translated(text: &str, translate: impl Fn(&str) -> Option<String>) -> String {
    let (mut lines, mut names) = (Vec::new(), Vec::new());
    for part in parts(text) {
        let translation = translate(&part.message).filter(|_| !part.message.is_empty());
        let name = part.is_heading().then(|| unique(anchor(&part.message), &mut names));
        lines.push(match (translation, name) {
            // The title of a page is never linked to by its name.
            (Some(translation), Some(name)) if part.prefix != "# " => {
                format!("{}{translation} {{#{name}}}", part.prefix)
            }
            (Some(translation), _) => format!("{}{translation}", part.prefix),
            (None, _) => part.source,
        });
    }
    lines.join("\n") + "\n"
}

/// The name that mdbook gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        _ if c.is_alphanumeric() || c == '_' || c == '-' => Some(c.to_lowercase().to_string()),
        _ if c.is_whitespace() => Some("-".to_owned()),
        _ => None,
    });
    kept.collect()
}

fn unique(name: String, names: &mut Vec<String>) -> String {
    let found = names.iter().filter(|other| **other == name).count();
    names.push(name.clone());
    if found == 0 { name } else { format!("{name}-{found}") }
}

/// The parts of a text, in order.
pub fn parts(text: &str) -> Vec<Part> {
    let lines: Vec<&str> = text.lines().collect();
    let mut parts = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        // An indented line after indented code is code as well.
        let after_code = at > 0
            && lines[at - 1].starts_with("    ")
            && parts.last().is_some_and(|part: &Part| part.message.is_empty());
        let length = verbatim(&lines[at..], at == 0 || lines[at - 1].trim().is_empty() || after_code);
        if length > 0 {
            parts.extend((at..at + length).map(|place| Part::verbatim(place + 1, lines[place])));
            at += length;
            continue;
        }
        let (quote, rest) = quotation(lines[at]);
        let (mark, first) = mark(rest);
        let joined = if has_one_line(mark) {
            0
        } else {
            // What continues a paragraph or an item: the same quotation, and neither a mark nor a block of its own.
            let continues = |line: &&&str| {
                let (other, rest) = quotation(line);
                other.trim_end() == quote.trim_end()
                    && !rest.trim().is_empty()
                    && self::mark(rest).0.trim().is_empty()
                    && verbatim(&[rest], false) == 0
            };
            lines[at + 1..].iter().take_while(continues).count()
        };
        let more = lines[at + 1..=at + joined].iter().map(|line| quotation(line).1.trim());
        let message = std::iter::once(first.trim()).chain(more).collect::<Vec<_>>().join(" ");
        let source = lines[at..=at + joined].join("\n");
        parts.push(match has_words(&message) {
            true => Part { line: at + 1, prefix: format!("{quote}{mark}"), message, source },
            false => Part::verbatim(at + 1, &source),
        });
        at += joined + 1;
    }
    parts
}

/// How many lines from the first on stay as they are.
fn verbatim(lines: &[&str], after_empty: bool) -> usize {
    let up_to = |is_last: &dyn Fn(&str) -> bool| {
        lines.iter().skip(1).position(|line| is_last(line)).map_or(lines.len(), |last| last + 2)
    };
    let line = lines[0].trim();
    match () {
        _ if line.starts_with("```") => up_to(&|line| line.trim() == "```"),
        _ if line.starts_with("$$") && !(line.len() > 4 && line.ends_with("$$")) => {
            up_to(&|line| line.trim_end().ends_with("$$"))
        }
        _ if line.starts_with("<!--") && !line.contains("-->") => up_to(&|line| line.contains("-->")),
        _ if line.is_empty() || line == ">" || line.starts_with("$$") || line.starts_with("<!--") => 1,
        // A place to link to, a fold.
        _ if line.starts_with('<') && line.ends_with('>') => 1,
        _ if after_empty && lines[0].starts_with("    ") => 1,
        _ if line.starts_with('|') && line.chars().all(|c| "|-: ".contains(c)) => 1,
        _ => 0,
    }
}

/// The marks of a quotation, and what follows.
fn quotation(line: &str) -> (&str, &str) {
    let rest = line.trim_start_matches(['>', ' ']);
    match line.starts_with('>') {
        true => line.split_at(line.len() - rest.len()),
        false => ("", line),
    }
}

/// The mark of a heading, an item or a row, with the space around it, and what follows.
fn mark(line: &str) -> (&str, &str) {
    let text = line.trim_start();
    let length = match text.split_once(' ') {
        Some((mark, _)) if !mark.is_empty() && mark.chars().all(|c| c == '#') => mark.len() + 1,
        Some(("-" | "*", _)) => 2,
        Some((mark, _)) if mark.ends_with('.') && mark.len() < 4 && mark[..mark.len() - 1].parse::<u32>().is_ok() => {
            mark.len() + 1
        }
        _ if text.starts_with('|') => 2.min(text.len()),
        _ => 0,
    };
    line.split_at(line.len() - text.len() + length)
}

fn has_one_line(mark: &str) -> bool {
    mark.trim_start().starts_with(['#', '|'])
}

/// Whether there is a word outside of code, formulas and comments.
fn has_words(text: &str) -> bool {
    let mut outside = String::new();
    for (place, part) in text.split(['`', '$']).enumerate() {
        if place % 2 == 0 {
            outside += part;
        }
    }
    outside.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Chapter 1. A graph\n\n> **Predict.** How fast\n> does it grow?\n>\n> - one\n\n<a id=\"N1\"></a>\n\n## The sum, again\n\nTwo lines\nof text:\n\n    cargo run\n    cargo run -- twice   # and again\n\n<!-- output: A -->\n```text\nnot this\n```\n\n$$a\n= b$$\n\n- an item\n  of two lines\n- `x` $y$\n\n1. first\n\n| a | word |\n|---|---|\n| `x` | 3 |\n";

    #[test]
    fn a_text_is_parted_into_messages_and_what_stays() {
        let messages: Vec<String> =
            parts(TEXT).into_iter().map(|part| part.message).filter(|message| !message.is_empty()).collect();
        assert_eq!(
            messages,
            [
                "Chapter 1. A graph",
                "**Predict.** How fast does it grow?",
                "one",
                "The sum, again",
                "Two lines of text:",
                "an item of two lines",
                "first",
                "a | word |"
            ]
        );
    }

    #[test]
    fn without_translations_a_text_is_what_it_was() {
        assert_eq!(translated(TEXT, |_| None), TEXT);
    }

    #[test]
    fn messages_are_put_in_their_places_and_headings_keep_their_names() {
        let text = translated(TEXT, |message| Some(format!("<{}>", message.len())));
        assert!(text.starts_with("# <18>\n\n> <35>\n>\n> - <3>\n\n<a id=\"N1\"></a>\n\n## <14> {#the-sum-again}\n\n<18>\n\n    cargo run\n    cargo run -- twice   # and again\n"), "{text}");
        assert!(text.contains("- <20>\n- `x` $y$\n\n1. <5>\n\n| <10>\n|---|---|\n| `x` | 3 |\n"), "{text}");
    }
}
