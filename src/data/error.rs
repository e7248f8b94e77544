//! What can be wrong with a data file. Each message says which file, what was expected, what was found and where, and
//! what to try.

use super::idx::LARGEST;
use super::recognise::{advice, hex, label_advice, listed, type_advice, type_name};
use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a data set could not be read.
///
/// Its `Debug` form is the message too: that is what `main` prints when it returns an error, and what `unwrap` prints.
#[derive(Error)]
#[non_exhaustive]
pub enum DataError {
    /// The folder of the data set does not exist.
    #[error(
        "{path}: no such folder\n  expected: a folder with the four MNIST files\n  found:    {found}, looking from {from}\n  \
         try:      run the program from the root of the repository, or give the folder's full path"
    )]
    MissingFolder {
        /// The folder that was asked for.
        path: PathBuf,
        /// What is there instead.
        found: &'static str,
        /// The folder that a relative path starts from.
        from: PathBuf,
    },

    /// The folder lacks a file of the data set.
    #[error(
        "{path}: no such file\n  expected: this file, or the same unpacked (without .gz), or with a dot before idx\n  found:    {}\n  \
         try:      fetch the file again (here: git checkout data/mnist), or open a folder that has all four",
        listed(.folder_holds)
    )]
    MissingFile {
        /// The file that was asked for, with its packed name.
        path: PathBuf,
        /// What the folder holds, sorted.
        folder_holds: Vec<String>,
    },

    /// The folder holds something other than the four files.
    #[error(
        "{path}: not the four MNIST files\n  expected: train-images-idx3-ubyte.gz and the three that belong to it\n  \
         found:    {}\n  try:      {what}",
        listed(.folder_holds)
    )]
    OtherData {
        /// The folder.
        path: PathBuf,
        /// What the folder holds, and what to do.
        what: String,
        /// What the folder holds, sorted.
        folder_holds: Vec<String>,
    },

    /// The operating system refuses to open or read the file.
    #[error(
        "{path}: cannot be read\n  expected: a readable file\n  found:    {source}\n  \
         try:      look at the file's permissions (ls -l), and whether it is a file at all"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },

    /// The file has no bytes, or is a gzip of nothing.
    #[error(
        "{path}: the file is empty\n  expected: an IDX header of {header} bytes, then the data\n  found:    0 bytes\n  \
         try:      {REPLACE}"
    )]
    EmptyFile {
        /// The file.
        path: PathBuf,
        /// The length of the header.
        header: usize,
    },

    /// The compressed data makes no sense, its checksum is wrong, or it stops in the middle.
    #[error(
        "{path}: the gzip data is damaged\n  expected: a whole gzip stream, with a checksum that agrees\n  \
         found:    {}, after {} unpacked bytes\n  try:      {REPLACE}",
        gzip_problem(.source), grouped(*.unpacked)
    )]
    CorruptGzip {
        /// The file.
        path: PathBuf,
        /// How many bytes were unpacked before the damage showed.
        unpacked: u64,
        /// What the decoder says.
        source: io::Error,
    },

    /// The file goes on after its gzip data with something that is neither zeros nor more gzip data.
    #[error(
        "{path}: the file goes on after its gzip data\n  expected: the end of the file, zeros up to it, or another gzip member, after {} \
         unpacked bytes\n  found:    other bytes (gzip says: decompression OK, trailing garbage ignored)\n  try:      unpack it and use that \
         (gzip -dc FILE.gz > FILE; it warns, and the data is whole), or fetch the file again",
        grouped(*.unpacked)
    )]
    GzipGarbage {
        /// The file.
        path: PathBuf,
        /// How many bytes were unpacked.
        unpacked: u64,
    },

    /// The file ends inside its header.
    #[error(
        "{path}: the file ends inside its header\n  expected: an IDX header of {expected} bytes\n  \
         found:    only {found} bytes\n  try:      {REPLACE}"
    )]
    TruncatedHeader {
        /// The file.
        path: PathBuf,
        /// The length of the header.
        expected: usize,
        /// How many bytes there are.
        found: usize,
    },

    /// The first four bytes are not those of the file that was asked for.
    #[error(
        "{path}: not the kind of file that belongs here\n  expected: the bytes {} at byte 0 (IDX, unsigned bytes, rank {rank})\n  \
         found:    {}\n  try:      {}",
        hex([0, 0, 8, *.rank]), hex(*.found), advice(*.rank, *.found)
    )]
    WrongMagic {
        /// The file.
        path: PathBuf,
        /// How many axes the file should have: 3 for images, 1 for labels.
        rank: u8,
        /// The first four bytes.
        found: [u8; 4],
    },

    /// An IDX file, but its elements are not bytes.
    #[error(
        "{path}: the elements are of a type that is not supported\n  expected: type 0x08 at byte 2 (unsigned bytes)\n  \
         found:    type {found:#04x} ({}), rank {rank}\n  try:      {}",
        type_name(*.found), type_advice(*.found, *.rank)
    )]
    UnsupportedType {
        /// The file.
        path: PathBuf,
        /// The type byte.
        found: u8,
        /// How many axes there are.
        rank: u8,
    },

    /// The header claims more elements than are read ([`LARGEST`]).
    #[error(
        "{path}: the header claims an impossible size\n  expected: axis lengths whose product is at most {} (8 GiB)\n  \
         found:    {} elements, from byte 4\n  try:      {REPLACE}",
        grouped(LARGEST), product(.dims)
    )]
    ImpossibleSize {
        /// The file.
        path: PathBuf,
        /// The axis lengths that the header claims.
        dims: Vec<u32>,
    },

    /// The file ends before all the data that its header claims.
    #[error(
        "{path}: the data ends too early\n  expected: {} bytes (unpacked): the header, and {} elements that it claims\n  \
         found:    the end after {} bytes\n  try:      {REPLACE}",
        grouped(*.expected), product(.dims), grouped(*.found)
    )]
    TruncatedData {
        /// The file.
        path: PathBuf,
        /// The axis lengths that the header claims.
        dims: Vec<u32>,
        /// How long the file should be (unpacked), with its header.
        expected: u64,
        /// How long it is.
        found: u64,
    },

    /// The file goes on after all the data that its header claims.
    #[error(
        "{path}: the file goes on after its data\n  expected: the end after {} bytes (unpacked): the header, and {} elements that it claims\n  \
         found:    more bytes after that\n  try:      {REPLACE}",
        grouped(*.expected), product(.dims)
    )]
    TrailingBytes {
        /// The file.
        path: PathBuf,
        /// The axis lengths that the header claims.
        dims: Vec<u32>,
        /// How long the file should be (unpacked), with its header.
        expected: u64,
    },

    /// A file of images without any.
    #[error("{path}: there are no images\n  expected: at least one\n  found:    0, from byte 4\n  try:      {REPLACE}")]
    NoImages {
        /// The file.
        path: PathBuf,
    },

    /// The images are not 28 by 28.
    #[error(
        "{path}: the images have the wrong size\n  expected: 28 x 28 pixels\n  found:    {rows} x {columns}, from byte 8\n  \
         try:      use the original MNIST files, or scale the images to 28 x 28"
    )]
    WrongImageSize {
        /// The file.
        path: PathBuf,
        /// The height.
        rows: usize,
        /// The width.
        columns: usize,
    },

    /// There are more images than labels, or fewer.
    #[error(
        "{path}: the number of labels is not that of the images\n  expected: {} labels, one for each image in {images_path}\n  \
         found:    {} labels\n  try:      take both files from the same copy of MNIST; train-* and t10k-* do not mix",
        grouped(*.images as u64), grouped(*.labels as u64)
    )]
    CountMismatch {
        /// The file with the labels.
        path: PathBuf,
        /// How many there are.
        labels: usize,
        /// The file with the images.
        images_path: PathBuf,
        /// How many there are.
        images: usize,
    },

    /// A label that is not a digit.
    #[error(
        "{path}: a label is not a digit\n  expected: labels from 0 to 9\n  \
         found:    the label {label}, at byte {} of the unpacked file; {} of {} labels are above 9, and all are from {smallest} to \
         {largest}\n  try:      {}",
        grouped(*.index as u64 + 8), grouped(*.wrong as u64), grouped(*.labels as u64),
        label_advice(*.smallest, *.largest, *.wrong, *.labels)
    )]
    WrongLabel {
        /// The file.
        path: PathBuf,
        /// Which label, from 0.
        index: usize,
        /// What it says.
        label: u8,
        /// The smallest label of the file.
        smallest: u8,
        /// The largest label of the file.
        largest: u8,
        /// How many labels are above 9.
        wrong: usize,
        /// How many labels there are.
        labels: usize,
    },
}

impl fmt::Debug for DataError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub(super) const REPLACE: &str =
    "a copy or download was probably cut off or garbled: fetch the file again (here: git checkout data/mnist)";

/// 47040016 as `47,040,016`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn product(dims: &[u32]) -> String {
    dims.iter().map(|&length| grouped(length.into())).collect::<Vec<_>>().join(" x ")
}

/// In our own words, because those of the decoder change with its version.
fn gzip_problem(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::UnexpectedEof => "the end of the file in the middle of the stream",
        _ => "bytes that cannot be unpacked, or do not agree with their checksum",
    }
}
