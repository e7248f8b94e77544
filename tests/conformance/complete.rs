//! The table, the sources and the snapshots name the same ops.

use gradus::Tape;
use gradus::ops::TABLE;
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

/// The names that the `fn name` of an implementation can return: the string literals between it and the `fn formula`.
fn names(implementation: &str) -> Vec<String> {
    let after = implementation.split("fn name(").nth(1).expect("an op has a name");
    let body = after.split("fn formula(").next().unwrap();
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_op_has_exactly_one_row_in_the_table() {
    assert_eq!(rows().len(), TABLE.len(), "two rows have one name");
    let mut implemented = BTreeSet::new();
    for (file, text) in sources() {
        for implementation in text.split("impl<F: Scalar> Op<F> for ").skip(1) {
            let names = names(implementation);
            assert!(!names.is_empty(), "{file}: an op without a name");
            for name in names {
                assert!(rows().contains(&name), "{file}: {name:?} has no row in ops::TABLE, so nothing tests it");
                implemented.insert(name);
            }
        }
        assert_eq!(
            text.matches("Op<F> for ").count(),
            text.matches("impl<F: Scalar> Op<F> for ").count(),
            "{file}: this test knows ops by the line `impl<F: Scalar> Op<F> for`"
        );
    }
    let all = sources().into_iter().map(|(_, text)| text).collect::<String>();
    for row in rows().difference(&implemented) {
        assert!(all.contains(&format!("pub fn {row}(")), "the row {row:?} is no op and no method composed of ops");
    }
}

#[test]
fn every_row_uses_the_op_it_names() {
    for example in TABLE {
        let tape = Tape::new();
        let mut x = Vec::new();
        for operand in example.operands {
            x.push(tape.input(operand.sample(&mut ChaCha8Rng::seed_from_u64(1))));
        }
        let y = (example.f64)(&x);
        let ops: Vec<&str> = tape.nodes()[x.len()..=y.index().index()].iter().map(|node| node.op).collect();
        let composed = ops.len() > 1;
        assert!(composed || ops == [example.op], "the row {} records {ops:?}", example.op);
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
