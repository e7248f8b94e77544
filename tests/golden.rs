//! Every op against values that PyTorch computed, to second order; and what a faulty file is told.

use gradus::golden::{self, GoldenError, OPS};
use gradus::ops::TABLE;
use std::fs;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files
}

#[test]
fn every_op_agrees_with_pytorch_to_second_order() {
    let mut wrong = String::new();
    let files = files();
    assert_eq!(files.len(), OPS.len());
    for path in files {
        let report = golden::run(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(!report.cases.is_empty());
        if !report.passed() {
            wrong += &format!("{}\n{report}\n", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_golden_file_is_named_after_an_op_with_a_row_in_the_table() {
    for path in files() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let operation = OPS.iter().find(|operation| operation.op == name);
        let row = operation.unwrap_or_else(|| panic!("{name} is no op that golden files know")).row;
        assert!(TABLE.iter().any(|example| example.op == row), "{row} has no row in the table");
    }
}

#[test]
fn a_wrong_value_is_found_wherever_it_is() {
    let path = files().into_iter().find(|path| path.ends_with("sigmoid.json")).unwrap();
    let file: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for place in
        ["/0/output/data/3", "/0/grads/0/data/2", "/0/second/grads/0/data/1", "/0/second/cotangent_grad/data/0"]
    {
        let mut file = file.clone();
        let number = file.pointer_mut(place).unwrap();
        *number = (number.as_f64().unwrap() + 1e-6).into();
        let report = golden::run(&file.to_string()).unwrap();
        assert!(!report.passed(), "a change at {place} was missed");
        assert!(report.to_string().contains("WRONG"), "{report}");
        assert!(report.cases[1..].iter().all(golden::GoldenCase::passed), "{report}");
    }
}

const ADD: &str = r#"{"op": "add", "attrs": {},
    "inputs": [{"shape": [2], "data": [1.0, 2.0]}, {"shape": [2], "data": [3.0, 4.0]}],
    "output": {"shape": [2], "data": [4.0, 6.0]}, "cotangent": {"shape": [2], "data": [0.5, -1.0]},
    "grads": [{"shape": [2], "data": [0.5, -1.0]}, {"shape": [2], "data": [0.5, -1.0]}]}"#;

/// What a file is told whose second case is `ADD` with something replaced.
fn told(old: &str, new: &str) -> String {
    let faulty = ADD.replacen(old, new, 1);
    assert_ne!(faulty, ADD, "{old} is not there");
    golden::run(&format!("[{ADD}, {faulty}]")).unwrap_err().to_string()
}

#[test]
fn a_file_without_second_derivatives_is_checked_to_first_order() {
    let report = golden::run(&format!("[{ADD}]")).unwrap();
    assert!(report.passed());
    assert_eq!(report.cases[0].second_order_error, None);
}

#[test]
fn a_faulty_file_is_told_the_case_and_the_field() {
    assert!(matches!(golden::run("[{"), Err(GoldenError::Json(_))));
    assert!(matches!(golden::run("[]"), Err(GoldenError::NoCases)));
    assert!(matches!(golden::run("{}"), Err(GoldenError::NoCases)));
    let faults = [
        told(r#""op": "add""#, r#""op": "ad""#),
        told(r#""op": "add","#, ""),
        told(r#""shape": [2], "data": [3.0, 4.0]"#, r#""shape": [3], "data": [3.0, 4.0]"#),
        told("[3.0, 4.0]", r#"[3.0, "x"]"#),
        told(r#", {"shape": [2], "data": [3.0, 4.0]}"#, ""),
        told(r#""output": {"shape": [2]"#, r#""output": {"shape": [2, 1]"#),
        told(r#""cotangent": {"shape": [2], "data": [0.5, -1.0]}"#, r#""cotangent": {"shape": [], "data": [1.0]}"#),
        told(r#""grads": ["#, r#""grads": [{"shape": [], "data": [1.0]}, "#),
        told(r#""attrs": {}"#, r#""attrs": 3"#),
        told(r#""op": "add", "attrs": {}"#, r#""op": "concat", "attrs": {}"#),
        told(r#"{"shape": [2], "data": [3.0, 4.0]}"#, r#"{"shape": [3], "data": [3.0, 4.0, 5.0]}"#),
    ];
    insta::with_settings!({ omit_expression => true, filters => vec![(r"mod\.rs:\d+", "mod.rs:LINE")] }, {
        insta::assert_snapshot!(faults.join("\n"));
    });
}
