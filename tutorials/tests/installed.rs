//! An installed program, far from its checkout: it has its sources along, and is told where the digits are.

use crate::support::is_answered;
use std::path::Path;
use std::process::{Command, Output};

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");

/// A copy of the program where there is no checkout, with nothing in its environment.
fn installed(folder: &Path, arguments: &[&str]) -> Output {
    let program = folder.join("bin/gradus");
    if !program.exists() {
        std::fs::create_dir_all(folder.join("bin")).expect("a folder");
        std::fs::copy(GRADUS, &program).expect("a copy");
    }
    std::fs::create_dir_all(folder.join("empty")).expect("a folder");
    Command::new(&program).args(arguments).env_clear().current_dir(folder.join("empty")).output().expect("it starts")
}

/// The first line of each file of a chapter.
fn openings(chapter: &str) -> Vec<String> {
    let tutorials = std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("the folder");
    let mut folders = tutorials.map(|entry| entry.expect("an entry").path());
    let folder =
        folders.find(|folder| folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(chapter)));
    let files = std::fs::read_dir(folder.expect("the chapter")).expect("its files");
    let files = files
        .map(|entry| entry.expect("an entry").path())
        .filter(|file| file.extension().is_some_and(|end| end == "rs"));
    let first = |file| std::fs::read_to_string(file).ok()?.lines().next().map(str::to_owned);
    files.filter_map(first).collect()
}

#[test]
fn an_installed_program_has_its_sources_along_and_names_no_folder_of_its_builder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checkout").display().to_string();
    let home = std::env::var("HOME").unwrap_or("/root".to_owned()) + "/";
    let hides = |text: &[u8], what: &dyn std::fmt::Debug| {
        let text = String::from_utf8_lossy(text);
        for path in [&built_in, &home] {
            assert!(!text.contains(path), "{what:?} names {path}: {text}");
        }
    };
    for words in [
        &["ch10", "--html", "--svg", "--dot", "--mermaid", "--json", "out.json", "--epochs", "300"][..],
        &["ch08", "--html"],
        &["ch01", "--html"],
        &["step", "ch01"],
        &["step", "ch12", "--epochs", "1"],
        &["help"],
        &["list"],
        &["next"],
        &["check"],
        &["exercises", "list"],
        &["tour"],
        &["ch15"],
        &["ch15", "--help"],
    ] {
        let output = installed(folder.path(), words);
        is_answered(&output, &words);
        hides(&output.stdout, &words);
        hides(&output.stderr, &words);
    }
    let mut pages = 0;
    for chapter in ["ch01", "ch08", "ch10"] {
        for file in std::fs::read_dir(folder.path().join("empty/out").join(chapter)).expect("the outputs") {
            let file = file.expect("an entry").path();
            let text = std::fs::read(&file).expect("the file");
            hides(&text, &file);
            if file.extension().is_some_and(|extension| extension == "html") {
                let text = String::from_utf8_lossy(&text);
                let is_carried = |opening: &String| text.contains(&opening[..]);
                assert!(openings(chapter).iter().any(is_carried), "{file:?} has the program's text");
                pages += 1;
            }
        }
    }
    assert!(pages >= 3, "{pages}");
}

#[test]
fn without_the_digits_one_is_told_how_to_give_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for words in [&["tour"][..], &["ch15", "--quiet"], &["ch28"], &["check"]] {
        let output = installed(folder.path(), words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.starts_with("error: ") && said.contains("--data"), "{words:?}: {said}");
    }
}

#[test]
fn every_file_of_a_chapter_is_carried_along() {
    let tutorials = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut chapters = 0;
    for chapter in std::fs::read_dir(tutorials).expect("the folder").map(|entry| entry.expect("an entry").path()) {
        let Ok(main) = std::fs::read_to_string(chapter.join("chapter.rs")) else { continue };
        let Some(listed) = main.split("frame::sources![").nth(1).and_then(|rest| rest.split(']').next()) else {
            continue;
        };
        let mut listed: Vec<&str> = listed.split('"').skip(1).step_by(2).collect();
        let files = std::fs::read_dir(&chapter).expect("the chapter").map(|entry| entry.expect("an entry").file_name());
        let files = files.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.ends_with(".rs"));
        let mut files: Vec<String> =
            files.filter(|name| !["main.rs", "exercise.rs", "solution.rs", "judge.rs"].contains(&&name[..])).collect();
        listed.sort();
        files.sort();
        assert_eq!(listed, files, "frame::sources! of {}", chapter.display());
        chapters += 1;
    }
    assert!(chapters >= 24, "{chapters}");
}
