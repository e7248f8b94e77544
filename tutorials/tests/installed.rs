//! An installed program, far from its checkout: it has its sources, texts and digits along, and unpacks the exercises where it is asked to.

use crate::support::is_answered;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");

/// A copy of the program where there is no checkout, with nothing in its environment but a home.
fn installed(folder: &Path, arguments: &[&str]) -> Output {
    let program = folder.join("bin/gradus");
    if !program.exists() {
        std::fs::create_dir_all(folder.join("bin")).expect("a folder");
        std::fs::copy(GRADUS, &program).expect("a copy");
    }
    std::fs::create_dir_all(folder.join("empty")).expect("a folder");
    Command::new(&program)
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .current_dir(folder.join("empty"))
        .output()
        .expect("it starts")
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
        &["check", "--model", "mlp:784-2-10", "--elements", "1", "--samples", "1"],
        &["check", "--data", "nowhere"],
        &["exercises", "list"],
        &["tour", "--epochs", "1"],
        &["ch15", "--data", "nowhere"],
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
fn an_installed_program_has_the_digits_and_a_chapters_program_says_how_to_give_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = folder.path().join("home");
    std::fs::create_dir_all(&home).expect("a folder");
    let in_home = |program: &str, words: &[&str]| {
        Command::new(program)
            .args(words)
            .env_clear()
            .env("HOME", &home)
            .current_dir(folder.path())
            .output()
            .expect("it starts")
    };
    let program = folder.path().join("gradus");
    std::fs::copy(GRADUS, &program).expect("a copy");
    let output = in_home(&program.to_string_lossy(), &["ch11", "--quiet"]);
    assert!(output.status.success(), "{output:?}");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    let place = if cfg!(target_os = "macos") { "Library/Caches/gradus/mnist" } else { ".cache/gradus/mnist" };
    for entry in std::fs::read_dir(home.join(place)).expect("the digits") {
        let file = entry.expect("an entry").path();
        let name = file.file_name().expect("a name");
        assert_eq!(std::fs::read(&file).ok(), std::fs::read(here.join(name)).ok(), "{file:?}");
    }

    let alone = folder.path().join("chapter");
    std::fs::copy(env!("CARGO_BIN_EXE_ch15_mnist_nielsen"), &alone).expect("a copy");
    let output = in_home(&alone.to_string_lossy(), &["--quiet"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("error: ") && said.contains("--data"), "{said}");
}

#[test]
fn exercises_are_unpacked_with_all_texts_and_answers_that_are_there_stay() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = installed(folder.path(), &["exercises", "unpack", "course"]);
    assert!(output.status.success(), "{output:?}");
    let (course, here) = (folder.path().join("empty/course"), Path::new(env!("CARGO_MANIFEST_DIR")));
    let read = |path: PathBuf| std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let text = |path: PathBuf| String::from_utf8(read(path)).expect("a text");
    let mut chapters = 0;
    for chapter in std::fs::read_dir(here).expect("the folder").map(|entry| entry.expect("an entry").path()) {
        let name = chapter.file_name().expect("a name").to_string_lossy().into_owned();
        if !name.starts_with("ch") {
            continue;
        }
        let unpacked = course.join("tutorials").join(&name);
        for figure in std::fs::read_dir(chapter.join("figures")).into_iter().flatten() {
            let figure = figure.expect("an entry").path();
            let carried = unpacked.join("figures").join(figure.file_name().expect("a name"));
            assert_eq!(read(carried), read(figure.clone()), "{figure:?} is not in gradus/texts.rs as it is");
        }
        let page = text(unpacked.join("README.md"));
        assert!(!page.contains("](../../") && !page.contains("cargo run --release -- "), "{name}");
        assert!(page.lines().next().is_some_and(|title| text(chapter.join("README.md")).starts_with(title)), "{name}");
        let exercise = text(unpacked.join("exercise.rs"));
        assert_eq!(
            exercise,
            text(here.join(format!("frame/shipped/{name}.rs"))).replace("cargo run --release -- ", "gradus ")
        );
        chapters += 1;
    }
    assert_eq!(chapters, frame::EXERCISES.len());

    let answer = course.join("tutorials/ch02_perceptron/exercise.rs");
    std::fs::write(&answer, "// mine\n").expect("written");
    assert!(installed(folder.path(), &["exercises", "unpack", "course"]).status.success());
    assert_eq!(text(answer), "// mine\n");
    // Into somebody's own package nothing is written.
    std::fs::write(folder.path().join("empty/Cargo.toml"), "[package]\n").expect("written");
    assert_eq!(installed(folder.path(), &["exercises", "unpack", "."]).status.code(), Some(2));
    assert!(!folder.path().join("empty/tutorials").exists());
}

