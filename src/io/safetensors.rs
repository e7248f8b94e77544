//! The safetensors format: 8 bytes with the length of a header, the header in JSON (`{"layer1/W": {"dtype": "F32", "shape": [784, 30], "data_offsets":
//! [0, 94080]}, ...}`), then the numbers. The crate `safetensors` writes it, and judges the header.
//!
//! The format has no checksum. Ours is in the one entry of the header's metadata, `"gradus"`, and covers everything that is read from the file. Its
//! value is `{"crc32":"0c1d...` and the rest of a JSON object, in which a checkpoint keeps more.

use super::arrays::{Arrays, Stored};
use super::kind::{Kind, Storable, each, from_bfloat16, from_half};
use super::source::{Source, foreign};
use super::{IoError, write};
use crate::shape::steps;
use ::safetensors::tensor::{Metadata, TensorInfo};
use ::safetensors::{Dtype, View};
use flate2::Crc;
use std::borrow::Cow;
use std::path::Path;

/// The key of the header that is not the name of an array.
pub(super) const METADATA: &str = "__metadata__";

/// The one key of our metadata, so that its order is the same in every run.
const KEY: &str = "gradus";

/// What our value of it begins with; the digits of the checksum follow.
const BEGIN: &str = "{\"crc32\":\"";

/// Maximum length of a header, as the crate has it.
const LONGEST_HEADER: u64 = 100_000_000;

impl View for &Stored {
    fn dtype(&self) -> Dtype {
        match self.kind {
            Kind::F32 => Dtype::F32,
            Kind::F64 => Dtype::F64,
            Kind::I64 => Dtype::I64,
        }
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Writes arrays, and with them a JSON value, unless that is empty.
pub(super) fn write(path: &Path, arrays: &Arrays, note: &str) -> Result<(), IoError> {
    let rest = if note.is_empty() { "\"}".to_owned() } else { format!("\",\"note\":{note}}}") };
    let value = format!("{BEGIN}{:08x}{rest}", checksum(&rest, arrays));
    let metadata = Some([(KEY.to_owned(), value)].into_iter().collect());
    let bytes = ::safetensors::serialize(&arrays.arrays, metadata).map_err(|error| IoError::Unsupported {
        path: path.into(),
        name: arrays.names().next().unwrap_or_default().into(),
        expected: "a header of less than 100 MB",
        found: error.to_string(),
        advice: "fewer arrays, or shorter names",
    })?;
    write::write(path, &bytes)
}

/// The arrays of a file, and the JSON text of what was written with them.
pub(super) fn read(path: &Path) -> Result<(Arrays, Option<String>), IoError> {
    let mut source = Source::open(path)?;
    let header = read_header(&mut source)?;
    let start = source.position;
    let damaged = |at, found| IoError::Damaged { path: path.into(), at, expected: EXPECTED.into(), found };
    let metadata: Metadata = serde_json::from_slice(&header).map_err(|error: serde_json::Error| {
        // What is wrong with the whole has no place.
        let at = (error.line() > 0).then(|| 8 + place(&header, error.line(), error.column()));
        damaged(at, without_place(&error.to_string()))
    })?;
    let length = metadata.data_len() as u64;
    let data = source.read_at_most(length.saturating_add(1))?;
    if (data.len() as u64) < length {
        let what = "the header, and the arrays that it lists";
        return Err(IoError::Truncated { path: path.into(), what, expected: start + length, found: source.position });
    }
    if data.len() as u64 > length {
        return Err(damaged(Some(start + length), "more bytes after the last array".into()));
    }
    let mut arrays = Arrays { path: Some(path.into()), ..Arrays::new() };
    for (name, info) in metadata.tensors() {
        if steps(&info.shape).is_none() {
            return Err(damaged(None, format!("{name:?} of shape {:?}, which no array can have", info.shape)));
        }
        let stored = stored(path, &name, info, &data)?;
        arrays.arrays.insert(name, stored);
    }
    let note = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY));
    let note = note.map(|value| verify(path, value, &arrays)).transpose()?;
    Ok((arrays, note.flatten()))
}

const EXPECTED: &str = "a safetensors header: for each array, the kind of number, the shape, and the place of its bytes, one after the other";

