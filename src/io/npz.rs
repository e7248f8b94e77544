//! NumPy's archives of arrays: a zip archive with a file NAME.npy for each array.

use super::arrays::Arrays;
use super::source::{Source, foreign};
use super::zip::{Archive, Fault, archive};
use super::{IoError, npy, write};
use std::path::Path;

pub(super) fn write(path: &Path, arrays: &Arrays) -> Result<(), IoError> {
    let files = arrays.arrays.iter().map(|(name, array)| (format!("{name}.npy"), npy::to_bytes(array)));
    let bytes = archive(files).ok_or_else(|| IoError::Unsupported {
        path: path.into(),
        name: "the archive".into(),
        expected: "less than 4 GiB, and fewer than 65,535 arrays",
        found: "more".into(),
        advice: "save_safetensors, which has no such limits",
    })?;
    write::write(path, &bytes)
}

pub(super) fn read(path: &Path) -> Result<Arrays, IoError> {
    let bytes = Source::open(path)?.read_all()?;
    let expected = "a zip archive of NumPy arrays: the bytes PK";
    if !bytes.starts_with(b"PK") {
        return Err(foreign(path, expected, &bytes));
    }
    let damaged = |Fault { at, expected, found }| {
        let at = Some(at as u64);
        IoError::Damaged { path: path.into(), at, expected: expected.into(), found }
    };
    let mut arrays = Arrays { path: Some(path.into()), ..Arrays::new() };
    for entry in Archive(&bytes).entries().map_err(damaged)? {
        let Some(name) = entry.name.strip_suffix(".npy") else { return Err(foreign(path, expected, &bytes)) };
        let unpacked = Archive(&bytes).unpack(&entry).map_err(damaged)?.ok_or_else(|| IoError::Unsupported {
            path: path.into(),
            name: name.into(),
            expected: "files that are stored or deflated, and not encrypted",
            found: "another kind of zip archive".into(),
            advice: "write it with numpy.savez or numpy.savez_compressed",
        })?;
        if arrays.arrays.insert(name.into(), npy::from_bytes(path, name, &unpacked)?).is_some() {
            let at = entry.start as usize;
            return Err(damaged(Fault {
                at,
                expected: "one array of each name",
                found: format!("two arrays {name:?}"),
            }));
        }
    }
    Ok(arrays)
}
