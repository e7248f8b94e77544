//! Finds the source text of the recorded program.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The folders in which to look for the source files that a trace names. A compiler names a file relative to the root of the workspace, which is the
/// present folder or one around it.
///
/// ```
/// use gradus::trace::SourceFolders;
/// assert!(SourceFolders::new().find("src/lib.rs").is_some());
/// assert_eq!(SourceFolders::new().find("no/such/file.rs"), None);
///
/// // A program that is installed carries its text along.
/// let sources = SourceFolders::new().and_text("examples/mine.rs", "fn main() {}\n");
/// assert_eq!(sources.read("examples/mine.rs", 1_000).as_deref(), Some("fn main() {}\n"));
/// ```
#[must_use = "folders are looked into only by what they are given to"]
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFolders {
    folders: Vec<PathBuf>,
    texts: Vec<(String, Cow<'static, str>)>,
}

impl SourceFolders {
    /// The present folder, and those around it.
    pub fn new() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        SourceFolders { folders: here.ancestors().map(Path::to_owned).collect(), texts: Vec::new() }
    }

    /// One more folder, which comes last.
    pub fn and(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// The text of a file that the program carries with it (`include_str!`). It takes precedence over files in folders, because line numbers belong
    /// to the text that was compiled.
    pub fn and_text(mut self, file: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        self.texts.push((plain(&file.into()), text.into()));
        self
    }

    /// The path of a file; `None` if it is in none of the folders.
    pub fn find(&self, file: &str) -> Option<PathBuf> {
        self.folders.iter().map(|folder| folder.join(file)).find(|path| path.is_file())
    }

    /// The text of a file, if it is at most `most` bytes long; `None` if it is in none of the folders.
    pub fn read(&self, file: &str, most: u64) -> Option<String> {
        let sought = plain(file);
        if let Some((_, text)) = self.texts.iter().find(|(carried, _)| *carried == sought) {
            return (text.len() as u64 <= most).then(|| text.clone().into_owned());
        }
        let path = self.find(file)?;
        let is_small = std::fs::metadata(&path).ok()?.len() <= most;
        if is_small { std::fs::read_to_string(path).ok() } else { None }
    }
}

/// A path without `..`: `gradus/../ch01/main.rs` is `ch01/main.rs`.
fn plain(file: &str) -> String {
    let file = file.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in file.split('/').filter(|&part| part != ".") {
        match (part, parts.last()) {
            ("..", Some(&before)) if before != ".." => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

impl Default for SourceFolders {
    fn default() -> Self {
        SourceFolders::new()
    }
}
