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
//! The one idea to know: **a header is a claim**. Memory grows with the data that is really there, so a damaged file
//! that claims four billion images is an error, not a machine out of memory.

use super::error::DataError;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// An array of bytes, read from an IDX file.
#[derive(Clone, Debug, PartialEq)]
pub struct Idx {
    /// The length of each axis.
    pub dims: Vec<usize>,
    /// The elements, row-major.
    pub bytes: Vec<u8>,
}

/// Reads the IDX file at `path`, which must have `rank` axes: 3 for images, 1 for labels. Whether it is packed is seen from
/// its first bytes, not from its name.
///
/// ```
/// let labels = gradus::data::idx::read("data/mnist/t10k-labels-idx1-ubyte.gz", 1)?;
/// assert_eq!(labels.dims, [10_000]);
/// assert_eq!(labels.bytes[..5], [7, 2, 1, 0, 4]);
/// # Ok::<(), gradus::data::DataError>(())
/// ```
pub fn read(path: impl AsRef<Path>, rank: u8) -> Result<Idx, DataError> {
    let path = path.as_ref();
    let unreadable = |source| DataError::Unreadable { path: path.into(), source };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let packed = file.fill_buf().map_err(unreadable)?.starts_with(&[0x1f, 0x8b]);
    if packed {
        Source { path, reader: MultiGzDecoder::new(file), position: 0, packed, length: None }.read(rank)
    } else {
        Source { path, reader: file, position: 0, packed, length: metadata.is_file().then_some(metadata.len()) }
            .read(rank)
    }
}

/// The unpacked bytes of a file, with what an error needs to know.
struct Source<'a, R> {
    path: &'a Path,
    reader: R,
    position: u64,
    packed: bool,
    /// How many bytes there are, where that is known without reading them.
    length: Option<u64>,
}

impl<R: Read> Source<'_, R> {
    fn read(mut self, rank: u8) -> Result<Idx, DataError> {
        let dims = self.read_header(rank)?;
        let path = self.path.to_path_buf();
        let elements = dims.iter().try_fold(1_u64, |size, &length| size.checked_mul(length.into()));
        let expected = elements.and_then(|elements| elements.checked_add(self.position));
        let (Some(elements), Some(expected)) = (elements, expected) else {
            return Err(DataError::ImpossibleSize { path, dims });
        };
        if let Some(found) = self.length.filter(|&found| found < expected) {
            return Err(DataError::TruncatedData { path, dims, expected, found });
        }
        let bytes = self.read_at_most(elements)?;
        if (bytes.len() as u64) < elements {
            return Err(DataError::TruncatedData { path, dims, expected, found: self.position });
        }
        // Looking past the end also makes the gzip decoder compare its checksum.
        if !self.read_at_most(1)?.is_empty() {
            return Err(DataError::TrailingBytes { path, dims, expected });
        }
        Ok(Idx { dims: dims.into_iter().map(|length| length as usize).collect(), bytes })
    }

    /// Checks the first four bytes and returns the claimed length of each axis.
    fn read_header(&mut self, rank: u8) -> Result<Vec<u32>, DataError> {
        let path = self.path.to_path_buf();
        let header_length = 4 + 4 * rank as usize;
        let header = self.read_at_most(header_length as u64)?;
        match header[..] {
            [] => return Err(DataError::EmptyFile { path, header: header_length }),
            [0, 0, 8, found, ..] if found == rank => {}
            [0, 0, found @ (0x09 | 0x0b..=0x0e), ..] => return Err(DataError::UnsupportedType { path, found }),
            [a, b, c, d, ..] => return Err(DataError::WrongMagic { path, rank, found: [a, b, c, d] }),
            _ => {}
        }
        if header.len() < header_length {
            return Err(DataError::TruncatedHeader { path, expected: header_length, found: header.len() });
        }
        Ok(header[4..].chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    /// The next `limit` bytes, or all there are. `read_to_end` grows its buffer with what it reads, whatever the limit.
    fn read_at_most(&mut self, limit: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let outcome = self.reader.by_ref().take(limit).read_to_end(&mut bytes);
        self.position += bytes.len() as u64;
        bytes.shrink_to_fit();
        match outcome {
            Ok(_) => Ok(bytes),
            Err(source) if self.packed && is_damage(&source) => {
                Err(DataError::CorruptGzip { path: self.path.into(), unpacked: self.position, source })
            }
            Err(source) => Err(DataError::Unreadable { path: self.path.into(), source }),
        }
    }
}

/// Whether this comes from the gzip decoder, not from the disk under it.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}
