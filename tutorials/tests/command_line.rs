//! The chapters as programs: flags, JSON, exit status, and error messages.

use crate::support::run;
use serde_json::Value;
use std::path::Path;
use std::process::Output;

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");
const CH02: &str = env!("CARGO_BIN_EXE_ch02_perceptron");
const CH10: &str = env!("CARGO_BIN_EXE_ch10_xor_by_tape");
const CH15: &str = env!("CARGO_BIN_EXE_ch15_mnist_nielsen");

fn standard_output(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// Runs with `--json`, expects success, and returns the document.
fn json(program: &str, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = [arguments, &["--quiet", "--json", "results.json"]].concat();
    let output = run(program, &arguments, folder.path());
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(folder.path().join("results.json")).expect("the JSON was written");
    let document: Value = serde_json::from_str(&text).expect("valid JSON");
    let answer = document["answer"].as_str();
    assert!(answer.is_some_and(|answer| !answer.contains(['{', '}'])), "the answer: {answer:?}");
    document
}

#[test]
fn the_perceptron_reproduces_its_numbers() {
    let document = json(CH02, &[]);
    assert_eq!(document["chapter"], "02_perceptron");
    assert_eq!(document["seed"], 7);
    let results = &document["results"];
    assert_eq!(results["and_rounds_rate_1"], 6);
    assert_eq!(results["and_rounds_rate_0_1"], 4);
    assert_eq!(results["tie"], -2.7755575615628914e-17);
    assert_eq!(results["xor_mistakes"], 4);
}

#[test]
fn xor_is_learnt_from_nearly_every_start() {
    let document = json(CH10, &[]);
    let solved = document["results"]["solved_starts"].as_f64().expect("a number");
    assert!(solved >= 0.99, "{solved}");
}

#[test]
fn nielsens_network_starts_as_the_source_says() {
    let document = json(CH15, &["--epochs", "1"]);
    let results = &document["results"];
    let accuracies = results["test_accuracy"].as_array().expect("a list");
    assert_eq!(accuracies.len(), 1);
    let first = accuracies[0].as_f64().expect("a number");
    assert!((0.40..0.70).contains(&first), "after one epoch: {first}");
    let untrained = results["untrained_accuracy"].as_f64().expect("a number");
    assert!(untrained < 0.2, "untrained: {untrained}");
    assert!(results["seconds"].as_f64().expect("a number") > 0.0);
}

#[test]
fn epochs_and_full_exclude_each_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let both = run(CH10, &["--full", "--epochs", "3"], folder.path());
    assert_eq!(both.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&both.stderr).contains("cannot be used with"), "{both:?}");
    let full = run(CH02, &["--full", "--quiet"], folder.path());
    assert!(full.status.success(), "{full:?}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for (program, arguments, written) in [
        (CH02, &["--dot"][..], 2),
        (CH10, &["--dot", "--svg", "--html", "--epochs", "300"], 7),
        (GRADUS, &["tour", "--epochs", "1"], 3),
    ] {
        let once = |folder: &Path| {
            let arguments = [arguments, &["--quiet", "--seed", "3", "--out", ".", "--json", "results.json"]].concat();
            let output = run(program, &arguments, folder);
            let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
                .expect("the folder")
                .map(|entry| entry.expect("an entry").path())
                .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("text")))
                .map(|(path, text)| (path.rsplit('/').next().unwrap_or_default().to_owned(), without_seconds(&text)))
                .collect();
            files.sort();
            (standard_output(&output), files)
        };
        let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let (first, second) = (once(first.path()), once(second.path()));
        assert_eq!(first, second, "{program}");
        assert_eq!(first.0.lines().count(), 1, "--quiet prints one line: {}", first.0);
        assert_eq!(first.1.len(), written, "{program} writes its graphs and the JSON");
    }
}

