//! The table, the sources and the snapshots name the same ops.

use gradus::Tape;
use gradus::table::TABLE;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn in_package(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn rows() -> BTreeSet<String> {
    TABLE.iter().map(|example| example.op.to_owned()).collect()
}

/// The text of every file with ops.
fn sources() -> Vec<(String, String)> {
    let files = fs::read_dir(in_package("src/ops")).unwrap().map(|entry| entry.unwrap().path());
    let mut sources: Vec<_> =
        files.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect();
    sources.sort();
    sources
}

/// The names of the ops that a file implements: behind `const NAME`, in rows `Add "add": |a, b| ...`, `Neg "neg", [RECORDED]: |x| ...`,
/// `Softmax "softmax": "yⱼ = ...", ...` and `exp: Exp, "y = eˣ", ...`, and between quotes in an `fn name` or first in `says!`.
fn names(text: &str) -> Vec<String> {
    let quoted = |text: &str| text.split('"').nth(1).map(str::to_owned);
    let implementations = text.split("impl<F: Scalar> Op<F> for ").skip(1);
    let methods = implementations.filter_map(|text| text.split("fn name(").nth(1)?.split("fn formula(").next());
    let mut names: Vec<String> = text
        .split("const NAME: &'static str = ")
        .skip(1)
        .filter_map(quoted)
        .filter(|name| !name.starts_with('$'))
        .collect();
    names.extend(
        text.lines()
            .filter(|line| ["\": |", "\": \"", "]: |"].iter().any(|start| line.contains(start)))
            .filter_map(quoted),
    );
    names.extend(text.split("says!(\"").skip(1).filter_map(|text| text.split('"').next()).map(str::to_owned));
    names.extend(
        text.lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(_, rest)| rest.split_once(", \"").is_some_and(|(_, formula)| formula.get(1..4) == Some(" = ")))
            .map(|(name, _)| name.trim().to_owned()),
    );
    names.extend(methods.flat_map(|body| body.split('"').skip(1).step_by(2).map(str::to_owned)));
    names
}

#[test]
fn every_op_has_exactly_one_row_in_the_table() {
    assert_eq!(rows().len(), TABLE.len(), "two rows have one name");
    let mut implemented = BTreeSet::new();
    for (file, text) in sources() {
        let names = names(&text);
        for name in &names {
            assert!(rows().contains(name), "{file}: {name:?} has no row in table::TABLE, so nothing tests it");
        }
        let implementations = ["Op<F> for ", "impl Unary for ", "impl Binary for ", "impl Pairwise for "]
            .map(|line| text.matches(line).count());
        assert!(names.len() >= implementations.iter().sum(), "{file}: an op whose name this test does not find");
        // The backward op of a function is tested with the function, to second order. Some have a row of their own, too.
        let has_formulas =
            ["impl Unary for", "functions! {", "impl Pairwise for", "losses! {"].iter().any(|line| text.contains(line));
        let backward = names.iter().filter(|_| has_formulas).map(|name| format!("{name}'"));
        implemented.extend(backward.filter(|name| rows().contains(name)).collect::<Vec<_>>());
        implemented.extend(names);
    }
    let all = sources().into_iter().map(|(_, text)| text).collect::<String>();
    for row in rows().difference(&implemented) {
        assert!(all.contains(&format!("pub fn {row}(")), "the row {row:?} is no op and no method composed of ops");
    }
}

#[test]
fn every_row_uses_the_op_it_names() {
    let ops: BTreeSet<String> = sources().iter().flat_map(|(_, text)| names(text)).collect();
    for example in TABLE {
        let tape = Tape::new();
        let mut x = Vec::new();
        for operand in example.operands {
            x.push(tape.input(operand.sample(&mut ChaCha8Rng::seed_from_u64(1))));
        }
        let y = (example.f64)(&x);
        let recorded: Vec<&str> = tape.nodes()[x.len()..=y.index().index()].iter().map(|node| node.op).collect();
        let composed = recorded.len() > 1 || !ops.contains(example.op.trim_end_matches('\''));
        assert!(composed || recorded == [example.op], "the row {} records {recorded:?}", example.op);
    }
}

#[test]
fn every_row_has_a_snapshot_and_every_snapshot_of_an_op_a_row() {
    let files = fs::read_dir(in_package("tests/snapshots")).unwrap().map(|entry| entry.unwrap().path());
    let of_ops = files.filter(|path| fs::read_to_string(path).unwrap().contains("source: tests/ops.rs"));
    let snapshots: BTreeSet<String> =
        of_ops.map(|path| path.file_stem().unwrap().to_str().unwrap().replace("_grad", "'")).collect();
    assert_eq!(snapshots, rows());
}
