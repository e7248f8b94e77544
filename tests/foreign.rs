//! Gradients that NumPy programs computed, judged. (The programs are `examples/foreign/*.py`; the functions and arrays beside them are what they wrote.)

use gradus::check::Verdict;
use gradus::check::foreign::{Foreign, ForeignError, Mistake, Named, judge, of_onnx};
use gradus::check::sabotage::Sabotage;
use gradus::io::Arrays;
use gradus::prelude::*;
use gradus::program::Program;
use ndarray::{ArrayD, arr1};

/// What is said of the gradients that a program wrote.
fn judged(name: &str) -> Foreign {
    let path = |ending: &str| format!("{}/examples/foreign/{name}.{ending}", env!("CARGO_MANIFEST_DIR"));
    let program = Program::from_json(&std::fs::read_to_string(path("json")).expect(name)).expect(name);
    let arrays = Arrays::load_npz(path("npz")).expect(name);
    let named = |of: &str| Some((of.strip_prefix("grad_")?.to_owned(), arrays.get::<f64>(of)?));
    judge(program, &[], &arrays.names().filter_map(named).collect::<Vec<Named>>()).expect(name)
}

#[test]
fn gradients_that_are_right_are_not_accused() {
    let found = judged("xor");
    assert!(found.report.passed() && found.mistake.is_none(), "{found}");
}

#[test]
fn a_tanh_that_is_applied_twice_is_found_m1() {
    let found = judged("m01_tanh_twice");
    assert!(found.report.wrong());
    let wrong: Vec<&str> = found
        .report
        .entries
        .iter()
        .filter(|entry| entry.verdict == Verdict::Wrong)
        .map(|entry| &entry.name[..])
        .collect();
    assert_eq!(wrong, ["b1", "w1"]);
    match &found.mistake {
        Some(Mistake::Vjp { op, at, how: Sabotage::Twice }) => {
            assert!(op == "tanh" && at.ends_with(", h"), "{op}, {at}")
        }
        other => panic!("{other:?}"),
    }
    assert!(found.to_string().contains("1 - tanh(h)² where h is a tanh already"), "{found}");
}

#[test]
fn an_epsilon_that_only_the_loss_has_is_found_m3() {
    let found = judged("m03_epsilon_in_the_log");
    assert!(found.report.wrong());
    assert!(found.to_string().contains("such as ln(p + 1e-7) and the derivative of ln(p)"), "{found}");
}

#[test]
fn one_sample_that_is_divided_by_its_classes_is_found_m18() {
    let found = judged("m18_one_sample_alone");
    assert!(found.report.wrong());
    let Some(Mistake::Scaled { factor, length: Some((10, what)) }) = &found.mistake else { panic!("{found}") };
    assert!((factor - 0.1).abs() < 1e-9 && what.contains("axis 1 of scores"), "{found}");
}

#[test]
fn a_gradient_that_is_assigned_instead_of_added_is_found_m20() {
    let found = judged("m20_assigned_not_added");
    assert_eq!(found.mistake, Some(Mistake::OneUse { input: "w".into(), used: 1, uses: 2 }), "{found}");
}

#[test]
fn a_relu_that_writes_into_the_array_of_another_branch_is_found_m20() {
    let found = judged("m20_written_over");
    assert!(matches!(found.mistake, Some(Mistake::Vjp { how: Sabotage::MaskedBy(1), .. })), "{found}");
}

#[test]
fn right_gradients_of_an_onnx_model_pass_and_what_does_not_fit_is_told() {
    let tape = Tape::<f64>::new();
    let x = tape.var([0.5, -1.0]).named("x");
    let loss = (x.tanh() * 2.0).sum().named("loss");
    let model = tape.to_onnx(&[x], &[loss]).expect("a model");
    let at: [Named; 1] = [("x".to_owned(), arr1(&[1.0, 0.25]).into_dyn())];
    let program = || of_onnx(&model, &at).expect("a program");
    let slopes = |x: &ArrayD<f64>| x.mapv(|x| 2.0 * (1.0 - x.tanh().powi(2)));
    let theirs = [("x".to_owned(), slopes(&at[0].1))];
    let found = judge(program(), &at, &theirs).expect("judged");
    assert!(found.report.passed() && found.mistake.is_none(), "{found}");

    assert!(matches!(judge(program(), &at, &[]), Err(ForeignError::Nothing)));
    let message = |gradients: &[Named]| judge(program(), &at, gradients).expect_err("what does not fit").to_string();
    assert!(message(&[("y".to_owned(), theirs[0].1.clone())]).contains("no input \"y\"; its inputs are x"));
    assert!(message(&[("x".to_owned(), ArrayD::zeros(vec![3]))]).contains("has the shape [3], and its input [2]"));
    assert!(of_onnx(&model, &[]).expect_err("no x").to_string().contains("expected x (2)"));
    let many = tape.to_onnx(&[x], &[x.tanh()]).expect("a model");
    let message = judge(of_onnx(&many, &at).expect("a program"), &at, &theirs).expect_err("no loss").to_string();
    assert!(message.contains("shape [2]"), "{message}");
}

#[test]
fn a_gradient_with_respect_to_labels_is_refused() {
    let tape = Tape::<f64>::new();
    let scores = tape.var([[1.0, 2.0, 0.5]]).named("scores");
    let labels = tape.labels(&[1]).named("labels");
    let _loss = scores.softmax_cross_entropy(labels);
    let program = tape.program().expect("a program");
    let of_scores = ("scores".to_owned(), ArrayD::zeros(vec![1, 3]));
    let of_labels = ("labels".to_owned(), ArrayD::zeros(vec![1]));
    let error = judge(program, &[], &[of_scores, of_labels]).expect_err("a label that moves is no class");
    assert!(matches!(&error, ForeignError::Moved { name, .. } if name == "labels"), "{error}");
    assert!(error.to_string().contains("labels is moved a little, so it has no gradient there"), "{error}");
}