/// The header's text. What follows it is left to be read.
fn read_header(source: &mut Source) -> Result<Vec<u8>, IoError> {
    let truncated = |expected, found| {
        let what = "the length of the header (8 bytes), and the header";
        IoError::Truncated { path: source.path.into(), what, expected, found }
    };
    let path = source.path;
    let foreign = |bytes: &[u8]| foreign(path, "safetensors: 8 bytes, then a header that begins with {", bytes);
    let mut begin = source.read_at_most(9)?;
    let (length, first) = match begin[..] {
        [a, b, c, d, e, f, g, h, first] => (u64::from_le_bytes([a, b, c, d, e, f, g, h]), first),
        _ => return Err(foreign(&begin)),
    };
    if first != b'{' || length == 0 {
        return Err(foreign(&begin));
    }
    if length > LONGEST_HEADER {
        return Err(IoError::Damaged {
            path: path.into(),
            at: Some(0),
            expected: format!("a header of at most {LONGEST_HEADER} bytes"),
            found: format!("{length}"),
        });
    }
    let rest = source.read_at_most(length - 1)?;
    if (rest.len() as u64) < length - 1 {
        return Err(truncated(8 + length, source.position));
    }
    begin.drain(..8);
    begin.extend(rest);
    Ok(begin)
}

/// The place of a column, from 1, of a line.
fn place(text: &[u8], line: usize, column: usize) -> u64 {
    let before: usize = text.split_inclusive(|&byte| byte == b'\n').take(line - 1).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)) as u64
}

/// The message of a JSON error without its place, which counts from the beginning of the header and not of the file.
fn without_place(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

fn stored(path: &Path, name: &str, info: &TensorInfo, data: &[u8]) -> Result<Stored, IoError> {
    let (shape, bytes) = (info.shape.clone(), &data[info.data_offsets.0..info.data_offsets.1]);
    let halves = |read: fn(u16) -> f32| f32::to_bytes(&each(bytes, |bits| read(u16::from_le_bytes(bits))));
    let (kind, bytes) = match info.dtype {
        Dtype::F32 => (Kind::F32, bytes.to_vec()),
        Dtype::F64 => (Kind::F64, bytes.to_vec()),
        Dtype::I64 => (Kind::I64, bytes.to_vec()),
        Dtype::F16 => (Kind::F32, halves(from_half)),
        Dtype::BF16 => (Kind::F32, halves(from_bfloat16)),
        other => return Err(unsupported(path, name, other.to_string())),
    };
    Ok(Stored { kind, shape, bytes })
}

/// The error for numbers of another kind.
pub(super) fn unsupported(path: &Path, name: &str, found: String) -> IoError {
    IoError::Unsupported {
        path: path.into(),
        name: name.into(),
        expected: "floating-point numbers of 2, 4 or 8 bytes, or whole numbers of 8",
        found,
        advice: "convert it where the file was made: array.astype(\"<f4\") in NumPy, tensor.float() in PyTorch",
    }
}

/// Compares the checksum with what was read, and returns the note.
fn verify(path: &Path, value: &str, arrays: &Arrays) -> Result<Option<String>, IoError> {
    let parts = value.strip_prefix(BEGIN).and_then(|value| value.split_at_checked(8));
    let sum = parts.map_or(0, |(_, rest)| checksum(rest, arrays));
    match parts {
        Some((digits, rest)) if digits == format!("{sum:08x}") => {
            let note = rest.strip_prefix("\",\"note\":").and_then(|note| note.strip_suffix('}'));
            Ok(note.map(str::to_owned))
        }
        _ => Err(IoError::Damaged {
            path: path.into(),
            at: None,
            expected: "arrays that agree with the checksum that gradus wrote with them".into(),
            found: "others (damaged, or changed by a program that left the checksum as it was)".into(),
        }),
    }
}

/// The checksum of everything that a file says.
fn checksum(rest: &str, arrays: &Arrays) -> u32 {
    let mut crc = Crc::new();
    crc.update(rest.as_bytes());
    for (name, stored) in &arrays.arrays {
        crc.update(format!("{} {name} {} {:?}", name.len(), stored.kind, stored.shape).as_bytes());
        crc.update(&stored.bytes);
    }
    crc.sum()
}
