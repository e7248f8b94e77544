//! The source texts of the recorded program, as far as they can be read.

use super::PageOptions;
use crate::trace::Trace;
use std::collections::{BTreeMap, BTreeSet};

/// Maximum size of a file, in bytes; larger ones are left out.
const LARGEST: u64 = 200_000;

/// The text of each source file that a node of the program names.
pub(super) fn sources(trace: &Trace, options: &PageOptions) -> BTreeMap<String, String> {
    if options.without_source {
        return BTreeMap::new();
    }
    let folders = options.sources.clone().unwrap_or_default();
    let files: BTreeSet<&str> = trace.nodes.iter().map(|node| &node.file[..]).collect();
    files.into_iter().filter_map(|file| Some((file.to_owned(), folders.read(file, LARGEST)?))).collect()
}
