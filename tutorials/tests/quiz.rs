//! `gradus quiz`: every question can be judged, whatever the seed; a sheet follows from its seed; a file of answers is judged or refused by line.

use crate::support::{program_in, run};
use chapters::CHAPTERS;
use chapters::quiz::QUIZZES;
use frame::{Kind, LETTERS, Question};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");

/// All questions of a seed, with their names.
fn questions(seed: u64) -> Vec<(String, Question)> {
    let of_chapter = |(chapter, asks): (usize, &&[frame::Ask])| {
        let name = |place: usize| format!("{}.{}", CHAPTERS[chapter].0.short_name(), place + 1);
        let drawn =
            asks.iter().enumerate().map(|(place, &ask)| (name(place), Question::drawn(ask, seed, &name(place))));
        drawn.collect::<Vec<_>>()
    };
    QUIZZES.iter().enumerate().flat_map(of_chapter).collect()
}

fn standard_output(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Judges these lines, and returns what is printed, and the status.
fn judged(folder: &Path, lines: &str, flags: &[&str]) -> (String, Option<i32>) {
    std::fs::write(folder.join("answers.txt"), lines).expect("a file");
    let output = run(GRADUS, &[&["quiz", "--answers", "answers.txt"], flags].concat(), folder);
    (standard_output(&output) + &String::from_utf8_lossy(&output.stderr), output.status.code())
}

#[test]
fn every_chapter_has_two_to_four_questions_and_each_has_one_right_answer_for_every_seed() {
    assert!(QUIZZES.iter().all(|questions| (2..=4).contains(&questions.len())));
    for seed in 0..20 {
        for (name, question) in questions(seed) {
            let what = format!("{name}, seed {seed}: {question:?}");
            assert!(question.tells_slips_apart(), "{what}");
            assert!(question.judge(&question.key()).expect("the key").is_right, "{what}");
            assert!(!question.why().is_empty(), "{what}");
            match &question.kind {
                Kind::Choice(options) => {
                    assert!((3..=4).contains(&options.len()), "{what}");
                    let right = LETTERS[..options.len()]
                        .iter()
                        .filter(|letter| question.judge(letter).is_ok_and(|remark| remark.is_right));
                    assert_eq!(right.count(), 1, "{what}");
                    let texts: BTreeSet<&str> = options.iter().map(|option| option.text.as_str()).collect();
                    assert_eq!(texts.len(), options.len(), "{what}");
                    assert!(options.iter().all(|option| !option.why.is_empty()), "{what}");
                }
                Kind::Number(number) => {
                    assert!(!number.slips.is_empty(), "{what}");
                    for (slip, why) in &number.slips {
                        let written = format!("{:.*}", number.decimals, slip);
                        let remark = question.judge(&written).expect("a number");
                        assert!(!remark.is_right && remark.why.as_ref() == Some(why), "{what}: {written}");
                    }
                }
            }
        }
    }
}

#[test]
fn another_seed_draws_other_numbers_and_another_order_and_the_same_seed_the_same() {
    assert_eq!(questions(1), questions(1));
    let drawn: Vec<_> = (0..20).map(questions).collect();
    for (place, (name, question)) in drawn[0].iter().enumerate() {
        assert!(drawn.iter().any(|others| others[place].1 != *question), "{name} is the same for twenty seeds");
    }
    // The key of one sheet is no key of the others.
    let keys = |seed: usize| drawn[seed].iter().map(|(_, question)| question.key()).collect::<Vec<_>>();
    let same = keys(0).iter().zip(keys(1)).filter(|(one, other)| *one == other).count();
    assert!(2 * same < keys(0).len(), "{same} answers serve two seeds");
}

#[test]
fn a_sheet_says_its_seed_and_other_chapters_do_not_change_its_questions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sheet = |words: &[&str]| standard_output(&run(GRADUS, &[&["quiz"], words].concat(), folder.path()));
    let one = sheet(&["ch08", "--seed", "5"]);
    assert!(one.starts_with("Quiz with 3 questions, seed 5\n"), "{one}");
    assert_eq!(one, sheet(&["ch08", "--seed", "5"]));
    assert_ne!(one, sheet(&["ch08", "--seed", "6"]));
    let (_, questions) = one.split_once('\n').expect("lines");
    assert!(sheet(&["ch09", "ch08", "ch08", "--seed", "5"]).contains(questions.trim_end()));
    assert!(one.lines().all(|line| line.chars().count() <= 100), "{one}");
}

