//! Whether what the chapters print is translated: their stored outputs are said in another language, and the sentences that stay English are found.

use crate::translations::Language;
use crate::{Result, name, read};
use gradus_view::language::Catalog;
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
            let said = catalog.say(section.trim_start_matches("## ")).into_owned();
            let lines = said.lines().filter(|line| is_english(line) && !is_verdict(line, chapter));
            left.extend(lines.map(|line| format!("{} prints in English: {}", name(chapter), line.trim())));
        }
    }
    Ok(left)
}

/// Whether this is the last line of a chapter, whose parts are translated before it is put together.
fn is_verdict(line: &str, chapter: &Path) -> bool {
    name(chapter).strip_prefix("ch").is_some_and(|slug| line.starts_with(slug))
}

/// Whether two English words follow each other outside of commands and paths.
fn is_english(line: &str) -> bool {
    let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = outside.split(' ').collect();
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let follows = |word: &str| is_word(word.trim_end_matches(['.', ',', ':', ';', '?', ')']));
    !line.contains("cargo run") && words.windows(2).any(|pair| is_word(pair[0]) && follows(pair[1]))
}
