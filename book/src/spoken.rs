//! Whether what the chapters print is translated: their stored outputs are said in another language, and the sentences that stay English are found.

use crate::translations::Language;
use crate::{Result, name, read};
use frame::WIDEST;
use gradus_view::language::{Catalog, is_english};
use gradus_view::text::width;
use std::path::{Path, PathBuf};

/// The heading above words that no dictionary has.
const MADE_UP: &str = "Names they make up";

/// The lines of the chapters' outputs that stay English in a language whose programs have the catalogue in this file.
pub fn english(root: &Path, chapters: &[PathBuf], language: &Language, folder: &str) -> Result<Vec<String>> {
    let file = root.join(folder).join(format!("{}.po", language.code));
    let catalog = Catalog::read(&read(&file)?).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let mut left = Vec::new();
    for chapter in chapters {
        let output = read(&chapter.join("output.txt"))?;
        for section in output.split("\n## ").filter(|section| !section.starts_with(MADE_UP)) {
            let said = catalog.say(&unwrapped(section.trim_start_matches("## "))).into_owned();
            let is_command = |line: &str| line.contains("cargo run");
            let lines = said.lines().filter(|line| is_english(line) && !is_command(line) && !is_verdict(line, chapter));
            left.extend(lines.map(|line| format!("{} prints in English: {}", name(chapter), line.trim())));
        }
    }
    Ok(left)
}

/// A stored output with each paragraph in one line, as it was translated before it was broken into lines.
fn unwrapped(text: &str) -> String {
    let mut unwrapped = String::new();
    let mut before = "";
    for line in text.lines() {
        let first = line.split(' ').next().unwrap_or_default();
        let is_full = width(before) <= WIDEST && width(before) + 1 + width(first) > WIDEST;
        let is_next = is_full && !first.is_empty() && !before.starts_with(' ');
        unwrapped.push(if is_next { ' ' } else { '\n' });
        unwrapped += line;
        before = line;
    }
    unwrapped
}

/// Whether this is the last line of a chapter, whose parts are translated before it is put together.
fn is_verdict(line: &str, chapter: &Path) -> bool {
    name(chapter).strip_prefix("ch").is_some_and(|slug| line.starts_with(slug))
}
