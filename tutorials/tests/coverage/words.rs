//! A term of the field is explained where the course first uses it: there it is in *emphasis*, beside its explanation, or it links to its row of the
//! glossary.

use super::root;
use std::collections::BTreeSet;

/// A row of the glossary: the term and its synonyms, and the name of its place.
struct Term {
    names: Vec<String>,
    place: String,
}

fn terms() -> Vec<Term> {
    let glossary = std::fs::read_to_string(root().join("book/glossary.md")).expect("the glossary");
    let rows = glossary.lines().filter(|line| line.starts_with("| <a id="));
    rows.map(|row| {
        let cell = row.trim_matches('|').split('|').next().unwrap_or_default();
        let (place, names) = cell.split_once("\"></a>").unwrap_or_else(|| panic!("not a row of the glossary: {row}"));
        let place = place.trim().trim_start_matches("<a id=\"").to_owned();
        Term { names: names.split(',').map(|name| name.trim().to_lowercase()).collect(), place }
    })
    .collect()
}

/// The chapters in order: name and text.
fn chapters() -> Vec<(String, String)> {
    let folders = std::fs::read_dir(root().join("tutorials")).expect("the tutorials").flatten();
    let mut pages: Vec<_> = folders.map(|entry| entry.path().join("README.md")).filter(|page| page.exists()).collect();
    pages.sort();
    pages
        .into_iter()
        .map(|page| (page.display().to_string(), std::fs::read_to_string(&page).expect("a chapter's text")))
        .collect()
}

/// The lines of running text: no code, no output, no heading, no formula on a line of its own.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence && !["    ", "<!--", "#", "$$"].iter().any(|start| line.starts_with(start))
    })
}

/// The line with formulas, code, tags and addresses blanked out, so that places do not move.
fn hidden(line: &str) -> String {
    let mut hidden = line.to_lowercase();
    for (open, close) in [("![", ")"), ("`", "`"), ("$", "$"), ("<", ">"), ("](", ")")] {
        let mut from = 0;
        while let Some(start) = hidden[from..].find(open).map(|at| from + at) {
            let Some(end) = hidden[start + open.len()..].find(close).map(|at| start + open.len() + at + close.len())
            else {
                break;
            };
            hidden.replace_range(start..end, &" ".repeat(end - start));
            from = end;
        }
    }
    hidden
}

/// Where a term is used in a line, as a word of its own or in the plural.
fn place_of(name: &str, line: &str) -> Option<usize> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    line.match_indices(name).map(|(at, _)| at).find(|&at| {
        let after = &line[at + name.len()..];
        let ends = ["es", "s", ""].iter().filter_map(|ending| after.strip_prefix(ending));
        !line[..at].ends_with(is_word) && ends.into_iter().any(|rest| !rest.starts_with(is_word))
    })
}

/// Whether the text at this place of a line is emphasised, or a link to this place of the glossary.
fn is_explained(line: &str, at: usize, place: &str) -> bool {
    let before = &line[..at];
    let bold = before.matches("**").count() % 2 == 1;
    let emphasised = before.replace("**", "").matches('*').count() % 2 == 1;
    let link = format!("](../../book/glossary.md#{place})");
    bold || emphasised || line[at..].split_once(&link).is_some_and(|(text, _)| !text.contains('['))
}

#[test]
fn a_term_of_the_glossary_is_explained_where_the_course_first_uses_it() {
    let chapters = chapters();
    let terms = terms();
    assert!(terms.len() > 90, "the glossary has {} rows", terms.len());
    let mut silent = Vec::new();
    for term in &terms {
        let first = chapters.iter().find_map(|(page, text)| {
            prose(text).find_map(|line| {
                let words = hidden(line);
                let at = term.names.iter().filter_map(|name| place_of(name, &words)).min()?;
                Some((page, line, at))
            })
        });
        if let Some((page, line, at)) = first
            && !is_explained(line, at, &term.place)
        {
            silent.push(format!("{:?} is first used here without a word on it: {page}: {line}", term.names[0]));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn a_chapter_asks_before_it_tells() {
    for (page, text) in chapters() {
        let first = text.lines().skip(1).find(|line| !line.is_empty()).unwrap_or_default();
        assert!(first.starts_with("> **Predict first.**"), "{page} does not begin with its question: {first}");
        let asked = text.lines().skip_while(|line| !line.starts_with('>')).take_while(|line| line.starts_with('>'));
        assert!(asked.filter(|line| line.contains('?')).count() > 0, "{page} asks nothing");
    }
}

#[test]
fn chapters_whose_tape_is_worth_a_walk_mention_the_page() {
    let mut mention: Vec<String> =
        chapters().into_iter().filter(|(_, text)| text.contains("--html")).map(|(page, _)| page).collect();
    mention.retain(|page| ["ch01", "ch08", "ch14", "ch26"].iter().any(|chapter| page.contains(chapter)));
    assert_eq!(mention.len(), 4, "only {mention:?} mention --html");
}

#[test]
fn every_link_into_the_glossary_leads_to_a_row() {
    let places: BTreeSet<String> = terms().into_iter().map(|term| term.place).collect();
    for (page, text) in chapters() {
        for link in text.split("book/glossary.md#").skip(1) {
            let place = link.split(')').next().unwrap_or_default();
            assert!(places.contains(place), "{page}: the glossary has no row {place:?}");
        }
    }
}
