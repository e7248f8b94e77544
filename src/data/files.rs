//! Finds the four files of MNIST. The one idea to know: the same files go by several names. The original name is
//! `train-images-idx3-ubyte.gz`, some archives have `train-images.idx3-ubyte`, and some programs put them two folders
//! down.

use super::error::DataError;
use super::recognise;
use std::path::{Path, PathBuf};

/// The paths of the four files of a data set in the format of MNIST.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MnistFiles {
    /// The images to train on.
    pub train_images: PathBuf,
    /// Their labels.
    pub train_labels: PathBuf,
    /// The images to test on.
    pub test_images: PathBuf,
    /// Their labels.
    pub test_labels: PathBuf,
    /// Whether rows and columns of the images are exchanged, as in EMNIST.
    pub is_turned: bool,
}

/// Prefixes of `train-images-idx3-ubyte`, each with whether images of that name have rows and columns exchanged.
const PREFIXES: [(&str, bool); 3] = [("", false), ("emnist-mnist-", true), ("emnist-digits-", true)];

/// Subfolders in which the files may be, as torchvision makes them.
const WITHIN: [&str; 3] = ["", "raw", "MNIST/raw"];

impl MnistFiles {
    /// Finds the four files in `folder`, or in its `raw` or `MNIST/raw`. Each may be called `train-images-idx3-ubyte` or
    /// `train-images.idx3-ubyte`, with or without `.gz`, and be in a folder of its own name; the test files `t10k-` or `test-`; those of EMNIST
    /// `emnist-mnist-` or `emnist-digits-` before that.
    ///
    /// ```no_run
    /// let files = gradus::data::MnistFiles::find("data/mnist")?;
    /// assert!(files.test_labels.ends_with("t10k-labels-idx1-ubyte.gz"));
    /// # Ok::<(), gradus::data::DataError>(())
    /// ```
    pub fn find(folder: impl AsRef<Path>) -> Result<MnistFiles, DataError> {
        let folder = folder.as_ref();
        if !folder.is_dir() {
            let found = if folder.exists() { "a file" } else { "nothing of that name" };
            let from = std::env::current_dir().unwrap_or_default();
            return Err(DataError::MissingFolder { path: folder.into(), found, from });
        }
        let mut nearest: Option<Search> = None;
        for within in WITHIN.map(|name| folder.join(name)) {
            for (prefix, is_turned) in PREFIXES {
                let search = Search::of(&within, prefix);
                if let [Some(train_images), Some(train_labels), Some(test_images), Some(test_labels)] = search.found {
                    return Ok(MnistFiles { train_images, train_labels, test_images, test_labels, is_turned });
                }
                if nearest.as_ref().is_none_or(|nearest| search.count() > nearest.count()) {
                    nearest = Some(search);
                }
            }
        }
        let (count, missing) = nearest.map_or((0, folder.into()), |search| (search.count(), search.missing));
        let (path, folder_holds) = (folder.into(), recognise::contents(folder));
        match recognise::other_data(folder).filter(|_| count == 0) {
            Some(what) => Err(DataError::OtherData { path, what, folder_holds }),
            None => Err(DataError::MissingFile { path: missing, folder_holds }),
        }
    }
}

/// For each of the four files, the names of its part, and what it holds.
const PARTS: [(&[&str], &str); 4] = [
    (&["train"], "images-idx3"),
    (&["train"], "labels-idx1"),
    (&["t10k", "test"], "images-idx3"),
    (&["t10k", "test"], "labels-idx1"),
];

/// The files that were found in one folder.
struct Search {
    found: [Option<PathBuf>; 4],
    /// The first name of a file that was not found.
    missing: PathBuf,
}

impl Search {
    fn of(folder: &Path, prefix: &str) -> Search {
        let mut missing = folder.to_path_buf();
        let found = PARTS.map(|(parts, holds)| {
            let names = parts.iter().map(|part| format!("{prefix}{part}-{holds}-ubyte"));
            let found = names.clone().find_map(|name| file(folder, &name));
            if let (None, true, Some(name)) = (&found, missing == folder, names.clone().next()) {
                missing = folder.join(format!("{name}.gz"));
            }
            found
        });
        Search { found, missing }
    }

    fn count(&self) -> usize {
        self.found.iter().flatten().count()
    }
}

/// The packed file of that name or, if there is none, the unpacked one, with a hyphen or a dot before `idx`.
fn file(folder: &Path, name: &str) -> Option<PathBuf> {
    let dotted = name.replace("-idx", ".idx");
    let names = [format!("{name}.gz"), name.to_owned(), format!("{dotted}.gz"), dotted];
    let beside = names.iter().map(|name| folder.join(name));
    let within = names.iter().map(|name| folder.join(name).join(name.trim_end_matches(".gz")));
    beside.chain(within).find(|path| path.exists() && !path.is_dir())
}
