//! A chapter's text as sections, and a section as blocks. `<!-- slide: skip -->` on a line of its own leaves what follows, a block or a whole section, off the slides.

use crate::Result;

/// A chapter.
pub struct Text {
    pub title: String,
    /// What the reader is asked to guess, with its first words in bold.
    pub question: String,
    pub sections: Vec<Section>,
}

/// What stands below a heading. The first section has none: it is what stands between the question and the first heading.
#[derive(Default)]
pub struct Section {
    pub title: String,
    pub blocks: Vec<Block>,
    /// All of its text in Markdown, for the speaker, without figures.
    pub notes: String,
    /// Marked to be left out.
    pub skipped: bool,
}

#[derive(Debug, PartialEq)]
pub enum Block {
    Paragraph(String),
    Item(String),
    Formula(String),
    Figure {
        description: String,
        file: String,
    },
    Code(Vec<String>),
    Printed(Vec<String>),
    /// Rows of cells; the first is the head.
    Table(Vec<Vec<String>>),
    Command(String),
}

const SKIP: &str = "<!-- slide: skip -->";

impl Text {
    pub fn of(text: &str) -> Result<Text> {
        let lines: Vec<&str> = text.lines().collect();
        let title = lines.first().and_then(|line| line.strip_prefix("# ")).ok_or("the first line is no title")?;
        let (mut question, mut sections, mut skip) = (String::new(), vec![Section::default()], false);
        let mut at = 1;
        while at < lines.len() {
            let line = lines[at];
            let is_first = sections.len() == 1;
            let section = sections.last_mut().ok_or("there is no section")?;
            if let Some(mark) = line.strip_prefix("<!-- slide:") {
                if line != SKIP {
                    return Err(format!("line {}: {mark:?} is no mark for slides; there is `{SKIP}`", at + 1));
                }
                skip = true;
                at += 1;
            } else if let Some(title) = line.strip_prefix("## ") {
                let title = title.split(" {#").next().unwrap_or(title).to_owned();
                sections.push(Section { title, skipped: std::mem::take(&mut skip), ..Section::default() });
                at += 1;
            } else if line.starts_with('>') && is_first {
                question += line.trim_start_matches(['>', ' ']);
                question.push('\n');
                at += 1;
            } else {
                let (length, block) = block(&lines[at..]);
                if !matches!(block, Some(Block::Figure { .. })) && !line.starts_with('<') {
                    lines[at..at + length].iter().for_each(|line| section.notes += &format!("{line}\n"));
                }
                if let Some(block) = block
                    && !std::mem::take(&mut skip)
                {
                    section.blocks.push(block);
                }
                at += length;
            }
        }
        sections.retain(|section| !section.skipped);
        if question.is_empty() {
            return Err("no question stands below the title".to_owned());
        }
        Ok(Text { title: title.to_owned(), question, sections })
    }
}

