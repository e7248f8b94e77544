//! What can be wrong with a folder of images. Each message says which file or folder, what was expected, what was found, and what to try.

use crate::data::recognise::listed;
use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a folder of images could not be read.
///
/// Its `Debug` form is the message too: that is what `main` prints when it returns an error, and what `unwrap` prints.
#[derive(Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The operating system refuses to open or read a file or a folder.
    #[error(
        "{path}: cannot be read\n  expected: a folder with a subfolder of PNG and JPEG files for each class\n  found:    {source}\n  \
         try:      look whether it is there, and at its permissions (ls -l)"
    )]
    Unreadable {
        /// The file or the folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },

    /// The folder has no subfolders.
    #[error(
        "{path}: no classes\n  expected: a subfolder for each class\n  found:    {}\n  \
         try:      move the images of each class into a subfolder with the name of the class",
        listed(.folder_holds)
    )]
    NoClasses {
        /// The folder.
        path: PathBuf,
        /// What it holds, sorted.
        folder_holds: Vec<String>,
    },

    /// The folder of a class has no files.
    #[error(
        "{path}: a class without images\n  expected: PNG and JPEG files\n  found:    none\n  try:      remove the folder, or put images there"
    )]
    EmptyClass {
        /// The folder.
        path: PathBuf,
    },

    /// The name of a file or of a folder is no text.
    #[error(
        "{path}: the name is no text\n  expected: a name in UTF-8\n  found:    other bytes\n  try:      another name"
    )]
    Name {
        /// The file or the folder.
        path: PathBuf,
    },

    /// The file is neither a PNG nor a JPEG.
    #[error(
        "{path}: neither a PNG nor a JPEG\n  expected: a file that begins with 89 50 4e 47 (PNG) or ff d8 ff (JPEG)\n  found:    {}\n  \
         try:      convert the image into a PNG, or take the file out of the folder",
        bytes(.begins)
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it begins with.
        begins: Vec<u8>,
    },

    /// The file begins like an image, but it is damaged, or of a kind that is not read.
    #[error(
        "{path}: the image cannot be unpacked\n  expected: a whole PNG or JPEG\n  found:    {found}\n  \
         try:      open it in another program, and store it again as a PNG"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        found: String,
    },

    /// The image has too many pixels.
    #[error(
        "{path}: the image is too large\n  expected: at most {most} pixels\n  found:    {height} x {width}\n  try:      make it smaller"
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The height that its header states.
        height: u64,
        /// The width that its header states.
        width: u64,
        /// Most pixels of an image.
        most: u64,
    },

    /// All images together would have too many numbers.
    #[error(
        "{path}: the images are too many for this size\n  expected: at most {most} numbers\n  \
         found:    {shape:?} (images, channels, height, width)\n  try:      a smaller size, or fewer images"
    )]
    TooMany {
        /// The folder.
        path: PathBuf,
        /// The shape that they would have: `[n, channels, height, width]`.
        shape: [usize; 4],
        /// Most numbers that they may have.
        most: usize,
    },
}

impl fmt::Debug for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn bytes(begins: &[u8]) -> String {
    match begins.is_empty() {
        true => "an empty file".into(),
        false => begins.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
    }
}
