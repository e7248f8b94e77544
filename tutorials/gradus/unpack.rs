//! `gradus exercises unpack`: the exercises with the texts and the digits, as a folder in which the course goes on without its repository. The one idea to
//! know: the folder is laid out as the repository is, so every other command works in both alike; instead of the course's sources, its manifest names the
//! packages of a registry.

use crate::command::checkout::Checkout;
use crate::command::texts;
use frame::files;
use frame::{EXERCISES, EXERCISES_PACKAGE, Error, Exercise, Result, as_installed};
use std::path::Path;

/// The first line of the files that a second run may replace.
const MARK: &str = "# Made by `gradus exercises unpack`, which also replaces it.";

/// The workspace. Its profile says of each package that it names what the repository's says: what trains runs at full speed, all else is compiled quickly.
const WORKSPACE: &str = r#"[workspace]
members = ["tutorials/exercises"]
resolver = "3"

[profile.release]
opt-level = 1
codegen-units = 1
[profile.release.package.gradus]
opt-level = 3
codegen-units = 4
[profile.release.package.gradus-course]
opt-level = 3
codegen-units = 4
[profile.release.package.gradus-exercises]
opt-level = 0
[profile.release.package.kuva]
opt-level = 0
"#;

/// What answers may use besides the course, as the package of the exercises in the repository has it.
const LIBRARIES: &str = r#"ndarray = { version = "0.17.2", default-features = false, features = ["std"] }
rand = { version = "0.10.3", default-features = false, features = ["std", "chacha"] }
"#;

/// Unpacks into a folder, and says what is there now. Answers that are there already stay as they are.
///
/// # Errors
/// If the folder holds something else, or a file cannot be written.
pub fn unpack(folder: &Path) -> Result<String> {
    let manifest = folder.join("Cargo.toml");
    if std::fs::read_to_string(&manifest).map_or(manifest.exists(), |text| !text.starts_with(MARK)) {
        return Err(Error::new(format!(
            "{} is there already, and not from here: name a folder that is new, empty, or has exercises: gradus exercises unpack DIR",
            manifest.display()
        )));
    }
    let write = |path: &str, bytes: &[u8]| {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| files::write(&file, bytes))
            .map_err(|error| Error::new(format!("cannot write {}: {error}", file.display())))
    };
    let mut kept = 0;
    for exercise in EXERCISES {
        match folder.join(exercise.file()).exists() {
            true => kept += 1,
            false => write(&exercise.file(), as_installed(exercise.shipped).as_bytes())?,
        }
    }
    for text in texts() {
        let chapter = format!("tutorials/ch{}", text.chapter);
        write(&format!("{chapter}/README.md"), as_installed(&without_outer_links(text.text)).as_bytes())?;
        for (name, figure) in text.figures {
            write(&format!("{chapter}/figures/{name}"), figure)?;
        }
    }
    for (name, packed) in frame::carried_digits() {
        write(&format!("data/mnist/{name}"), packed)?;
    }
    write(EXERCISES_PACKAGE, package().as_bytes())?;
    // Last: a folder that was written in part is no course yet.
    write("Cargo.toml", format!("{MARK}\n{WORKSPACE}").as_bytes())?;
    let kept = if kept > 0 { format!("; {kept} of them were there and are as you left them") } else { String::new() };
    let place = if folder == Path::new(".") { String::new() } else { format!("cd {}, then ", folder.display()) };
    Ok(format!(
        "{} exercises are in {}{kept}.\nNext: {place}gradus next. The first judgement compiles the course, which takes minutes.",
        EXERCISES.len(),
        folder.join("tutorials").display()
    ))
}

/// A text in which links to what is not unpacked, `[words](../../SOURCES.md)`, are their words.
fn without_outer_links(text: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(middle) = rest.find("](../../") {
        let (before, after) = rest.split_at(middle);
        let (Some(start), Some(end)) = (before.rfind('['), after.find(')')) else { break };
        kept += &before[..start];
        kept += &before[start + 1..];
        rest = &after[end + 1..];
    }
    kept + rest
}

/// The manifest of the exercises. Course and judges must be those of this program.
pub fn package() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!(
        "{MARK}\n[package]\nname = \"gradus-exercises\"\nversion = \"{version}\"\nedition = \"2024\"\npublish = false\nautobins = false\n\n\
         [dependencies]\nframe = {{ package = \"gradus-frame\", version = \"={version}\" }}\ngradus = \"={version}\"\n\
         gradus-course = \"={version}\"\n{LIBRARIES}"
    );
    for exercise in EXERCISES {
        let (name, chapter) = (exercise.short_name(), exercise.chapter);
        text += &format!(
            "\n[[bin]]\nname = \"{name}_exercise\"\npath = \"../ch{chapter}/exercise.rs\"\ntest = false\ndoc = false\n"
        );
    }
    text
}

/// Our solution: the file of the repository or, if there is none, the text that the program carries.
///
/// # Errors
/// If the program carries none.
pub fn solution(checkout: &Checkout, exercise: &Exercise) -> Result<String> {
    let file = checkout.exercise(exercise).with_file_name("solution.rs");
    if file.is_file() {
        return checkout.read(&file);
    }
    let text = texts().iter().find(|text| text.chapter == exercise.chapter);
    text.map(|text| as_installed(text.solution))
        .ok_or_else(|| Error::new(format!("this program carries no solution of {}", exercise.short_name())))
}