/// How many lines the first block takes, and what it is; nothing for empty lines and what readers do not see.
fn block(lines: &[&str]) -> (usize, Option<Block>) {
    let line = lines[0];
    let to =
        |end: &dyn Fn(&str) -> bool| lines.iter().skip(1).position(|line| end(line)).map_or(lines.len(), |n| n + 1);
    match () {
        _ if line.trim().is_empty() || line.starts_with('<') => (1, None),
        _ if line.starts_with("```") => {
            let length = to(&|line| line.trim_end() == "```");
            let inside = lines[1..length].iter().map(|line| (*line).to_owned()).collect();
            let block = if line.trim() == "```text" { Block::Printed(inside) } else { Block::Code(inside) };
            ((length + 1).min(lines.len()), Some(block))
        }
        _ if line.starts_with("$$") => {
            let length = lines.iter().position(|line| line.len() > 2 && line.ends_with("$$")).map_or(1, |n| n + 1);
            let formula = lines[..length].join(" ");
            (length, Some(Block::Formula(formula.trim_matches('$').trim().to_owned())))
        }
        _ if line.starts_with("![") => (1, figure(line)),
        _ if line.starts_with("    ") => {
            let length = to(&|line| !line.starts_with("    "));
            (
                length,
                Some(Block::Command(lines[..length].iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n"))),
            )
        }
        _ if line.starts_with('|') => {
            let length = to(&|line| !line.starts_with('|'));
            let rows = lines[..length].iter().filter(|line| line.chars().any(|c| !"|-: ".contains(c)));
            (length, Some(Block::Table(rows.map(|line| cells(line)).collect())))
        }
        _ => {
            let ends = |line: &str| {
                line.trim().is_empty()
                    || is_item(line)
                    || ["```", "$$", "![", "<", "## "].iter().any(|mark| line.starts_with(mark))
            };
            let length = to(&ends);
            let text = lines[..length].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
            match is_item(line) {
                true => (length, text.split_once(' ').map(|(_, text)| Block::Item(text.to_owned()))),
                false => (length, Some(Block::Paragraph(text))),
            }
        }
    }
}

/// Whether a line begins an item of a list.
pub fn is_item(line: &str) -> bool {
    let mark = line.split(' ').next().unwrap_or_default();
    mark == "-" || mark.strip_suffix('.').is_some_and(|number| number.parse::<u32>().is_ok())
}

fn figure(line: &str) -> Option<Block> {
    let (description, rest) = line.strip_prefix("![")?.rsplit_once("](")?;
    let file = rest.split(')').next()?;
    Some(Block::Figure { description: description.to_owned(), file: file.to_owned() })
}

/// The cells of a table's row. A bar in code or in a formula stands behind a backslash.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|');
    let line = line.strip_suffix('|').unwrap_or(line).replace("\\|", "\u{0}");
    line.split('|').map(|cell| cell.trim().replace('\u{0}', "\\|")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Chapter 1. A\n\n> **Guess.** How\n> many?\n\n<a id=\"N1\"></a>\n\n## One {#one}\n\nTwo lines\nof text:\n\n<!-- code: chapter.rs#a -->\n```rust\nlet x = 1;\n```\n\n$$a\n= b$$\n\n![It falls](figures/a.svg)\n\n    cargo run\n\n| a | b |\n|---|---|\n| 1 | `x \\| y` |\n\n- an item\n  of two lines\n- more\n";

    #[test]
    fn a_text_is_read_as_sections_of_blocks() {
        let text = Text::of(TEXT).expect("it is understood");
        assert_eq!((&text.title[..], &text.question[..]), ("Chapter 1. A", "**Guess.** How\nmany?\n"));
        let section = &text.sections[1];
        assert_eq!(section.title, "One");
        let owned = |text: &str| text.to_owned();
        assert_eq!(
            section.blocks,
            [
                Block::Paragraph(owned("Two lines of text:")),
                Block::Code(vec![owned("let x = 1;")]),
                Block::Formula(owned("a = b")),
                Block::Figure { description: owned("It falls"), file: owned("figures/a.svg") },
                Block::Command(owned("cargo run")),
                Block::Table(vec![vec![owned("a"), owned("b")], vec![owned("1"), owned("`x \\| y`")]]),
                Block::Item(owned("an item of two lines")),
                Block::Item(owned("more")),
            ]
        );
        assert!(section.notes.contains("let x = 1;") && !section.notes.contains("figures"), "{}", section.notes);
    }

    #[test]
    fn a_mark_leaves_a_block_or_a_section_out_and_another_is_refused() {
        let text = Text::of(&TEXT.replace("<!-- code", &format!("{SKIP}\n<!-- code"))).expect("it is understood");
        assert!(!text.sections[1].blocks.iter().any(|block| matches!(block, Block::Code(_))));
        assert_eq!(text.sections[1].blocks.len(), 7);
        let text = Text::of(&TEXT.replace("## One", &format!("{SKIP}\n## One"))).expect("it is understood");
        assert_eq!(text.sections.len(), 1);
        let error = Text::of(&TEXT.replace("## One", "<!-- slide: skp -->\n## One")).err().expect("a mistake");
        assert!(error.starts_with("line 8:") && error.contains("skp"), "{error}");
    }
}
