//! The course covers every idea, figure, number and mistake of its sources: the table in `README.md` says where, and these tests check that table.

mod provenance;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The number of ids of each source.
const SOURCES: [(&str, usize); 6] = [("N", 25), ("P", 14), ("D", 19), ("B", 14), ("G", 8), ("M", 30)];

/// A row of the table.
struct Row {
    id: String,
    /// The chapter's text.
    page: PathBuf,
    anchor: String,
    /// A file of `tutorials/tests` and the name of a test in it.
    test: Option<(String, String)>,
}

/// The folder of the repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn rows() -> Vec<Row> {
    let table = include_str!("README.md");
    let rows = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1).filter(|line| line.starts_with('|'));
    rows.map(|line| row(line).unwrap_or_else(|| panic!("not a row of the table: {line}"))).collect()
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [id, _, link, test] = cells[..] else { return None };
    let (page, anchor) = link.split_once("](../../")?.1.strip_suffix(')')?.split_once('#')?;
    let mut named = test.split('`').filter(|part| !part.trim().is_empty());
    let test = named.next().zip(named.next()).map(|(file, name)| (file.to_owned(), name.to_owned()));
    Some(Row { id: id.to_owned(), page: root().join("tutorials").join(page), anchor: anchor.to_owned(), test })
}

#[test]
fn every_id_of_the_sources_is_in_the_table_once() {
    let ids: Vec<String> = rows().into_iter().map(|row| row.id).collect();
    let all: Vec<String> =
        SOURCES.iter().flat_map(|(source, count)| (1..=*count).map(move |i| format!("{source}{i}"))).collect();
    assert_eq!(ids, all);
}

#[test]
fn every_id_leads_to_an_anchor_in_a_chapter() {
    let missing: Vec<String> = rows()
        .iter()
        .filter(|row| {
            !std::fs::read_to_string(&row.page).unwrap_or_default().contains(&format!("<a id=\"{}\"></a>", row.anchor))
        })
        .map(|row| format!("{}: no <a id=\"{}\"></a> in {}", row.id, row.anchor, row.page.display()))
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_test_that_reproduces_a_number_exists() {
    for row in rows() {
        let Some((file, name)) = row.test else { continue };
        let path = root().join("tutorials/tests").join(&file);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {}: {error}", row.id, path.display()));
        assert!(text.contains(&format!("#[test]\nfn {name}()")), "{}: {file} has no test {name}", row.id);
    }
}

#[test]
fn an_anchor_stands_on_one_page_of_a_chapter_only_once() {
    for page in rows().into_iter().map(|row| row.page).collect::<BTreeSet<_>>() {
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        let anchors: Vec<&str> = text.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let different: BTreeSet<&&str> = anchors.iter().collect();
        assert_eq!(anchors.len(), different.len(), "{} repeats an anchor", page.display());
    }
}