/// The unpacked manifest names packages of a registry, where the repository's names folders; all else is the same.
#[test]
fn the_unpacked_exercises_are_the_package_of_the_repository() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(installed(folder.path(), &["exercises", "unpack"]).status.success());
    let lines = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("a manifest");
        let (_, rest) = text.split_once("[dependencies]\n").expect("dependencies");
        let name = |line: &str| match line.split_once(" = ") {
            Some((name, what)) if what.contains("path = \"..") && !what.starts_with('"') => name.to_owned(),
            Some((name, what)) if what.contains("\"=") => name.to_owned(),
            _ => line.to_owned(),
        };
        rest.lines().map(name).collect::<Vec<_>>()
    };
    let unpacked = folder.path().join("empty/gradus/tutorials/exercises/Cargo.toml");
    assert_eq!(lines(&unpacked), lines(&Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises/Cargo.toml")));
}

/// A judgement of unpacked exercises takes as long as one in the repository.
#[test]
fn the_unpacked_exercises_are_compiled_as_in_the_repository() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(installed(folder.path(), &["exercises", "unpack"]).status.success());
    let profiles = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("a manifest");
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut profiles = BTreeMap::<String, Vec<String>>::new();
        let mut section = "";
        for line in lines {
            section = if line.starts_with('[') { line } else { section };
            if section.starts_with("[profile.release") {
                profiles.entry(section.to_owned()).or_default().push(line.to_owned());
            }
        }
        profiles
    };
    let unpacked = profiles(&folder.path().join("empty/gradus/Cargo.toml"));
    let ours = profiles(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"));
    assert!(unpacked.len() > 3, "{unpacked:?}");
    for (section, lines) in unpacked {
        assert_eq!(ours.get(&section), Some(&lines), "{section}");
    }
}

/// Chapter 24 reads files that the library's tests read as well, and that a package cannot take from outside its folder.
#[test]
fn the_files_of_pytorch_are_those_of_the_librarys_tests() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["torch_cnn.safetensors", "torch_logits.npz"] {
        let own = std::fs::read(here.join("ch24_keeping_a_model").join(name)).expect("a file");
        assert_eq!(own, std::fs::read(here.join("../tests/io/files").join(name)).expect("a file"), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_shell_completes_chapters_flags_and_exercises() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(GRADUS, folder.path().join("gradus")).expect("a copy");
    let completed = |words: &str| {
        let script = format!(
            "source <(./gradus completions bash); COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _gradus gradus \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; echo \"${{COMPREPLY[@]}}\""
        );
        let output =
            Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output().expect("bash starts");
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    };
    let tens: Vec<String> = (10..20).map(|number| format!("ch{number}")).collect();
    assert_eq!(completed("gradus ch1"), tens.join(" "));
    assert_eq!(completed("gradus ch15 --ep"), "--epochs");
    assert_eq!(completed("gradus exercises hint ch02"), "ch02");
    assert_eq!(completed("gradus exercises un"), "unpack");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(installed(folder.path(), &["completions", shell]).stdout.len() > 10_000, "{shell}");
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(installed(folder.path(), &["man", "--out", "pages"]).status.success());
    let pages = folder.path().join("empty/pages");
    let main = std::fs::read_to_string(pages.join("gradus.1")).expect("the page of gradus");
    let named: Vec<&str> = main.lines().filter_map(|line| line.strip_suffix("(1)")).collect();
    assert!(named.len() > 40, "{named:?}");
    for name in named {
        let page = std::fs::read_to_string(pages.join(format!("{}.1", name.replace("\\-", "-")))).expect(name);
        assert!(page.contains(".SH SYNOPSIS"), "{name}");
    }
    let one = installed(folder.path(), &["man", "ch10"]);
    assert_eq!(
        String::from_utf8_lossy(&one.stdout).trim(),
        std::fs::read_to_string(pages.join("gradus-ch10.1")).expect("it").trim()
    );
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
