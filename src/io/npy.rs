//! NumPy's format of an array: `\x93NUMPY`, a version, the length of a header, and the header, a Python dictionary such as
//! `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`; then the numbers.

use super::IoError;
use super::arrays::Stored;
use super::kind::{Kind, Storable, each, from_half};
use super::safetensors::unsupported;
use crate::shape::steps;
use std::path::Path;

const MAGIC: &[u8] = b"\x93NUMPY";

/// The file of an array. As NumPy's, its header is filled up with spaces so that the numbers begin at a multiple of 64 bytes.
pub(super) fn to_bytes(array: &Stored) -> Vec<u8> {
    let kind = match array.kind {
        Kind::F32 => "<f4",
        Kind::F64 => "<f8",
        Kind::I64 => "<i8",
    };
    let axes: String = match array.shape[..] {
        [length] => format!("{length},"),
        ref shape => shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
    };
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({axes}), }}");
    let length = (MAGIC.len() + 4 + header.len() + 1).next_multiple_of(64) - MAGIC.len() - 4;
    header = format!("{header:<width$}\n", width = length - 1);
    // Version 1. The header of an array of a few axes is far below 65,536 bytes.
    [MAGIC, &[1, 0], &(length as u16).to_le_bytes(), header.as_bytes(), &array.bytes].concat()
}

/// The array `name` of the archive at `path`.
pub(super) fn from_bytes(path: &Path, name: &str, bytes: &[u8]) -> Result<Stored, IoError> {
    let damaged = |found: &str| IoError::Damaged {
        path: path.into(),
        at: None,
        expected: format!("{name:?} as a NumPy array: its header, and as many numbers as its shape says"),
        found: found.into(),
    };
    let (header, data) = split(bytes).ok_or_else(|| damaged("no such header"))?;
    let (descr, order, shape) = fields(header).ok_or_else(|| damaged(&format!("the header {header:?}")))?;
    let (kind, size) = match descr {
        "'<f4'" => (Kind::F32, 4),
        "'<f8'" => (Kind::F64, 8),
        "'<i8'" => (Kind::I64, 8),
        "'<f2'" => (Kind::F32, 2),
        other => return Err(unsupported(path, name, format!("NumPy's dtype {other}"))),
    };
    let claimed = shape.iter().try_fold(size, |bytes: usize, &length| bytes.checked_mul(length));
    if steps(&shape).is_none() {
        return Err(damaged(&format!("the shape {shape:?}, which no array can have")));
    }
    if claimed != Some(data.len()) {
        return Err(damaged(&format!("the shape {shape:?} of {size}-byte numbers, with {} bytes", data.len())));
    }
    let bytes =
        if size == 2 { f32::to_bytes(&each(data, |x| from_half(u16::from_le_bytes(x)))) } else { data.to_vec() };
    // Fortran's order, column by column, is row by row of the array with its axes in reverse.
    Ok(match order {
        "True" => Stored { kind, shape: shape.into_iter().rev().collect(), bytes }.reversed(),
        _ => Stored { kind, shape, bytes },
    })
}

/// The header's text, and what follows it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (length, rest) = match *rest {
        [1, _, a, b, ref rest @ ..] => (u16::from_le_bytes([a, b]).into(), rest),
        [2 | 3, _, a, b, c, d, ref rest @ ..] => (u32::from_le_bytes([a, b, c, d]) as usize, rest),
        _ => return None,
    };
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// The kind of number, whether the order is Fortran's, and the shape.
fn fields(header: &str) -> Option<(&str, &str, Vec<usize>)> {
    let value = |key: &str| Some(header.split_once(key)?.1.trim_start());
    let descr = value("'descr':")?;
    // A list describes records of several fields.
    let end = if descr.starts_with('[') { descr.find(']')? + 1 } else { descr.find(',')? };
    let order =
        ["True", "False"].into_iter().find(|truth| value("'fortran_order':").is_some_and(|v| v.starts_with(truth)))?;
    let (axes, _) = value("'shape':")?.strip_prefix('(')?.split_once(')')?;
    let axes = axes.split(',').map(str::trim).filter(|axis| !axis.is_empty());
    Some((descr[..end].trim(), order, axes.map(|axis| axis.parse().ok()).collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_without_numbers_whose_steps_cannot_be_counted_is_refused() {
        for (lengths, is_read) in [("0, 3", true), ("0, 4294967296, 4294967296", false)] {
            let header = format!("{{'descr': '<f4', 'fortran_order': True, 'shape': ({lengths}), }}\n");
            let bytes = [MAGIC, &[1, 0], &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat();
            let read = from_bytes(Path::new("w.npz"), "w", &bytes);
            assert_eq!(read.is_ok(), is_read, "{lengths}");
            assert!(read.err().is_none_or(|error| error.to_string().contains("no array can have")), "{lengths}");
        }
    }
}
