//! `--lang zh`: chapters, the runner and their mistakes speak Chinese, and compute the same.

use crate::support::{program_in, run};
use gradus_view::text::width;
use serde_json::Value;
use std::path::Path;
use std::process::Output;

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");
const CH10: &str = env!("CARGO_BIN_EXE_ch10_xor_by_tape");

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// What `gradus list` says if these variables are set and no other.
fn listed(folder: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = program_in(folder, GRADUS);
    said(&command.arg("list").env_clear().envs(variables.iter().copied()).output().expect("gradus starts"))
}

#[test]
fn the_flag_or_the_variable_or_the_locale_chooses_the_language() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let is_chinese = |text: &str| text.contains("感知机");
    assert!(is_chinese(&listed(folder.path(), &[("LC_ALL", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")])));
    assert!(is_chinese(&listed(folder.path(), &[("GRADUS_LANG", "zh"), ("LC_ALL", "en_US.UTF-8")])));
    assert!(!is_chinese(&listed(folder.path(), &[("GRADUS_LANG", "en"), ("LANG", "zh_CN.UTF-8")])));
    assert!(!is_chinese(&listed(folder.path(), &[("LANG", "fr_FR.UTF-8")])), "without a translation it is English");
    for words in [["--lang", "zh", "list"], ["list", "--lang", "zh"]] {
        assert!(is_chinese(&said(&run(GRADUS, &words, folder.path()))), "the flag stands anywhere");
    }
    for words in [&["list", "--lang", "xx"][..], &["list", "--lang"]] {
        let output = run(GRADUS, words, folder.path());
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("expected en or zh"), "{output:?}");
    }
}

#[test]
fn a_chapter_computes_the_same_in_both_languages_and_fits_the_terminal() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let results = |language: &str| {
        let file = format!("{language}.json");
        let mut command = program_in(folder.path(), CH10);
        let output = command.args(["--lang", language, "--json", &file]).env("COLUMNS", "80").output();
        let output = output.expect("the chapter starts");
        assert!(output.status.success(), "{output:?}");
        let text = std::fs::read_to_string(folder.path().join(file)).expect("the results");
        let mut document: Value = serde_json::from_str(&text).expect("valid JSON");
        document["results"]["seconds"] = Value::Null;
        (said(&output), document["results"].clone())
    };
    let (english, chinese) = (results("en"), results("zh"));
    assert_eq!(english.1, chinese.1, "the results are data, and the same");
    assert!(chinese.0.contains("梯度检验") && !chinese.0.contains("gradient check"), "{}", chinese.0);
    let wide: Vec<&str> = chinese.0.lines().filter(|line| width(line) > 80 && !line.contains('`')).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn a_mistake_is_explained_in_chinese() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (words, expected) in [
        (&["ch02", "--epochs", "many"][..], "错误"),
        (&["ch99"], "错误"),
        (&["ch02", "--epoch", "5"], "不认识的参数"),
        (&["exercises", "check", "ch99"], "错误"),
    ] {
        let output = run(GRADUS, &[words, &["--lang", "zh"]].concat(), folder.path());
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(
            said.contains(expected) && !said.contains("expected") && !said.contains("unexpected"),
            "{words:?}: {said}"
        );
    }
}
