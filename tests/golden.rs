//! Every op against values that PyTorch computed, to second order; and the errors of faulty files.

use gradus::golden::{self, GoldenError, OPS};
use gradus::table::TABLE;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files
}

/// The op that a file is about: `conv2d_2.json` has further cases of conv2d.
fn op_of(path: &Path) -> String {
    let name = path.file_stem().unwrap().to_str().unwrap();
    name.strip_suffix("_2").unwrap_or(name).to_owned()
}

#[test]
fn every_op_agrees_with_pytorch_to_second_order() {
    let mut wrong = String::new();
    let files = files();
    let ops: BTreeSet<String> = files.iter().map(|path| op_of(path)).collect();
    assert_eq!(ops.len(), OPS.len());
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
        let name = op_of(&path);
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

/// What a file is told whose only case is this.
fn told_alone(case: &str) -> String {
    golden::run(&format!("[{case}]")).unwrap_err().to_string()
}

fn array(shape: &str, numbers: usize) -> String {
    format!(r#"{{"shape": {shape}, "data": {:?}}}"#, vec![1; numbers])
}

/// A case of an op with these attributes and inputs, whose results are one number each.
fn case(op: &str, attributes: &str, inputs: &[String]) -> String {
    let one = array("[]", 1);
    let gradients = vec![one.clone(); inputs.len()].join(", ");
    let inputs = inputs.join(", ");
    format!(
        r#"{{"op": "{op}", "attrs": {{{attributes}}}, "inputs": [{inputs}], "output": {one}, "cotangent": {one}, "grads": [{gradients}]}}"#
    )
}

#[test]
fn a_key_that_is_unknown_or_comes_twice_is_refused() {
    let relu = |attributes| case("relu", attributes, &[array("[]", 1)]);
    let faults = [
        told(r#""op": "add""#, r#""op": "add", "Grads": []"#),
        told(r#""op": "add""#, r#""op": "add", "op": "mul""#),
        told(r#""attrs": {}"#, r#""attrs": {"axis": 0}"#),
        told(r#""attrs": {}"#, r#""attrs": {}, "second": {"direction": []}"#),
        told(r#"{"shape": [2], "data": [3.0, 4.0]}"#, r#"{"shape": [2], "data": [3.0, 4.0], "dtype": "f32"}"#),
        told(r#"{"shape": [2], "data": [3.0, 4.0]}"#, r#"{"shape": [2], "data": [3.0, 4.0], "shape": [2]}"#),
        told_alone(&case("sum", r#""axis": null, "keepdims": false, "keepdim": true"#, &[array("[]", 1)])),
        told_alone(&relu(r#""slope": 0.1"#)),
    ];
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(faults.join("\n")) });
    assert!(golden::run(&format!("[{}]", relu(""))).unwrap().passed());
    assert!(golden::run(&format!("[{}]", ADD.replacen("{", r#"{"note": "small","#, 1))).unwrap().passed());
}

#[test]
fn ragged_rows_are_refused_even_if_their_numbers_would_fill_a_table() {
    for rows in ["[[1, 0], [1], [0, 1, 0]]", "[[1, 0, 0], [1]]", "[[], [1, 0]]", "[]", "[[]]", "[1, 0]"] {
        for op in ["binary_cross_entropy_with_logits", "softmax_cross_entropy_one_hot", "softmax_cross_entropy_soft"] {
            let told = told_alone(&case(op, &format!(r#""targets": {rows}"#), &[array("[3, 2]", 6)]));
            assert!(told.contains("attrs.targets"), "{op} {rows}: {told}");
        }
    }
}

#[test]
fn an_array_without_numbers_compares_nothing_and_is_refused() {
    for field in ["inputs", "output", "cotangent", "grads"] {
        let empty = case("relu", "", &[array("[]", 1)]).replacen(
            &format!(r#""{field}": {}{}"#, if field.ends_with('s') { "[" } else { "" }, array("[]", 1)),
            &format!(r#""{field}": {}{}"#, if field.ends_with('s') { "[" } else { "" }, array("[0]", 0)),
            1,
        );
        let told = told_alone(&empty);
        assert!(told.contains(field) && told.contains("at least one number"), "{field}: {told}");
    }
}

#[test]
fn what_would_be_too_large_is_refused_before_memory_is_taken() {
    let huge = ["[100000, 100000]", "[4294967296, 4294967296]", "[18446744073709551615, 2]", "[16777217]"];
    let mut told: Vec<String> = huge.iter().map(|shape| told_alone(&case("relu", "", &[array(shape, 1)]))).collect();
    for shape in huge {
        told.push(told_alone(&case("broadcast_to", &format!(r#""shape": {shape}"#), &[array("[]", 1)])));
        told.push(told_alone(&case("reshape", &format!(r#""shape": {shape}"#), &[array("[]", 1)])));
    }
    // Small files that make large results.
    let (column, row) = (array("[5000, 1]", 5000), array("[1, 5000]", 5000));
    for op in ["add", "mul", "pow_tensor", "maximum", "matmul"] {
        told.push(told_alone(&case(op, "", &[column.clone(), row.clone()])));
    }
    let image = array("[1, 1, 1, 1]", 1);
    for padding in ["10000", "4294967296", "9223372036854775807", "18446744073709551615"] {
        let attributes = format!(r#""stride": 1, "padding": {padding}"#);
        told.push(told_alone(&case("conv2d", &attributes, &[image.clone(), image.clone(), array("[1]", 1)])));
    }
    let rows = format!(r#""rows": {:?}"#, vec![0; 5000]);
    told.push(told_alone(&case("gather_rows", &rows, &[row])));
    for message in &told {
        assert!(message.starts_with("case 1: ") && message.len() < 700, "{message}");
    }
    assert!(matches!(golden::run(&" ".repeat(golden::MAX_BYTES + 1)), Err(GoldenError::TooLong)));
}
