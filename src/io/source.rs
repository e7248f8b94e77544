//! The bytes of a file. The one idea to know: **a size in a header is a claim**. The buffer for what it announces grows with what is really read.

use super::IoError;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

/// A file that is read from its beginning.
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    reader: BufReader<File>,
    /// How many bytes were read.
    pub(super) position: u64,
}

impl<'a> Source<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, IoError> {
        let reader = File::open(path).map(BufReader::new).map_err(|source| unreadable(path, source))?;
        Ok(Source { path, reader, position: 0 })
    }

    /// The next `limit` bytes, or all that are left.
    pub(super) fn read_at_most(&mut self, limit: u64) -> Result<Vec<u8>, IoError> {
        let mut bytes = Vec::new();
        let outcome = self.reader.by_ref().take(limit).read_to_end(&mut bytes);
        self.position += bytes.len() as u64;
        outcome.map_err(|source| unreadable(self.path, source))?;
        Ok(bytes)
    }

    /// All bytes of a file, which must have an end.
    pub(super) fn read_all(mut self) -> Result<Vec<u8>, IoError> {
        let metadata = self.reader.get_ref().metadata().map_err(|source| unreadable(self.path, source))?;
        if !metadata.is_file() && !metadata.is_dir() {
            let endless = io::Error::new(ErrorKind::Unsupported, "a pipe or a device; copy it into a file first");
            return Err(unreadable(self.path, endless));
        }
        self.read_at_most(u64::MAX)
    }
}

fn unreadable(path: &Path, source: io::Error) -> IoError {
    IoError::Unreadable { path: path.into(), source }
}

/// The error for a file that begins with `bytes`.
pub(super) fn foreign(path: &Path, expected: &'static str, bytes: &[u8]) -> IoError {
    let begins = &bytes[..bytes.len().min(8)];
    let hex: Vec<String> = begins.iter().map(|byte| format!("{byte:02x}")).collect();
    let found = match begins.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        _ if begins.is_empty() => "an empty file".to_owned(),
        true => format!("{} (the text {:?})", hex.join(" "), String::from_utf8_lossy(begins)),
        false => hex.join(" "),
    };
    IoError::Foreign { path: path.into(), expected, found, advice: advice(bytes) }
}

/// What to do about a file that begins with these bytes.
fn advice(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'P', b'K', 3, 4, ..] => {
            "this is a zip archive: read NumPy's .npz with load_npz; a PyTorch file (.pt, .pth) holds pickled Python objects, which are not read: \
             store it in Python with safetensors.torch.save_file(model.state_dict(), path)"
        }
        [0x80, 2..=5, ..] => {
            "this holds pickled Python objects, which are not read: store the arrays with safetensors.torch.save_file or numpy.savez"
        }
        [0x93, b'N', b'U', b'M', ..] => "this is a single NumPy array: store it with numpy.savez(path, name=array)",
        [0x89, b'H', b'D', b'F', ..] => "this is an HDF5 file, as Keras writes them: store the arrays with numpy.savez",
        [_, _, _, _, _, _, _, _, b'{', ..] => "this is a safetensors file: read it with load_safetensors",
        [b'v', b'e', b'r', b's', ..] => "this may be a Git LFS pointer, not the data: run git lfs pull",
        [b'<', ..] => "this is a web page, perhaps a failed download: fetch the file again",
        [0x1f, 0x8b, ..] => "this is packed with gzip: unpack it (gzip -d)",
        _ => "look whether this is the file that you meant",
    }
}
