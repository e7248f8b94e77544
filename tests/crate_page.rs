//! The page that docs.rs shows first names every op and every feature.

use gradus::table::TABLE;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../src/guide.md");

/// What stands in backquotes in the first or another column of the tables below a heading.
fn named_below(heading: &str, column: usize) -> BTreeSet<&'static str> {
    let (_, rest) = PAGE.split_once(heading).unwrap_or_else(|| panic!("no heading {heading}"));
    let section = rest.split("\n# ").next().unwrap_or(rest);
    let cells = section.lines().filter_map(|line| line.strip_prefix('|')).filter_map(|row| row.split('|').nth(column));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn the_crate_page_names_every_op() {
    let named = named_below("# Ops\n", 1);
    for example in TABLE.iter().filter(|example| !example.op.ends_with('\'')) {
        let written = match example.op {
            "add" | "add_n" => "+",
            "sub" | "neg" => "-",
            "mul" => "*",
            "div" => "/",
            "pow_tensor" => "pow_var",
            name => name,
        };
        assert!(named.contains(written), "{written}");
    }
}

#[test]
fn the_crate_page_names_every_feature() {
    let manifest = include_str!("../Cargo.toml");
    let (_, rest) = manifest.split_once("\n[features]\n").expect("features");
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    let features =
        lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).filter(|&name| name != "default");
    let named = named_below("# Features\n", 0);
    assert_eq!(features.collect::<BTreeSet<_>>(), named);
}
