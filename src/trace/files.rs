//! Where the text of the program is that was recorded.

use std::path::{Path, PathBuf};

/// The folders in which the source files that a trace names are looked for. A compiler names a file as seen from the root of the
/// workspace, which is the present folder or one around it.
///
/// ```
/// use gradus::trace::SourceFolders;
/// assert!(SourceFolders::new().find("src/lib.rs").is_some());
/// assert_eq!(SourceFolders::new().find("no/such/file.rs"), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFolders(Vec<PathBuf>);

impl SourceFolders {
    /// The present folder, and those around it.
    pub fn new() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        SourceFolders(here.ancestors().map(Path::to_owned).collect())
    }

    /// One more, looked at last.
    pub fn and(mut self, folder: impl Into<PathBuf>) -> Self {
        self.0.push(folder.into());
        self
    }

    /// Where a file is; `None` if it is in none of them.
    pub fn find(&self, file: &str) -> Option<PathBuf> {
        self.0.iter().map(|folder| folder.join(file)).find(|path| path.is_file())
    }
}

impl Default for SourceFolders {
    fn default() -> Self {
        SourceFolders::new()
    }
}
