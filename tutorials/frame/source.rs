//! The source texts of the programs, and the checkout that they are from. The idea to know: a program carries its own source text, as it was built,
//! so that the stepper and the page can show it wherever the program runs.

use crate::{Error, Result};
use gradus::data::Mnist;
use gradus::trace::SourceFolders;
use std::path::{Path, PathBuf};

/// A file of a chapter's program.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The path of a file in the same folder, as the compiler names it.
    pub beside: &'static str,
    /// The file's name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The files of the program that calls this, by their names.
#[macro_export]
macro_rules! sources {
    ($($name:literal),+ $(,)?) => {
        &[$($crate::Source { beside: file!(), name: $name, text: include_str!($name) }),+]
    };
}

impl Source {
    /// The file's path, as the compiler names it.
    pub fn path(&self) -> String {
        let beside = self.beside.replace('\\', "/");
        beside.rsplit_once('/').map_or(self.name.to_owned(), |(folder, _)| format!("{folder}/{}", self.name))
    }
}

/// The source texts for the stepper and the page: first those that the program carries, then, for the library, those of the checkout.
pub(crate) fn folders(sources: &[Source]) -> SourceFolders {
    let folders = checkouts().into_iter().fold(SourceFolders::new(), |folders, root| folders.and(root));
    sources.iter().fold(folders, |folders, source| folders.and_text(source.path(), source.text))
}

/// The checkouts of gradus that contain the present folder, and this program. (The path at which the program was built does not help: the checkout
/// may have been moved.)
fn checkouts() -> Vec<PathBuf> {
    let places = [std::env::current_dir(), std::env::current_exe()];
    let is_root = |folder: &&Path| folder.join("tutorials/frame/exercises.rs").is_file();
    places.iter().flatten().filter_map(|place| place.ancestors().find(is_root).map(Path::to_owned)).collect()
}

/// The digits of MNIST, from this folder or from the default one.
///
/// # Errors
/// If they are not there or damaged.
pub fn mnist(folder: Option<&Path>) -> Result<Mnist> {
    let here = default_data();
    if folder.is_none() && !here.is_dir() {
        return Err(Error::new(
            "the digits of MNIST are not here: they lie in data/mnist of the repository of gradus\n  try: run this in the repository, or give \
             --data DIR, where DIR holds the four files of MNIST",
        ));
    }
    Ok(Mnist::open(folder.map_or(here, Path::to_owned))?)
}

/// The folder of MNIST without `--data`: `data/mnist` in the present folder or, if there is none, in a checkout.
pub fn default_data() -> PathBuf {
    let here = PathBuf::from("data/mnist");
    let places = std::iter::once(here.clone()).chain(checkouts().into_iter().map(|root| root.join(&here)));
    places.into_iter().find(|place| place.is_dir()).unwrap_or(here)
}
