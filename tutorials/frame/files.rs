//! Files that hold a person's work, or a result that took time. The one idea to know: a new version is written to a file beside the old one, and
//! replaces it only when all of it is on the disk. So at any time, even after a crash, there is the old file or the new one, never a part of one.
//! A file that somebody else wrote is read up to a limit.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Writes a file, and replaces an existing one. After an error the old one is unchanged.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    // A link stays one: what it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&target).ok();
    if old.as_ref().is_some_and(|old| !old.is_file() && !old.is_dir()) {
        // A terminal or a pipe cannot be replaced.
        return File::options().write(true).open(&target)?.write_all(contents.as_ref());
    }
    let fresh = fresh_beside(&target, contents.as_ref())?;
    if let Some(old) = old {
        fresh.as_file().set_permissions(old.permissions())?;
    }
    fresh.persist(&target).map_err(|error| error.error)?;
    settle(&target)
}

/// Longest model or step that is read: 256 MiB.
pub const MOST_BYTES: usize = 1 << 28;

/// Reads a file of at most `most` bytes. (A device may have no end.)
///
/// # Errors
/// If it cannot be read; of the kind `FileTooLarge` if it is longer.
pub fn bytes(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        let reason = format!("it is longer than {most} bytes, the most that is read");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    Ok(bytes)
}

/// Reads a text of at most `most` bytes.
///
/// # Errors
/// As [`bytes`], and if it is not UTF-8.
pub fn text(path: &Path, most: usize) -> io::Result<String> {
    String::from_utf8(bytes(path, most)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "this is not text (UTF-8)"))
}

/// Copies a file to the first free name of `name`, `name2`, `name3`, ... If a copy with the same contents exists already, makes no other. Returns the
/// path of the copy.
///
/// # Errors
/// If it cannot be read or written.
pub fn keep(path: &Path, name: &Path) -> io::Result<PathBuf> {
    let contents = fs::read(path)?;
    for number in 1.. {
        let mut place = name.as_os_str().to_owned();
        if number > 1 {
            place.push(number.to_string());
        }
        let place = PathBuf::from(place);
        match fs::read(&place) {
            Ok(kept) if kept == contents => return Ok(place),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => continue,
        }
        match fresh_beside(&place, &contents)?.persist_noclobber(&place) {
            Ok(_) => {
                settle(&place)?;
                return Ok(place);
            }
            // Another program took the name meanwhile.
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error),
        }
    }
    unreachable!("there is a next number")
}

/// A file that only one program at a time may change, until this is dropped.
pub struct Locked {
    _lock: File,
}

impl Locked {
    /// Waits until nobody else holds the lock of `path`, which is a file beside it.
    ///
    /// # Errors
    /// If the lock cannot be had.
    pub fn wait(path: &Path) -> io::Result<Locked> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock = File::options().create(true).truncate(false).write(true).open(name)?;
        lock.lock()?;
        Ok(Locked { _lock: lock })
    }
}

/// A new temporary file in the folder of `path`, with all of its contents on the disk. Dropping it deletes it.
fn fresh_beside(path: &Path, contents: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it has no file name"))?;
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(name);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".new");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less what the umask takes away
    let mut fresh = builder.tempfile_in(folder_of(path))?;
    fresh.write_all(contents)?;
    fresh.as_file().sync_all()?;
    Ok(fresh)
}

/// Waits until a file's new name is on the disk, too, on systems that can sync a folder.
fn settle(path: &Path) -> io::Result<()> {
    match File::open(folder_of(path)) {
        Ok(folder) if cfg!(unix) => folder.sync_all(),
        _ => Ok(()),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_replaced_keeps_its_contents_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("results.json");
        write(&file, "old").expect("written");
        write(&file, "new").expect("written");
        assert_eq!(fs::read(&file).expect("read"), b"new");
        let taken = folder.path().join("folder");
        fs::create_dir_all(taken.join("full")).expect("a folder");
        assert!(write(&taken, "never").is_err());
        assert!(write(&folder.path().join("missing/results.json"), "never").is_err());
        let names: Vec<_> =
            fs::read_dir(folder.path()).expect("read").map(|entry| entry.expect("it").file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn a_second_copy_does_not_take_the_place_of_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, mine) = (folder.path().join("exercise.rs"), folder.path().join("exercise.rs.mine"));
        for (contents, place) in
            [("first", "exercise.rs.mine"), ("second", "exercise.rs.mine2"), ("first", "exercise.rs.mine")]
        {
            fs::write(&file, contents).expect("written");
            assert_eq!(keep(&file, &mine).expect("kept"), folder.path().join(place));
        }
        assert_eq!(fs::read(&mine).expect("read"), b"first");
        assert!(keep(&folder.path().join("missing"), &mine).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_file_keeps_its_permissions() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").expect("written");
        fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).expect("set");
        symlink(&file, &link).expect("a link");
        write(&link, "new").expect("written");
        assert!(fs::symlink_metadata(&link).expect("it").is_symlink());
        assert_eq!(fs::read(&file).expect("read"), b"new");
        assert_eq!(fs::metadata(&file).expect("it").permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn of_many_who_add_to_a_file_under_its_lock_none_is_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("count");
        write(&file, "0").expect("written");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let _lock = Locked::wait(&file).expect("a lock");
                        let count: u32 = fs::read_to_string(&file).expect("read").parse().expect("a number");
                        write(&file, (count + 1).to_string()).expect("written");
                    }
                });
            }
        });
        assert_eq!(fs::read_to_string(&file).expect("read"), "160");
    }
}
