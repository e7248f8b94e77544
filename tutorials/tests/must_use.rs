//! Results that are lost if they are not used are marked `#[must_use]`: reports, and everything that is built step by step by value, where
//! `options.title("x");` alone changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// All Rust files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The public types that are marked, and those with methods that take a value and return a changed one.
fn survey(folders: &[&str]) -> (BTreeSet<String>, BTreeMap<String, Vec<String>>) {
    let (mut marked, mut builders) = (BTreeSet::new(), BTreeMap::<String, Vec<String>>::new());
    let mut all = Vec::new();
    folders.iter().for_each(|folder| files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), &mut all));
    for file in all {
        let (mut is_marked, mut current) = (false, String::new());
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        for line in std::fs::read_to_string(&file).expect("UTF-8").lines() {
            let kinds = ["pub struct ", "pub(super) struct ", "pub enum "];
            if let Some(name) = kinds.iter().find_map(|kind| line.strip_prefix(kind)) {
                marked.extend(is_marked.then(|| word(name)));
            }
            is_marked =
                line.starts_with("#[must_use") || is_marked && (line.starts_with("#[") || line.starts_with("///"));
            if let Some(rest) = line.strip_prefix("impl") {
                let rest = rest.split_once("> ").map_or(rest, |(_, rest)| rest);
                let rest = rest.split_once(" for ").map_or(rest, |(_, rest)| rest);
                current = word(rest.trim_start_matches(|c: char| !c.is_alphabetic()));
            }
            let by_value = ["(self,", "(self)", "(mut self,", "(mut self)"].iter().any(|self_| line.contains(self_));
            if let Some(method) = line.strip_prefix("    pub fn ")
                && by_value
                && line.contains("-> Self")
            {
                builders.entry(current.clone()).or_default().push(word(method));
            }
        }
    }
    (marked, builders)
}

#[test]
fn whatever_is_built_by_value_warns_if_it_is_dropped() {
    let (marked, builders) = survey(&["src", "view/src", "tutorials/frame/plot"]);
    let known = ["Check", "Adam", "DrawOptions", "Stepper", "Chart", "Mlp"];
    assert!(known.iter().all(|builder| builders.contains_key(*builder)), "the survey misses some: {builders:?}");
    for (builder, methods) in builders {
        // A Var's methods record on the tape, and listings and figures show it, whether or not the Var is kept.
        let is_effect = builder == "Var";
        assert!(
            is_effect || marked.contains(&builder),
            "{builder} needs #[must_use]: {methods:?} return a changed one"
        );
    }
}

// Not `Gradients`: an optimizer requires them, so they cannot be forgotten unnoticed; and a program that only wants to look at a pass finds it on the
// tape.
#[test]
fn reports_and_what_is_only_there_to_be_read_warn_if_they_are_dropped() {
    let (marked, _) = survey(&["src"]);
    for read in ["Var", "Report", "NodeCheck", "NonFinite", "Trace", "Picture", "Coloured", "GoldenReport"] {
        assert!(marked.contains(read), "{read} needs #[must_use]");
    }
}
