//! Formulas: `$...$` and `$$...$$` in LaTeX become MathML, which browsers draw by themselves, with no script and no fonts to load.

use crate::Result;
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Event, Parser, RenderConfig, Storage, push_mathml};

/// The text with its formulas as MathML. Code is left unchanged.
pub fn to_mathml(markdown: &str) -> Result<String> {
    let mut html = String::new();
    let mut paragraph = String::new();
    let mut fence: Option<&str> = None;
    let mut after_blank = true;
    for line in markdown.lines() {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        let indented = after_blank && line.starts_with("    ");
        match (fence, mark) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, Some(mark)) => fence = Some(mark),
            (None, None) if !indented && !line.trim().is_empty() => {
                paragraph += line;
                paragraph.push('\n');
                after_blank = false;
                continue;
            }
            _ => {}
        }
        html += &in_paragraph(&std::mem::take(&mut paragraph))?;
        html += line;
        html.push('\n');
        // An indented line after indented code is code as well.
        after_blank = line.trim().is_empty() || indented;
    }
    Ok(html + &in_paragraph(&paragraph)?)
}

/// The same for lines of running text.
fn in_paragraph(text: &str) -> Result<String> {
    let mut html = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '`', '\\']) {
        html += &rest[..at];
        let (taken, piece) = match &rest[at..] {
            code if code.starts_with('`') => {
                let length = code_length(code);
                (length, code[..length].to_owned())
            }
            escaped if escaped.starts_with('\\') => {
                let length = 1 + escaped[1..].chars().next().map_or(0, char::len_utf8);
                (length, escaped[..length].to_owned())
            }
            display if display.starts_with("$$") => match display[2..].find("$$") {
                Some(length) => (length + 4, mathml(&display[2..length + 2], DisplayMode::Block)?),
                None => return Err(format!("a $$ is not closed: {}", first_line(display))),
            },
            inline => match inline_length(rest, at) {
                Some(length) => (length, mathml(&inline[1..length - 1], DisplayMode::Inline)?),
                None => (1, "$".to_owned()),
            },
        };
        html += &piece;
        rest = &rest[at + taken..];
    }
    Ok(html + rest)
}

/// The length of the code span at the start of the text; 1 if it is a lone backtick.
fn code_length(text: &str) -> usize {
    let ticks = text.len() - text.trim_start_matches('`').len();
    text[ticks..].find(&text[..ticks]).map_or(ticks, |length| 2 * ticks + length)
}

/// The length of the formula at `at`, including the dollars. As on GitHub: no space inside the dollars, and no digit after them.
fn inline_length(text: &str, at: usize) -> Option<usize> {
    let formula = &text[at + 1..];
    if formula.starts_with(char::is_whitespace) {
        return None;
    }
    let closes = |&(place, _): &(usize, &str)| {
        let escaped = formula[..place].ends_with('\\');
        let spaced = formula[..place].ends_with(char::is_whitespace);
        !escaped && !spaced && place > 0 && !formula[place + 1..].starts_with(|c: char| c.is_ascii_digit())
    };
    formula.match_indices('$').find(closes).map(|(place, _)| place + 2)
}

fn mathml(latex: &str, display_mode: DisplayMode) -> Result<String> {
    let storage = Storage::new();
    let events: std::result::Result<Vec<Event>, _> = Parser::new(latex, &storage).collect();
    let events = events.map_err(|error| format!("the formula {latex:?} is not understood: {error}"))?;
    let mut html = String::new();
    let config = RenderConfig { display_mode, ..RenderConfig::default() };
    push_mathml(&mut html, events.into_iter().map(Ok::<_, std::convert::Infallible>), config)
        .map_err(|error| format!("the formula {latex:?} cannot be drawn: {error}"))?;
    Ok(without_markdown(&well_formed(&html.replace('\n', " "))))
}

/// Adds a blank before an attribute and an escape that the crate leaves out, and takes back the one of a space (`\ `).
fn well_formed(html: &str) -> String {
    html.replace("\"minsize=", "\" minsize=").replace("<mo><</mo>", "<mo>&lt;</mo>").replace("&amp;nbsp;", "&#160;")
}

/// Escapes in the text between the tags everything that markdown would interpret.
fn without_markdown(html: &str) -> String {
    let mut inside = false;
    let mut safe = String::new();
    for character in html.chars() {
        inside = (inside || character == '<') && character != '>';
        match character {
            '*' | '_' | '[' | ']' | '|' | '\\' | '`' | '~' | '$' | '#' if !inside => {
                safe += &format!("&#{};", character as u32)
            }
            other => safe.push(other),
        }
    }
    // An entity that was there before has its own # back.
    safe.replace("&&#35;", "&#")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml_and_code_stays() {
        let html =
            to_mathml("Let $w_1 x$ be.\n\n    $HOME stays\n\n`$x$` too, and 5 $ or 6 $.\n\n```sh\necho $x$\n```\n")
                .expect("it is understood");
        assert!(html.contains("<math") && html.contains("<msub>"), "{html}");
        assert_eq!(html.matches("<math").count(), 1, "{html}");
        for kept in ["    $HOME stays", "`$x$` too, and 5 $ or 6 $.", "echo $x$"] {
            assert!(html.contains(kept), "{html}");
        }
    }

    #[test]
    fn a_formula_on_lines_of_its_own_is_a_block() {
        let html = to_mathml("$$\na * b\n$$\n").expect("it is understood");
        assert!(html.contains("display=\"block\""), "{html}");
        assert!(!html.contains('*'), "markdown would take it for emphasis: {html}");
        assert_eq!(html.trim().lines().count(), 1, "{html}");
    }

    #[test]
    fn tags_are_well_formed() {
        let html = to_mathml("so $a < \\bigl( b \\bigr)$ it is").expect("it is understood");
        assert!(html.contains("<mo>&lt;</mo>") && html.contains("\" minsize="), "{html}");
        let html = to_mathml("so $[0,\\ 1]$ it is").expect("it is understood");
        assert!(html.contains("<mtext>&#160;</mtext>") && !html.contains("&amp;"), "{html}");
    }

    #[test]
    fn a_formula_with_a_mistake_is_shown() {
        let error = to_mathml("so $\\frac{1}$ it is").expect_err("one argument is missing");
        assert!(error.contains("\\\\frac{1}"), "{error}");
    }
}
