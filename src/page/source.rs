//! The text of the program that was recorded, as far as it can be read.

use super::PageOptions;
use crate::trace::{SourceFolders, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// A file that is larger is left out.
const LARGEST: u64 = 200_000;

/// The text of each source file that a node of the program names.
pub(super) fn sources(trace: &Trace, options: &PageOptions) -> BTreeMap<String, String> {
    if options.without_source {
        return BTreeMap::new();
    }
    let folders = options.source_root.iter().fold(SourceFolders::new(), |folders, root| folders.and(root));
    let files: BTreeSet<&str> = trace.nodes.iter().map(|node| &node.file[..]).collect();
    let text = |file: &str| {
        let path = folders.find(file)?;
        let is_small = std::fs::metadata(&path).ok()?.len() <= LARGEST;
        if is_small { std::fs::read_to_string(path).ok() } else { None }
    };
    files.into_iter().filter_map(|file| Some((file.to_owned(), text(file)?))).collect()
}
