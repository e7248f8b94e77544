//! The IDX format, which MNIST comes in, plain or packed with gzip. A file is
//!
//! | bytes | what |
//! |---|---|
//! | 0, 1 | zero |
//! | 2 | the type of the elements; 0x08 means unsigned bytes, the only one supported |
//! | 3 | the rank: how many axes |
//! | 4.. | the length of each axis, 4 bytes each, most significant byte first |
//! | then | the elements, row-major |
//!
//! The one idea to know: **a header is a claim**. It counts only if the data is there. A file that claims four billion images gives an error and does
//! not exhaust the memory: packed data is counted before it is kept, unless it is small.

use super::error::DataError;
use super::gzip::{Garbage, Members};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Maximum number of elements of a file: 8 GiB.
pub const LARGEST: u64 = 1 << 33;

/// Maximum number of elements that are unpacked without counting them first (which takes as long as unpacking).
const SMALL: u64 = 1 << 26;

const PIPE: &str =
    "a pipe or a device, whose header claims more than 64 MiB; copy it into a file, which can be counted first";

/// An array of bytes, read from an IDX file.
#[derive(Clone, Debug, PartialEq)]
pub struct Idx {
    /// The length of each axis.
    pub dims: Vec<usize>,
    /// The elements, row-major.
    pub bytes: Vec<u8>,
}

/// Reads the IDX file at `path`, which must have `rank` axes: 3 for images, 1 for labels. Its first bytes, not its name, tell whether it is
/// packed.
///
/// ```no_run
/// let labels = gradus::data::idx::read("data/mnist/t10k-labels-idx1-ubyte.gz", 1)?;
/// assert_eq!(labels.dims, [10_000]);
/// assert_eq!(labels.bytes[..5], [7, 2, 1, 0, 4]);
/// # Ok::<(), gradus::data::DataError>(())
/// ```
pub fn read(path: impl AsRef<Path>, rank: u8) -> Result<Idx, DataError> {
    read_if(path.as_ref(), rank, |_| Ok(()))
}

/// The same, but `accept` can refuse the axis lengths before any memory is allocated for them.
pub(super) fn read_if(
    path: &Path,
    rank: u8,
    accept: impl FnOnce(&[u32]) -> Result<(), DataError>,
) -> Result<Idx, DataError> {
    let mut source = Source::open(path)?;
    let dims = source.read_header(rank)?;
    accept(&dims)?;
    let size = dims.iter().try_fold(1_u64, |size, &length| size.checked_mul(length.into()));
    let too_large = || DataError::ImpossibleSize { path: path.into(), dims: dims.clone() };
    let truncated =
        |expected, found| DataError::TruncatedData { path: path.into(), dims: dims.clone(), expected, found };
    let elements = size.filter(|&size| size <= u64::MAX - source.position).ok_or_else(too_large)?;
    let header = source.position;
    let expected = header + elements;
    if elements > SMALL {
        let found = match source.length {
            Some(length) => length,
            None if source.is_file => header + Source::open(path)?.count(header, elements.min(LARGEST))?,
            None => return Err(source.failed(io::Error::new(io::ErrorKind::Unsupported, PIPE))),
        };
        if found < expected.min(header + LARGEST) {
            return Err(truncated(expected, found));
        }
    }
    if elements > LARGEST {
        return Err(too_large());
    }
    let bytes = source.read_at_most(elements)?;
    if (bytes.len() as u64) < elements {
        return Err(truncated(expected, source.position));
    }
    // Looking past the end also makes the gzip decoder compare its checksum.
    if !source.read_at_most(1)?.is_empty() {
        return Err(DataError::TrailingBytes { path: path.into(), dims, expected });
    }
    Ok(Idx { dims: dims.into_iter().map(|length| length as usize).collect(), bytes })
}

/// The unpacked bytes of a file, and what error messages need.
struct Source<'a> {
    path: &'a Path,
    reader: Box<dyn Read>,
    position: u64,
    packed: bool,
    is_file: bool,
    /// The number of bytes, if that is known without reading them.
    length: Option<u64>,
}

impl<'a> Source<'a> {
    fn open(path: &'a Path) -> Result<Self, DataError> {
        let unreadable = |source| DataError::Unreadable { path: path.into(), source };
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let packed = file.fill_buf().map_err(unreadable)?.starts_with(&[0x1f, 0x8b]);
        let length = (!packed && metadata.is_file()).then_some(metadata.len());
        let reader: Box<dyn Read> = if packed { Box::new(Members::new(file)) } else { Box::new(file) };
        Ok(Source { path, reader, position: 0, packed, is_file: metadata.is_file(), length })
    }

    /// Checks the first four bytes and returns the claimed length of each axis.
    fn read_header(&mut self, rank: u8) -> Result<Vec<u32>, DataError> {
        let path = self.path.to_path_buf();
        let header_length = 4 + 4 * rank as usize;
        let header = self.read_at_most(header_length as u64)?;
        match header[..] {
            [] => return Err(DataError::EmptyFile { path, header: header_length }),
            [0, 0, 8, found, ..] if found == rank => {}
            [0, 0, found @ (0x09 | 0x0b..=0x0e), rank, ..] => {
                return Err(DataError::UnsupportedType { path, found, rank });
            }
            [a, b, c, d, ..] => return Err(DataError::WrongMagic { path, rank, found: [a, b, c, d] }),
            _ => {}
        }
        if header.len() < header_length {
            return Err(DataError::TruncatedHeader { path, expected: header_length, found: header.len() });
        }
        Ok(header[4..].chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    /// The number of bytes after the first `skipped`, up to `limit`. None of them is kept.
    fn count(mut self, skipped: u64, limit: u64) -> Result<u64, DataError> {
        let mut left = self.reader.by_ref().take(skipped + limit);
        let outcome = io::copy(&mut left, &mut io::sink());
        self.position = skipped + limit - left.limit();
        outcome.map_err(|source| self.failed(source))?;
        Ok(self.position.saturating_sub(skipped))
    }

    /// The next `limit` bytes, or all that are left. The buffer of `read_to_end` grows with what it reads, so a false limit costs no
    /// memory.
    fn read_at_most(&mut self, limit: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let outcome = self.reader.by_ref().take(limit).read_to_end(&mut bytes);
        self.position += bytes.len() as u64;
        bytes.shrink_to_fit();
        outcome.map_err(|source| self.failed(source))?;
        Ok(bytes)
    }

    fn failed(&self, source: io::Error) -> DataError {
        let (path, unpacked) = (self.path.into(), self.position);
        match () {
            _ if Garbage::is_reason_of(&source) => DataError::GzipGarbage { path, unpacked },
            _ if self.packed && is_damage(&source) => DataError::CorruptGzip { path, unpacked, source },
            _ => DataError::Unreadable { path, source },
        }
    }
}

/// Whether this error comes from the gzip decoder and not from the disk.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}
