//! The digits of MNIST, wherever the program runs. The one idea to know: the course reads them from a folder. An installed program carries the files, and
//! writes them once into the folder in which the system keeps what can be made again.

use crate::whereabouts::folders_of_the_course;
use crate::{Error, Result, files};
use gradus::data::Mnist;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Names and contents of files.
pub type Carried = &'static [(&'static str, &'static [u8])];

static CARRIED: OnceLock<Carried> = OnceLock::new();

/// Says that the program carries the four files of MNIST. Only one program of the course does: they are 11 MB.
pub fn carry_digits(files: Carried) {
    CARRIED.get_or_init(|| files);
}

/// Those files; none if the program does not carry them.
pub fn carried_digits() -> Carried {
    CARRIED.get().copied().unwrap_or_default()
}

/// The digits of MNIST, from this folder or from the default one.
///
/// # Errors
/// If they are not there or damaged.
pub fn mnist(folder: Option<&Path>) -> Result<Mnist> {
    let folder = folder.map_or_else(default_data, |folder| Ok(folder.to_owned()))?;
    Ok(Mnist::open(folder)?)
}

/// The folder of MNIST without `--data`: `data/mnist` in the present folder or, if there is none, in a checkout or a folder of exercises; or else the one into
/// which the program writes the files that it carries.
///
/// # Errors
/// If there is none, and the program carries no files or cannot write them.
pub fn default_data() -> Result<PathBuf> {
    let here = PathBuf::from("data/mnist");
    let places = std::iter::once(here.clone()).chain(folders_of_the_course().into_iter().map(|root| root.join(&here)));
    if let Some(place) = places.into_iter().find(|place| place.is_dir()) {
        return Ok(place);
    }
    let carried = CARRIED.get().ok_or_else(|| {
        Error::new(
            "the digits of MNIST are not here: they lie in data/mnist of the repository of gradus\n  try: run this in the repository, or give \
             --data DIR, where DIR holds the four files of MNIST",
        )
    })?;
    let folder = cache().join("gradus/mnist");
    write_missing(&folder, carried).map_err(|error| {
        Error::new(format!(
            "cannot write the digits of MNIST into {}: {error}\n  try: give --data DIR, where DIR holds the four files of MNIST",
            folder.display()
        ))
    })?;
    Ok(folder)
}

/// Writes the files that are not there, or not in their whole length.
fn write_missing(folder: &Path, files: Carried) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        let file = folder.join(name);
        if std::fs::metadata(&file).map_or(true, |found| found.len() != bytes.len() as u64) {
            files::write(&file, bytes)?;
        }
    }
    Ok(())
}

/// The folder for files that can be made again, as each system has it; without a home, that of temporary files.
fn cache() -> PathBuf {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let in_home = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    let own = if cfg!(windows) { folder("LOCALAPPDATA") } else { folder("XDG_CACHE_HOME") };
    own.or_else(|| folder("HOME").map(|home| home.join(in_home))).unwrap_or_else(std::env::temp_dir)
}