#[test]
fn the_key_judged_as_answers_gives_full_marks_and_wrong_answers_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = run(GRADUS, &["quiz", "--key", "--seed", "12"], folder.path());
    assert!(key.status.success(), "{key:?}");
    let key = standard_output(&key);
    let count = key.lines().count() - 1;
    let (said, status) = judged(folder.path(), &key, &["--json", "marks.json"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains(&format!("{count} of {count} answers are right")), "{said}");
    let marks = std::fs::read_to_string(folder.path().join("marks.json")).expect("the JSON");
    let marks: Value = serde_json::from_str(&marks).expect("JSON");
    assert_eq!((&marks["seed"], &marks["right"]), (&12.into(), &count.into()));
    // No answer is as large as this, and each choice gets an option that is not the right one.
    let wrong = |(name, question): (String, Question)| match &question.kind {
        Kind::Number(_) => format!("{name} 123456\n"),
        Kind::Choice(_) => format!("{name} {}\n", if question.key() == "a" { "b" } else { "a" }),
    };
    let wrong: String = questions(12).into_iter().map(wrong).collect();
    let (said, status) = judged(folder.path(), &wrong, &["--seed", "12"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains(&format!("0 of {count} answers are right")), "{said}");
}

#[test]
fn a_slip_is_named_and_what_is_not_answered_counts_as_not_right() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (name, question) = questions(7).into_iter().find(|(name, _)| name == "ch06.1").expect("the question");
    let Kind::Number(number) = &question.kind else { panic!("{question:?}") };
    let (slip, why) = &number.slips[0];
    let (said, status) = judged(folder.path(), &format!("\u{feff}# mine\r\n{name} {slip:.2} # one side\r\n"), &[]);
    assert_eq!(status, Some(1), "{said}");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(why.as_str()) && said.contains("not answered."), "{said}");
    assert!(said.contains("0 of 3 answers are right"), "{said}");
}

#[test]
fn a_line_that_says_nothing_about_the_sheet_is_refused_by_its_number() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (lines, expected) in [
        ("ch02.2 b\nch02.2 a", "answers.txt, line 2: ch02.2 was answered in line 1 before"),
        ("ch02.2 z", "answers.txt, line 1: ch02.2: expected a letter from a to c, found \"z\""),
        ("\nch02.1 much", "answers.txt, line 2: ch02.1: expected a number such as -0.25, found \"much\""),
        ("ch02.1 0,5", "expected a number such as -0.25"),
        ("ch02.1 NaN", "expected a number such as -0.25"),
        ("ch02.9 b", "answers.txt, line 1: there is no question \"ch02.9\"; gradus quiz prints all that there are"),
        ("ch02.01 b", "line 1: there is no question \"ch02.01\""),
        ("ch77.1 b", "line 1: there is no question \"ch77.1\""),
        ("ch02.1", "line 1: expected a question and its answer, such as ch02.1 b, and nothing else"),
        ("ch02.1 1 2", "line 1: expected a question and its answer"),
        ("seed x", "line 1: expected a whole number after seed"),
        ("seed 1\nseed 1", "line 2: the seed was said before"),
        ("seed 1\nch02.2 b", "line 1: these answers belong to seed 1, and --seed says 2"),
        ("# nothing", "answers.txt has no answers in it"),
    ] {
        let (said, status) = judged(folder.path(), lines, &["--seed", "2"]);
        assert_eq!(status, Some(2), "{lines:?}: {said}");
        assert!(said.contains(expected), "{lines:?}: {said}");
    }
    let (said, status) = judged(folder.path(), "ch02.2 b\n", &["ch03"]);
    assert!(status == Some(2) && said.contains("the sheet has no question \"ch02.2\""), "{said}");
    let output = run(GRADUS, &["quiz", "ch99"], folder.path());
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_sheet_and_its_judgement_are_in_chinese_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let chinese = |words: &[&str]| {
        let output = program_in(folder.path(), GRADUS).args(words).args(["--lang", "zh"]).output();
        standard_output(&output.expect("gradus starts"))
    };
    for seed in ["1", "2"] {
        let sheet = chinese(&["quiz", "--seed", seed]);
        let is_english = |line: &&str| {
            let words = line.split(' ').filter(|word| word.len() > 2 && word.chars().all(|c| c.is_ascii_lowercase()));
            words.filter(|word| !["sigmoid", "tanh", "softmax", "let", "else"].contains(word)).count() > 2
        };
        let english: Vec<&str> = sheet.lines().filter(is_english).collect();
        assert!(english.is_empty(), "{english:#?}");
    }
    std::fs::write(folder.path().join("answers.txt"), "ch02.2 a\nch02.3 a\n").expect("a file");
    let said = chinese(&["quiz", "--answers", "answers.txt"]);
    assert!(said.contains("未答。") && said.contains("3 个答案中对了"), "{said}");
}
