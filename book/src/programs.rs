//! What programs say: the messages in their sources, which are translated where they are printed (`gradus_view::language`).
//!
//! The one idea to know: a string in the source that has two words is a message, unless it is what a programmer reads (`expect("...")`). Each line of
//! it, and each cell of a row, is a message of its own; what `format!` fills in is a hole. A single word is one if a chapter prints it as a cell.

use crate::strings::{Wanted, strings};
use crate::translations::Message;
use crate::{Result, read};
use gradus_view::language::{is_english, with_named_holes};
use std::collections::BTreeSet;
use std::path::Path;

/// What a program says, and where its translations stand.
pub struct Program {
    pub name: &'static str,
    /// The folder of the translations, from the root.
    pub translations: &'static str,
    /// The folders with its sources, from the root, and what is said there.
    sources: &'static [(&'static str, Says)],
}

/// Which strings of a source are messages.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    All,
    /// Those, and single words too, which are labels on a screen.
    Words,
    /// The texts of errors.
    Errors,
    /// Formulas with words, such as `dx = copies of g`.
    Formulas,
}

/// Those with translations.
pub const PROGRAMS: [Program; 1] = [Program {
    name: "programs",
    translations: "tutorials/frame/language",
    sources: &[
        ("tutorials", Says::All),
        ("view/src", Says::Words),
        ("src/trace", Says::Words),
        ("src/leaf", Says::All),
        ("src/check", Says::All),
        ("src/faults", Says::All),
        ("src/inspect", Says::All),
        ("src/io", Says::All),
        ("src/data", Says::All),
        ("src/ops", Says::Formulas),
        ("src", Says::Errors),
    ],
}];

/// What is printed and does not stand in the sources as it is printed, a message in each line: what clap says, single words, parts of strings.
const ALSO: &str = "tutorials/frame/language/also.txt";

/// Files below `tutorials` that print nothing: what learners write and its solutions, what is shipped of it, tests, and measurements for ourselves.
const SILENT: [&str; 6] = ["exercise.rs", "solution.rs", "shipped", "tests", "examples", "figures.rs"];

impl Program {
    /// The messages, in the order of files and places.
    pub fn messages(&self, root: &Path) -> Result<Vec<Message>> {
        let words = printed_words(root)?;
        let mut wanted = Vec::new();
        let mut seen = BTreeSet::new();
        for &(folder, says) in self.sources {
            for file in sources(&root.join(folder))? {
                let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
                let messages = messages(&read(&file)?, says, &words).map_err(|error| format!("{name}: {error}"))?;
                let fresh = messages.into_iter().filter(|message| seen.insert(message.clone()));
                wanted.extend(fresh.map(|message| Message { text: message, source: name.clone() }));
            }
        }
        let also = read(&root.join(ALSO))?;
        let also = also.lines().map(|line| Message { text: line.to_owned(), source: ALSO.to_owned() });
        Ok(wanted.into_iter().chain(also).collect())
    }
}

/// The files of Rust in a folder and below it, in order; or this one file.
fn sources(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    if folder.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = std::fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| !SILENT.contains(&&*crate::name(path)));
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => files.extend(sources(&path)?),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
    Ok(files)
}

/// The single words that chapters print as cells of tables, or as headings.
fn printed_words(root: &Path) -> Result<BTreeSet<String>> {
    let mut words = BTreeSet::new();
    for chapter in crate::chapters(&root.join("tutorials"), &[])? {
        let output = read(&chapter.join("output.txt"))?;
        let cells = output.lines().filter(|line| line.trim().contains("  ")).flat_map(|line| line.split("  "));
        words.extend(cells.map(str::trim).filter(|cell| is_word(cell)).map(str::to_owned));
        let headings = output.lines().filter_map(|line| line.strip_prefix("## "));
        let headings = headings.map(|heading| heading.split_once(": ").map_or(heading, |(_, title)| title));
        words.extend(headings.filter(|heading| is_word(&heading.to_lowercase())).map(str::to_owned));
    }
    Ok(words)
}

/// Whether this is one word.
fn is_word(text: &str) -> bool {
    text.len() > 2 && text.chars().all(|c| c.is_ascii_lowercase())
}

/// The messages of a source, where these single words are messages, too.
fn messages(source: &str, says: Says, words: &BTreeSet<String>) -> std::result::Result<Vec<String>, String> {
    let wanted = Wanted { errors_only: says == Says::Errors, silent: &["expect"] };
    let texts = strings(source, "", wanted)?;
    // A heading of a column may say that it stands at the right.
    let texts = texts.iter().map(|text| text.text.trim_start_matches('>'));
    let of_string = |string: &str| match says {
        Says::Formulas if !(string.contains(" = ") && is_english(string)) => Vec::new(),
        _ if words.contains(string) || (says == Says::Words && is_word(string)) => vec![string.to_owned()],
        _ => parted(string),
    };
    Ok(texts.flat_map(of_string).collect())
}

/// The messages of a string: its lines, and the cells of each.
fn parted(string: &str) -> Vec<String> {
    let text = with_named_holes(string);
    let mut messages = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let is_row = cells.len() > 1;
        messages.extend(cells.into_iter().filter(|cell| is_message(cell, is_row)).map(str::to_owned));
    }
    messages
}

/// Whether there are two words, or one in a row of cells or with a mark of punctuation. Names, code and what fills holes are no words.
fn is_message(text: &str, is_in_row: bool) -> bool {
    let mut outside = String::new();
    let mut depth = 0;
    for (place, part) in text.split('`').enumerate() {
        for c in part.chars().filter(|_| place % 2 == 0) {
            depth += i32::from(c == '{');
            if depth == 0 {
                outside.push(c);
            }
            depth -= i32::from(c == '}' && depth > 0);
        }
        outside.push(' ');
    }
    let counts = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.len() > 1
            && word.chars().all(|c| c.is_ascii_alphabetic() || "'-/".contains(c))
            && word.chars().skip(1).any(|c| c.is_ascii_lowercase())
    };
    let words = outside.split_whitespace().filter(counts).count();
    let is_sentence = text.ends_with(['.', '?', '!', ':']) || text.contains('{');
    words > 1 || (words == 1 && (is_in_row || is_sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_the_strings_with_words_by_lines_and_cells() {
        let source = r##"
            //! No message here.
            /// And "none here".
            #[doc = "not this one"]
            fn run(x: f64) {
                say(format!("  epoch {epoch:>6}   mean cost {:.5}\nat {{once}}", x));
                say("It learns \
                     quickly.");
                let name = "hidden.weight"; let columns = ["word", "other"]; let code = "`a b`";
                x.expect("a number of rows");
                #[error("cannot read {path}: {0}")]
                let row = "seed  loss now";
            }
            #[cfg(test)]
            mod tests { fn a() { say("not in tests"); } }
            fn after() { say("after the tests"); }
        "##;
        let expected = [
            "epoch {epoch}",
            "mean cost {1}",
            "at {once}",
            "It learns quickly.",
            "word",
            "cannot read {path}: {1}",
            "seed",
            "loss now",
            "after the tests",
        ];
        let words = BTreeSet::from(["word".to_owned()]);
        assert_eq!(messages(source, Says::All, &words).expect("Rust"), expected);
        assert_eq!(messages(source, Says::Errors, &words).expect("Rust"), ["cannot read {path}: {1}"]);
    }
}
