//! The text of the program that was recorded, if it is there to be read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The source files that a trace names, read when they are first looked at.
pub(crate) struct Sources {
    roots: Vec<PathBuf>,
    read: RefCell<HashMap<String, Option<Rc<Vec<String>>>>>,
}

impl Sources {
    /// Looks in the present folder and in those around it: a compiler names files as seen from the root of a workspace.
    pub(crate) fn new() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        Sources { roots: here.ancestors().map(Path::to_owned).collect(), read: RefCell::default() }
    }

    pub(crate) fn add_root(&mut self, root: PathBuf) {
        self.roots.push(root);
    }

    /// The lines of a file; `None` if it is not there.
    pub(crate) fn lines(&self, file: &str) -> Option<Rc<Vec<String>>> {
        let mut read = self.read.borrow_mut();
        let lines = read.entry(file.to_owned()).or_insert_with(|| {
            let text = self.roots.iter().find_map(|root| std::fs::read_to_string(root.join(file)).ok())?;
            Some(Rc::new(text.lines().map(printable).collect()))
        });
        lines.clone()
    }
}

/// A line without what could move the cursor.
fn printable(line: &str) -> String {
    line.replace('\t', "    ").chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