fn without_seconds(text: &str) -> String {
    text.lines().filter(|line| !line.contains("\"seconds\"")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_training_is_watched_on_a_terminal_and_elsewhere_a_note_says_that_it_is_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let nothing = run(CH02, &["--watch"], folder.path());
    assert!(nothing.status.success());
    assert!(
        String::from_utf8_lossy(&nothing.stderr).starts_with("note: --watch: nothing in this chapter"),
        "{nothing:?}"
    );
    let training = run(CH15, &["--watch", "--epochs", "1"], folder.path());
    assert!(training.status.success());
    assert!(String::from_utf8_lossy(&training.stderr).starts_with("note: --watch needs a terminal"), "{training:?}");
    assert!(!standard_output(&training).contains('\u{1b}'), "no control sequences");
}

#[test]
fn plots_are_the_same_bytes_for_the_same_seed_and_left_out_when_quiet() {
    let plots = |arguments: &[&str]| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(run(CH02, &[arguments, &["--out", "."]].concat(), folder.path()).status.success());
        ["boundaries.svg", "boundaries.png"].map(|name| std::fs::read(folder.path().join(name)).ok())
    };
    let [svg, png] = plots(&[]);
    assert!(svg.as_ref().is_some_and(|svg| svg.starts_with(b"<svg")) && png.is_some());
    assert_eq!(plots(&[]), [svg, png]);
    assert_eq!(plots(&["--quiet"]), [None, None]);
}

#[test]
fn a_missing_data_folder_ends_with_status_2_and_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(CH15, &["--data", "nowhere"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.starts_with("error: ") && message.contains("nowhere"), "{message}");
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn a_damaged_data_file_ends_with_status_2() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    for entry in std::fs::read_dir(&data).expect("the data") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, folder.path().join(path.file_name().expect("a name"))).expect("a copy");
    }
    let images = folder.path().join("train-images-idx3-ubyte.gz");
    let bytes = std::fs::read(&images).expect("the images");
    std::fs::write(&images, &bytes[..bytes.len() / 2]).expect("half of the images");
    let output = run(CH15, &["--data", "."], folder.path());
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("train-images-idx3-ubyte.gz"), "{message}");
}

#[test]
fn a_file_that_cannot_be_written_ends_with_status_2() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(CH02, &["--json", "no/such/folder.json"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no/such/folder.json"));
}

#[test]
fn gradus_lists_its_chapters_and_runs_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = standard_output(&run(GRADUS, &["list"], folder.path()));
    for chapter in ["ch02", "ch10", "ch15"] {
        assert!(list.contains(chapter), "{list}");
    }
    let help = run(GRADUS, &["--help"], folder.path());
    assert!(help.status.success() && standard_output(&help).contains("cargo run --release"));
    let chapter = run(GRADUS, &["ch02", "--quiet"], folder.path());
    assert!(chapter.status.success());
    assert!(standard_output(&chapter).starts_with("02_perceptron: ok"), "{chapter:?}");
    let unknown = run(GRADUS, &["ch99"], folder.path());
    assert_eq!(unknown.status.code(), Some(2));
    let wrong_flag = run(GRADUS, &["ch02", "--sed", "1"], folder.path());
    assert_eq!(wrong_flag.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong_flag.stderr).contains("--seed"), "a similar flag is suggested");
}

#[test]
fn gradus_check_proves_a_model_on_real_digits() {
    let document = json_of_check(&["--model", "mlp:784-20-10", "--samples", "2", "--elements", "50"]);
    assert_eq!(document["verdict"], "pass");
    let entries = document["report"]["entries"].as_array().expect("a list");
    assert_eq!(entries.len(), 4);
    assert_eq!(entries[0]["name"], "layer1/W");
    let smooth = json_of_check(&["--model", "mlp:784-4-10", "--activation", "tanh", "--sample", "9", "--seed", "3"]);
    assert_eq!(smooth["report"]["entries"][0]["checked"], 9);
}

#[test]
fn gradus_check_takes_all_elements_or_a_sample_not_both() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let both = run(GRADUS, &["check", "--all", "--sample", "5"], folder.path());
    assert_eq!(both.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&both.stderr).contains("cannot be used with"), "{both:?}");
}

