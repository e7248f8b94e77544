//! The text of the program that was recorded, as far as it can be read.

use super::PageOptions;
use crate::trace::Trace;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file that is larger is left out.
const LARGEST: u64 = 200_000;

/// The text of each source file that a node of the program names. A compiler names files as seen from the root of a workspace, so
/// they are looked for in the present folder and in those around it.
pub(super) fn sources(trace: &Trace, options: &PageOptions) -> BTreeMap<String, String> {
    if options.without_source {
        return BTreeMap::new();
    }
    let here = std::env::current_dir().unwrap_or_default();
    let roots: Vec<PathBuf> = here.ancestors().map(Path::to_owned).chain(options.source_root.clone()).collect();
    let files: BTreeSet<&str> = trace.nodes.iter().map(|node| &node.file[..]).collect();
    let text = |file: &str| {
        let path = roots.iter().map(|root| root.join(file)).find(|path| path.is_file())?;
        let is_small = std::fs::metadata(&path).ok()?.len() <= LARGEST;
        if is_small { std::fs::read_to_string(path).ok() } else { None }
    };
    files.into_iter().filter_map(|file| Some((file.to_owned(), text(file)?))).collect()
}
