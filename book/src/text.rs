//! The woven blocks of a README: each is a fence below a comment that names its contents.
//!
//! `<!-- code: chapter.rs#name -->` is followed by the lines between two anchors, `<!-- code: FILE -->` by a whole file, and `<!-- output: HEADING -->`
//! by what the program prints under that heading.

use crate::output::{self, Output};
use crate::source::excerpt;
use crate::{Result, read, write};
use std::path::Path;

/// Fills the blocks of a chapter's text or, if `check`, returns which are stale. In either case it returns the blocks that cannot be
/// filled.
pub fn weave(chapter: &Path, check: bool) -> Result<Vec<String>> {
    let path = chapter.join("README.md");
    let text = read(&path)?;
    let stored = output::stored(chapter)?;
    let (woven, faults) = woven(&text, chapter, stored.as_ref());
    let place = |(line, fault): (usize, String)| format!("{}/README.md:{line}: {fault}", crate::place(chapter));
    let mut said = Vec::new();
    for fault in faults {
        match fault {
            Fault::Missing(line, what) => said.push(place((line, what))),
            Fault::Stale(line, what) if check => said.push(place((line, what))),
            Fault::Stale(..) => {}
        }
    }
    if !check && woven != text {
        write(&path, &woven)?;
    }
    Ok(said)
}

enum Fault {
    /// At a line: the contents do not exist.
    Missing(usize, String),
    /// At a line: the contents are out of date.
    Stale(usize, String),
}

/// The text with its blocks filled, and the faults of the blocks.
fn woven(text: &str, chapter: &Path, stored: Option<&Output>) -> (String, Vec<Fault>) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut woven, mut faults) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < lines.len() {
        woven.push(lines[at].to_owned());
        at += 1;
        let Some(wanted) = Wanted::of(lines[at - 1]) else { continue };
        let Some((open, close)) = fence(&lines, at) else {
            faults.push(Fault::Missing(at, format!("no fenced block follows {}", lines[at - 1])));
            continue;
        };
        let present = lines[open + 1..close].join("\n");
        let filled = match wanted.filling(chapter, stored) {
            Ok(filling) if wanted.accepts(&present, &filling) => present,
            Ok(filling) => {
                let difference = output::first_difference(&present, &filling);
                faults.push(Fault::Stale(at, format!("the block below {} is stale: {difference}", lines[at - 1])));
                filling
            }
            Err(reason) => {
                faults.push(Fault::Missing(at, reason));
                present
            }
        };
        woven.push(lines[open].to_owned());
        woven.extend(filled.lines().map(str::to_owned));
        woven.push(lines[close].to_owned());
        at = close + 1;
    }
    (woven.join("\n") + "\n", faults)
}

/// The lines of the fence that opens at line `at`, if one does.
fn fence(lines: &[&str], at: usize) -> Option<(usize, usize)> {
    lines.get(at).filter(|line| line.starts_with("```"))?;
    let length = lines[at + 1..].iter().position(|line| line.trim_end() == "```")?;
    Some((at, at + 1 + length))
}

enum Wanted<'t> {
    Code(&'t str),
    Output(&'t str),
}

impl<'t> Wanted<'t> {
    fn of(line: &'t str) -> Option<Wanted<'t>> {
        let comment = line.trim().strip_prefix("<!-- ")?.strip_suffix(" -->")?;
        let code = comment.strip_prefix("code: ").map(|reference| Wanted::Code(reference.trim()));
        code.or_else(|| comment.strip_prefix("output: ").map(|heading| Wanted::Output(heading.trim())))
    }

    fn filling(&self, chapter: &Path, stored: Option<&Output>) -> Result<String> {
        match self {
            Wanted::Code(reference) => excerpt(chapter, reference),
            Wanted::Output(heading) => {
                let stored = stored.ok_or("there is no output.txt: store one with --run")?;
                stored.section(heading).ok_or_else(|| {
                    format!("the program prints no heading {heading:?}; it prints {}", stored.headings())
                })
            }
        }
    }

    fn accepts(&self, present: &str, filling: &str) -> bool {
        match self {
            Wanted::Code(_) => present == filling,
            Wanted::Output(_) => output::says_the_same(present, filling),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("chapter.rs"), "// ANCHOR: a\nlet x = 1;\n// ANCHOR_END: a\n")
            .expect("a file");
        folder
    }

    const TEXT: &str = "Text.\n\n<!-- code: chapter.rs#a -->\n```rust\nlet x = 2;\n```\n\n<!-- output: Slopes -->\n```text\nold\n```\nEnd.\n";

    #[test]
    fn blocks_are_filled_and_all_else_stays() {
        let folder = chapter();
        let stored = Output::parse("## Slopes\n  0.25\n");
        let (text, faults) = woven(TEXT, folder.path(), Some(&stored));
        assert_eq!(text, TEXT.replace("let x = 2;", "let x = 1;").replace("old", "  0.25"));
        assert_eq!(faults.len(), 2);
        let (again, faults) = woven(&text, folder.path(), Some(&stored));
        assert_eq!(again, text);
        assert!(faults.is_empty());
    }

    #[test]
    fn a_missing_anchor_or_heading_is_a_fault_with_its_line() {
        let folder = chapter();
        let text = TEXT.replace("chapter.rs#a", "chapter.rs#b").replace("Slopes", "Steps");
        let (unchanged, faults) = woven(&text, folder.path(), Some(&Output::parse("## Slopes\n")));
        assert_eq!(unchanged, text);
        let lines: Vec<usize> = faults
            .iter()
            .map(|fault| match fault {
                Fault::Missing(line, _) => *line,
                Fault::Stale(..) => 0,
            })
            .collect();
        assert_eq!(lines, [3, 8]);
    }
}