#[test]
fn gradus_check_runs_golden_values() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/matmul.json");
    let document = json_of_check(&["--golden", &file.display().to_string()]);
    assert_eq!((&document["cases"], &document["passed"]), (&4.into(), &4.into()));
    assert!(document["worst_error"].as_f64().expect("a number") < 1e-10);
}

#[test]
fn gradus_check_fails_wrong_golden_values_and_refuses_broken_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/neg.json");
    let text = std::fs::read_to_string(golden).expect("the golden values");
    let mut cases: Value = serde_json::from_str(&text).expect("valid JSON");
    cases[0]["grads"][0]["data"][0] = 123.0.into();
    std::fs::write(folder.path().join("wrong.json"), cases.to_string()).expect("a file");
    std::fs::write(folder.path().join("broken.json"), "[{").expect("a file");
    let wrong = run(GRADUS, &["check", "--golden", "wrong.json"], folder.path());
    assert_eq!(wrong.status.code(), Some(1));
    assert!(standard_output(&wrong).contains("WRONG"), "{wrong:?}");
    for file in ["broken.json", "missing.json"] {
        let refused = run(GRADUS, &["check", "--golden", file], folder.path());
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(file), "{refused:?}");
    }
}

fn json_of_check(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = [&["check"], arguments, &["--json", "check.json"]].concat();
    let output = run(GRADUS, &arguments, folder.path());
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(folder.path().join("check.json")).expect("the JSON was written");
    serde_json::from_str(&text).expect("valid JSON")
}

#[test]
fn the_readme_and_the_help_tell_one_time_for_the_tour() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let help = String::from_utf8(run(GRADUS, &["help"], folder.path()).stdout).expect("UTF-8");
    let time = help.split("train a network (").nth(1).and_then(|rest| rest.split(')').next()).expect("the tour's time");
    assert!(readme.contains(&format!("the tour itself takes {time}")), "the help says {time}");
}

/// A file of the repository.
fn file(path: &str) -> String {
    format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn gradients_of_a_numpy_program_are_judged_and_its_mistake_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let judged = |arguments: &[&str]| run(GRADUS, &[&["check", "--foreign"], arguments].concat(), folder.path());
    let output = judged(&[&file("examples/foreign/m01_tanh_twice.json"), "--json", "found.json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(standard_output(&output).contains("tanh is applied twice"), "{output:?}");
    let found = std::fs::read_to_string(folder.path().join("found.json")).expect("the JSON was written");
    let found: Value = serde_json::from_str(&found).expect("valid JSON");
    assert_eq!(found["verdict"], "fail");
    assert!(found["mistake"].as_str().is_some_and(|mistake| mistake.contains("1 - tanh(h)²")), "{found}");

    // A model with arrays that are none of its own, and a file that is neither.
    let arrays = file("examples/foreign/m01_tanh_twice.npz");
    let output = judged(&[&file("tests/onnx/mlp_13_script.onnx"), "--arrays", &arrays]);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && complaint.contains("expected x (2, 4)"), "{complaint}");
    let output = judged(&[&file("README.md"), "--arrays", &arrays]);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && complaint.contains("no ONNX model"), "{complaint}");
}

#[test]
fn a_model_that_another_tool_exported_is_stepped_through() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(GRADUS, &["step", &file("tests/onnx/mlp_13_script.onnx")], folder.path());
    assert!(output.status.success(), "{output:?}");
    let told = standard_output(&output);
    assert!(told.contains("a model of 6 nodes and 139 parameters: x (2, 4) becomes y"), "{told}");
    assert!(told.contains("tanh") && told.contains("log_softmax"), "{told}");
    let output = run(GRADUS, &["step", "nothing.onnx"], folder.path());
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("nothing.onnx"), "{output:?}");
}

#[test]
fn a_command_that_needs_another_word_shows_its_help_and_no_mistake() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let alone = run(GRADUS, &["exercises"], folder.path());
    assert_eq!(alone.status.code(), Some(2));
    let said = standard_output(&alone);
    assert!(said.contains("Usage: gradus exercises") && said.contains("watch") && !said.contains("error"), "{said}");
    assert!(alone.stderr.is_empty(), "{alone:?}");
}
