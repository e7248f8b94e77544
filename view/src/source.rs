//! The source text of the recorded program, if it can be read.

use gradus::trace::SourceFolders;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Maximum size of a file, in bytes.
const LARGEST: u64 = 10_000_000;

/// The source files that a trace names. Each is read when it is first needed.
pub(crate) struct Sources {
    folders: SourceFolders,
    read: RefCell<HashMap<String, Option<Rc<Vec<String>>>>>,
}

impl Sources {
    pub(crate) fn new(folders: SourceFolders) -> Self {
        Sources { folders, read: RefCell::default() }
    }

    /// The lines of a file; `None` if it is not there.
    pub(crate) fn lines(&self, file: &str) -> Option<Rc<Vec<String>>> {
        let mut read = self.read.borrow_mut();
        let lines = read.entry(file.to_owned()).or_insert_with(|| {
            let text = self.folders.read(file, LARGEST)?;
            Some(Rc::new(text.lines().map(printable).collect()))
        });
        lines.clone()
    }
}

/// A line without characters that could move the cursor.
fn printable(line: &str) -> String {
    line.replace('\t', "    ").chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
