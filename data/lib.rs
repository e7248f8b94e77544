//! The data sets of the gradus course as bytes inside the program: the digits of MNIST and a list of first names. So an installed course needs neither
//! a download nor a folder of data. The crate has no dependencies but one of its own kind: a registry takes packages of up to 10 MB, so the largest file is
//! the package `gradus-data-train`.
#![no_std]
#![forbid(unsafe_code)]

/// The four files of MNIST, packed with gzip: the name of each, and its bytes. Unpacked, each is the original IDX file.
///
/// ```
/// for (name, packed) in gradus_data::MNIST {
///     assert!(name.ends_with("-ubyte.gz") && packed.starts_with(&[0x1f, 0x8b]));
/// }
/// ```
pub static MNIST: [(&str, &[u8]); 4] = [
    ("train-images-idx3-ubyte.gz", gradus_data_train::IMAGES),
    ("train-labels-idx1-ubyte.gz", include_bytes!("mnist/train-labels-idx1-ubyte.gz")),
    ("t10k-images-idx3-ubyte.gz", include_bytes!("mnist/t10k-images-idx3-ubyte.gz")),
    ("t10k-labels-idx1-ubyte.gz", include_bytes!("mnist/t10k-labels-idx1-ubyte.gz")),
];

/// The 5,163 first names of the United States census of 1990, in lower case, sorted, one a line.
///
/// ```
/// assert_eq!(gradus_data::NAMES.lines().count(), 5_163);
/// ```
pub static NAMES: &str = include_str!("names/names.txt");
