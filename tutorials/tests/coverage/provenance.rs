//! Every number beside one of ours has its origin, and every number called printed is in `SOURCES.md`.

use super::root;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The numbers in a text: digits with commas, a point and an exponent. A letter before a digit makes it a name, as in W1.
fn numbers(text: &str) -> Vec<f64> {
    let mut numbers = Vec::new();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ',' | '-' | '+');
    for word in text.split(|c: char| !is_part(c)) {
        let word = word.trim_start_matches('+').trim_end_matches(['.', ',', '-', '+']).replace(',', "");
        if word.contains(|c: char| c.is_ascii_digit()) {
            numbers.extend(word.parse::<f64>());
        }
    }
    numbers
}

/// The printed numbers of each id in `SOURCES.md`.
fn printed() -> BTreeMap<String, Vec<f64>> {
    let text = read(&root().join("SOURCES.md"));
    let table = text.split("| id | what it prints |\n|---|---|\n").nth(1).expect("the table of what the sources print");
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let (id, what) = row.trim_matches('|').split_once('|').unwrap_or_else(|| panic!("not a row: {row}"));
        (id.trim().to_owned(), numbers(what))
    })
    .collect()
}

/// A row of `docs/reproduced.txt`: where the other number is from, and the number in words.
fn reproduced() -> Vec<(String, String)> {
    let text = read(&root().join("docs/reproduced.txt"));
    let mut rows = Vec::new();
    let mut columns: Option<(usize, usize)> = None;
    for line in text.lines() {
        let place = |word: &str| line.find(word).map(|at| line[..at].chars().count());
        if let (Some(from), Some(other)) = (place("from   "), place("beside it")) {
            columns = Some((from, other));
        } else if line.trim().is_empty() || line.trim_start().starts_with("took ") {
            columns = None;
        } else if let Some((from, other)) = columns {
            let part = |skip: usize, take: usize| line.chars().skip(skip).take(take).collect::<String>();
            rows.push((part(from, other - from).trim().to_owned(), part(other, usize::MAX).trim().to_owned()));
        }
    }
    rows
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The programs of all chapters.
fn programs() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("tutorials")).expect("the tutorials").flatten();
    let chapters = folders.map(|entry| entry.path()).filter(|path| path.join("main.rs").exists());
    let files = chapters.flat_map(|chapter| std::fs::read_dir(chapter).expect("a chapter").flatten());
    files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "rs")).collect()
}

/// Every `Printed("N2"), "5377 of 10,000"` in a program. (Texts that come from a table are in `reproduced.txt`.)
fn called_printed(program: &str) -> Vec<(String, String)> {
    let calls = program.split("Printed(\"").skip(1).filter_map(|rest| {
        let (id, rest) = rest.split_once("\"), ")?;
        let other = rest.trim_start().strip_prefix('"')?.split('"').next()?;
        Some((id.to_owned(), other.to_owned()))
    });
    calls.collect()
}

#[test]
fn what_is_called_printed_stands_in_the_source() {
    let stands = printed();
    let in_programs = programs().into_iter().flat_map(|path| called_printed(&read(&path)));
    let in_the_table =
        reproduced().into_iter().filter_map(|(from, other)| Some((from.strip_prefix("printed ")?.to_owned(), other)));
    let all: BTreeSet<(String, String)> = in_programs.chain(in_the_table).collect();
    assert!(all.len() >= 10, "only {all:?} are called printed");
    for (id, other) in &all {
        let stands = stands.get(id).unwrap_or_else(|| panic!("SOURCES.md does not say that {id} prints anything"));
        let quoted = numbers(other);
        assert!(!quoted.is_empty(), "{other:?} is called printed in {id}, and has no number");
        for number in quoted {
            assert!(stands.contains(&number), "{id} does not print the {number} of {other:?}; it prints {stands:?}");
        }
    }
}

#[test]
fn no_number_is_without_an_origin() {
    let rows = reproduced();
    let text = read(&root().join("docs/reproduced.txt"));
    assert!(
        text.contains(&format!("{0} of {0} numbers in their bands", rows.len())),
        "not all {} rows hold",
        rows.len()
    );
    for (from, other) in &rows {
        let known = match from.split_once(' ') {
            Some(("printed" | "rerun", id)) => {
                let (source, number) = id.split_at(1);
                super::SOURCES.iter().any(|(name, count)| {
                    *name == source && *name != "M" && number.parse().is_ok_and(|n: usize| (1..=*count).contains(&n))
                })
            }
            None => from == "theory" || from == "ours",
            _ => false,
        };
        assert!(known && !other.is_empty(), "{other:?} is from {from:?}");
    }
    for kind in ["printed", "rerun", "theory", "ours"] {
        let count = rows.iter().filter(|(from, _)| from.starts_with(kind)).count();
        assert!(
            count > 0 && text.contains(&format!("{count} {kind}")),
            "the last line counts {kind} otherwise than {count}"
        );
    }
}

#[test]
fn every_chapters_text_shows_the_table_that_its_program_prints() {
    let folders = std::fs::read_dir(root().join("tutorials")).expect("the tutorials").flatten();
    let texts: Vec<PathBuf> =
        folders.map(|entry| entry.path().join("README.md")).filter(|path| path.exists()).collect();
    assert!(texts.len() >= 24, "{texts:?}");
    for path in texts {
        let text = read(&path);
        let table = text.split("<!-- output: Our numbers, and others beside them -->\n```text\n").nth(1);
        let table = table.unwrap_or_else(|| panic!("{} has no table of its numbers", path.display()));
        let heading = table.lines().next().unwrap_or_default();
        assert!(heading.contains("from") && heading.ends_with("beside it"), "{}: {heading}", path.display());
        assert!(text.contains("(../../SOURCES.md#where-a-number-is-from)"), "{} explains no column", path.display());
    }
}

#[test]
fn what_the_sources_do_not_print_is_not_called_printed() {
    let printed =
        |text: &str| reproduced().iter().any(|(from, other)| from.starts_with("printed") && other.contains(text));
    for rerun in ["496", "500 of 500", "0.37", "0.97", "0.969", "0.94", "7e-6", "6e-130", "0.46", "0.1135", "0.24"] {
        assert!(!printed(rerun), "{rerun} stands in no source");
    }
}
