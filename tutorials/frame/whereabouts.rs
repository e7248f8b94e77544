//! Where a program of the course runs: in the repository, in a folder into which the exercises were unpacked, or far from both, installed. The one idea to
//! know: in the first two the course's files are there; otherwise the program itself carries what it needs.

use std::path::{Path, PathBuf};

/// A file by which the repository is known. Its root has it.
const OF_REPOSITORY: &str = "tutorials/frame/exercises.rs";
/// The package of the exercises, in the repository as in a folder of unpacked exercises.
pub const EXERCISES_PACKAGE: &str = "tutorials/exercises/Cargo.toml";

/// The repository, or the folder of unpacked exercises, that contains this folder.
pub fn course_around(folder: &Path) -> Option<PathBuf> {
    let is_root = |folder: &&Path| [OF_REPOSITORY, EXERCISES_PACKAGE].iter().any(|file| folder.join(file).is_file());
    folder.ancestors().find(is_root).map(Path::to_owned)
}

/// Those that contain the present folder, and this program. (The path at which the program was built does not help: the checkout may have been moved.)
pub(crate) fn folders_of_the_course() -> Vec<PathBuf> {
    let places = [std::env::current_dir(), std::env::current_exe()];
    places.iter().flatten().filter_map(|place| course_around(place)).collect()
}

/// A text as it holds where the program runs: texts of the course say `cargo run --release -- ch02`, which works in the repository. An installed program
/// is called by its name, `gradus ch02`.
pub fn as_typed(text: &str) -> String {
    // A page shows what a reader would type in the repository.
    let is_in_repository = || folders_of_the_course().iter().any(|root| root.join(OF_REPOSITORY).is_file());
    if cfg!(target_family = "wasm") || is_in_repository() { text.to_owned() } else { as_installed(text) }
}

/// A text for an installed program.
pub fn as_installed(text: &str) -> String {
    text.replace("cargo run --release -- ", "gradus ")
}
