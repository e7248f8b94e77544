//! Checks, before anything runs, that results can be written: after a training it would be too late to find out that they cannot.

use crate::{Error, Result, files, output};
use std::fs::{Metadata, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The destination of a document, given by a flag: a file, or with `-` standard output.
#[derive(Debug)]
pub enum Document {
    /// The flag, and the file.
    File(&'static str, PathBuf),
    /// `-`: everything else is printed to standard error.
    StandardOutput,
}

impl Document {
    /// Checks that the file of this flag can be written. It does not change the file yet.
    ///
    /// # Errors
    /// If it cannot.
    pub fn at(flag: &'static str, path: &Path) -> Result<Document> {
        if path == Path::new("-") {
            output::make_room_for_a_document();
            return Ok(Document::StandardOutput);
        }
        let refuse = |why: &dyn std::fmt::Display| {
            Err(Error::new(format!(
                "{flag} {}: cannot be written: {why}; name another file, or - for standard output",
                path.display()
            )))
        };
        if path.as_os_str().is_empty() {
            return Err(Error::new(format!(
                "{flag} takes the name of a file, or - for standard output, not an empty word"
            )));
        }
        let looked_at = match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => return refuse(&"it is a folder"),
            Ok(found) => OpenOptions::new().append(true).open(path).and_then(|_| beside(path, &found)),
            Err(error) if error.kind() == ErrorKind::NotFound => match folder_of(path) {
                _ if ends_in_slash(path) => return refuse(&"the name is that of a folder"),
                folder if !folder.is_dir() => return refuse(&format!("there is no folder {}", folder.display())),
                folder => try_out(folder),
            },
            Err(error) => Err(error),
        };
        match looked_at {
            Ok(()) => Ok(Document::File(flag, path.to_owned())),
            Err(error) => refuse(&error),
        }
    }

    /// Writes the document. A line's end is added.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, text: &str) -> Result {
        match self {
            Document::File(flag, path) => files::write(path, format!("{text}\n"))
                .map_err(|error| Error::new(format!("{flag} {}: cannot be written: {error}", path.display()))),
            Document::StandardOutput => {
                output::write_out(format!("{text}\n").as_bytes());
                Ok(())
            }
        }
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Document::File(_, path) => Some(path),
            Document::StandardOutput => None,
        }
    }
}

/// Checks that files can be written into the folder of a flag. It does not create the folder yet.
pub(crate) fn look_at_folder(flag: &str, folder: &Path) -> Result {
    let refuse = |why: &dyn std::fmt::Display| {
        Err(Error::new(format!(
            "{flag} {}: no files can be written there: {why}; name another folder",
            folder.display()
        )))
    };
    if folder.as_os_str().is_empty() {
        return Err(Error::new(format!("{flag} takes the name of a folder, not an empty word")));
    }
    if folder == Path::new("-") {
        return refuse(&"- is standard output, which takes one document (--json -) and no files");
    }
    for there in folder.ancestors() {
        let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
        match std::fs::metadata(there) {
            Ok(found) if found.is_dir() => return try_out(there).or_else(|error| refuse(&error)),
            Ok(_) => return refuse(&format!("{} is a file", there.display())),
            // A dangling link exists, and cannot become a folder.
            Err(error) if error.kind() == ErrorKind::NotFound && there.symlink_metadata().is_err() => {}
            Err(error) => return refuse(&error),
        }
    }
    Ok(())
}

/// The folder that a file is in.
fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn ends_in_slash(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|&last| std::path::is_separator(char::from(last)))
}

/// For an existing file, tries out its folder, because the new version is made beside it; for a device, checks nothing more.
fn beside(path: &Path, found: &Metadata) -> std::io::Result<()> {
    if found.is_file() { try_out(folder_of(&path.canonicalize()?)) } else { Ok(()) }
}

/// Makes a file in a folder, and deletes it.
fn try_out(folder: &Path) -> std::io::Result<()> {
    // The temporary name means nothing to the reader, so only the kind of an error is shown.
    tempfile::tempfile_in(folder).map(drop).map_err(|error| error.kind().into())
}
