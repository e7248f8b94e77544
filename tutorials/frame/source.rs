//! The source texts of the programs. The idea to know: a program carries its own source text, as it was built, so that the stepper and the page can
//! show it wherever the program runs.

use crate::whereabouts::folders_of_the_course;
use gradus::trace::SourceFolders;

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
    let folders = folders_of_the_course().into_iter().fold(SourceFolders::new(), |folders, root| folders.and(root));
    sources.iter().fold(folders, |folders, source| folders.and_text(source.path(), source.text))
}
