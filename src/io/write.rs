//! Writes files so that nothing is lost. The one idea to know: a new version is written to a file beside the old one, and takes its name only when
//! all of it is on the disk. So at any time, even if the program is killed or the power fails, there is the old file or the new one, never a part of
//! one.

use super::IoError;
use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a file, and replaces an existing one. After an error the old one is unchanged. A link stays one: what it points to is replaced. A program
/// that is killed meanwhile may leave a file `.NAME.NUMBER.new` behind, which can be deleted.
pub(super) fn write(path: &Path, contents: &[u8]) -> Result<(), IoError> {
    let unwritable = |source| IoError::Unwritable { path: path.into(), bytes: contents.len(), source };
    replace(path, contents).map_err(unwritable)
}

fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&target).ok();
    match &old {
        Some(old) if old.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        // A pipe or a device cannot be replaced.
        Some(old) if !old.is_file() => return File::options().write(true).open(&target)?.write_all(contents),
        _ => {}
    }
    let mut fresh = Fresh::beside(&target)?;
    fresh.file.write_all(contents)?;
    if let Some(old) = old {
        fresh.file.set_permissions(old.permissions())?;
    }
    fresh.file.sync_all()?;
    fresh.rename(&target)?;
    settle(&target)
}

/// A new file that is deleted when this is dropped, unless it was given another name.
struct Fresh {
    file: File,
    path: PathBuf,
}

impl Fresh {
    /// A file in the folder of `path`, of a name that no other has.
    fn beside(path: &Path) -> io::Result<Fresh> {
        let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
        loop {
            let number = RandomState::new().build_hasher().finish();
            let path = path.with_file_name(format!(".{name}.{number:016x}.new"));
            match File::options().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Fresh { file, path }),
                // As good as impossible.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.path = PathBuf::new();
        Ok(())
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Waits until a file's new name is on the disk, too, on systems that can sync a folder.
fn settle(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder) {
        Ok(folder) if cfg!(unix) => folder.sync_all(),
        _ => Ok(()),
    }
}
