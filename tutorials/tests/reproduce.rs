//! `gradus reproduce`: its output, and that a number outside its band is marked and fails.

use crate::support::{self, run};
use serde_json::Value;

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");

#[test]
fn the_numbers_of_two_chapters_are_listed_and_each_says_what_it_stands_beside() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output =
        run(GRADUS, &["reproduce", "--chapter", "02", "--chapter", "ch13", "--json", "numbers.json"], folder.path());
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(folder.path().join("numbers.json")).expect("the JSON was written");
    let numbers: Vec<Value> = serde_json::from_str(&text).expect("a list");
    for number in &numbers {
        let keys: Vec<&String> = number.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["chapter", "from", "high", "low", "name", "ok", "other", "ours"]);
        let [low, high, ours] = ["low", "high", "ours"].map(|key| support::number(&number[key]));
        assert!(low <= ours && ours <= high && number["ok"] == true, "{number}");
    }
    let of = |chapter: &str| numbers.iter().filter(|number| number["chapter"] == chapter).count();
    assert!(
        of("02_perceptron") >= 4
            && of("13_gradient_check") >= 6
            && numbers.len() == of("02_perceptron") + of("13_gradient_check")
    );
    assert!(std::fs::read_dir(folder.path()).expect("the folder").count() == 1, "nothing else is written");
}

#[test]
fn a_number_outside_its_band_is_marked_and_the_exit_status_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // An unlucky seed: 42.5% of its 1,000 starts are done in ten rounds.
    let output = run(GRADUS, &["reproduce", "--chapter", "2", "--seed", "619"], folder.path());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    let marked: Vec<&str> = text.lines().filter(|line| line.ends_with("<- outside the band")).collect();
    assert!(marked.len() == 1 && marked[0].contains("0.4250"), "{text}");
    assert!(text.contains("4 of 5 numbers in their bands"), "{text}");
    assert!(text.contains("beside them: 0 printed, 2 rerun, 1 theory, 2 ours"), "{text}");
}

#[test]
fn a_chapter_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(GRADUS, &["reproduce", "--chapter", "99"], folder.path());
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no chapter \"99\""), "{output:?}");
}
