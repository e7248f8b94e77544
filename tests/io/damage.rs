//! Damaged, foreign and lying files: each gives an error that names the file, and the byte where that is known. The snapshots are the messages.

use super::{net, numbers};
use gradus::io::{Arrays, IoError, load_npz, load_safetensors, save_npz, save_safetensors};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

type Load = fn(&Path) -> Result<Arrays, IoError>;

/// Reads in both formats, each with a good file to damage.
fn good() -> (TempDir, [(Load, PathBuf, Vec<u8>); 2]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (folder.path().join("net.safetensors"), folder.path().join("net.npz"));
    save_safetensors(&first, &net(1)).expect("written");
    save_npz(&second, &net(1)).expect("written");
    let bytes = [&first, &second].map(|path| fs::read(path).expect("read"));
    let loads: [Load; 2] = [|path| Arrays::load_safetensors(path), |path| Arrays::load_npz(path)];
    let [a, b] = bytes;
    (folder, [(loads[0], first, a), (loads[1], second, b)])
}

/// The message for a file of these bytes, without the folder's name.
fn message(load: Load, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    fs::write(&path, bytes).expect("written");
    load(&path).unwrap_err().to_string().replace(&folder.path().display().to_string(), "models")
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let (_folder, files) = good();
    for (load, path, bytes) in files {
        for length in 0..bytes.len() {
            fs::write(&path, &bytes[..length]).expect("written");
            let error = load(&path).expect_err("it is cut off");
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }
}

#[test]
fn of_a_file_with_a_flipped_bit_no_other_numbers_are_taken() {
    let (_folder, files) = good();
    for (load, path, bytes) in files {
        let whole = load(&path).expect("it is good");
        let mut unnoticed = 0;
        for bit in (0..bytes.len()).map(|byte| 8 * byte + byte % 8) {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &damaged).expect("written");
            // What says nothing about an array, such as the date of a file in an archive, may change unnoticed.
            if let Ok(read) = load(&path) {
                assert_eq!(format!("{read:?}"), format!("{whole:?}"), "bit {bit}");
                for name in whole.names() {
                    assert_eq!(read.get::<f32>(name), whole.get::<f32>(name), "bit {bit}");
                }
                unnoticed += 1;
            }
        }
        assert!(unnoticed < bytes.len() / 4, "{unnoticed} of {}", bytes.len());
    }
}

#[test]
fn a_damaged_file_leaves_the_model_as_it_was() {
    let (_folder, files) = good();
    let model = net(2);
    let before = numbers(&model);
    for (_, path, mut bytes) in files {
        let last = bytes.len() - 300;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).expect("written");
        let outcome = match path.extension().is_some_and(|extension| extension == "npz") {
            true => load_npz(&path, &model),
            false => load_safetensors(&path, &model),
        };
        assert!(matches!(outcome, Err(IoError::Damaged { .. })), "{outcome:?}");
        assert_eq!(numbers(&model), before);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let (_folder, [(safetensors, _, whole), (npz, _, archive)]) = good();
    let header =
        |text: &str, data: usize| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes(), &vec![0; data]].concat();
    let one = |dtype: &str, shape: &str, end: u64| {
        format!("{{\"w\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[0,{end}]}}}}")
    };
    let mut flipped = whole.clone();
    *flipped.last_mut().expect("bytes") ^= 1;
    let mut packed = archive.clone();
    packed[200] ^= 1;
    let told = [
        message(safetensors, &whole[..whole.len() - 1]),
        message(safetensors, &whole[..100]),
        message(safetensors, &[&whole[..], b"more"].concat()),
        message(safetensors, &flipped),
        message(safetensors, &header("{\"w\":{\"dtype\":\"F32\",\"shape\":[2}", 8)),
        message(safetensors, &header(&one("F32", "[3]", 8), 8)),
        message(safetensors, &header(&one("U8", "[8]", 8), 8)),
        message(safetensors, &header(&one("F99", "[8]", 8), 8)),
        message(npz, &archive[..archive.len() - 1]),
        message(npz, &packed),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn foreign_files_are_told_what_they_are() {
    let (_folder, [(safetensors, _, whole), (npz, _, archive)]) = good();
    let told = [
        message(safetensors, b""),
        message(safetensors, &archive),
        message(safetensors, b"\x80\x02}q\x00X\x04\x00"),
        message(safetensors, b"\x93NUMPY\x01\x00v\x00{'descr'"),
        message(safetensors, b"\x89HDF\r\n\x1a\n\0\0"),
        message(safetensors, b"version https://git-lfs.github.com/spec/v1"),
        message(safetensors, b"<!DOCTYPE html><title>404 Not Found</title>"),
        message(npz, &whole),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn sizes_that_are_only_claimed_take_no_memory() {
    let (_folder, [(safetensors, ..), (npz, ..)]) = good();
    let file = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let claims = [
        [&u64::MAX.to_le_bytes()[..], b"{}"].concat(),
        [&99_000_000_u64.to_le_bytes()[..], b"{}"].concat(),
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,18446744073709551615]}}"),
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[1099511627776],\"data_offsets\":[0,4398046511104]}}"),
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}"),
        // No numbers, but the steps from one to the next cannot be counted.
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[0,4294967296,4294967296],\"data_offsets\":[0,0]}}"),
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}"),
    ];
    for claim in claims {
        let told = message(safetensors, &claim);
        assert!(told.contains("damaged") || told.contains("ends too early"), "{told}");
    }
    // An archive whose list says that an entry has 4 GB.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.npz");
    let mut arrays = Arrays::new();
    arrays.insert("w", &ndarray::arr1(&[1.0_f32])).expect("a name");
    arrays.save_npz(&path).expect("written");
    let mut bytes = fs::read(&path).expect("read");
    let list = bytes.windows(4).position(|four| four == b"PK\x01\x02").expect("a list");
    for method in [0, 8] {
        bytes[list + 10] = method;
        bytes[list + 24..list + 28].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
        let told = message(npz, &bytes);
        assert!(told.contains("damaged"), "{told}");
    }
}

#[test]
fn entries_of_an_archive_that_share_their_data_are_refused_before_they_are_unpacked() {
    let (_folder, [_, (npz, _, mut archive)]) = good();
    let lists: Vec<usize> = (0..archive.len()).filter(|&at| archive[at..].starts_with(b"PK\x01\x02")).collect();
    let most = (archive.len() as u32 - 100).to_le_bytes();
    for list in lists {
        archive[list + 20..list + 24].copy_from_slice(&most);
    }
    let told = message(npz, &archive);
    assert!(told.contains("no larger than the file"), "{told}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_cannot_be_read() {
    let (folder, [(safetensors, ..), (npz, ..)]) = good();
    for load in [safetensors, npz] {
        for path in [folder.path(), &folder.path().join("nothing"), Path::new("/dev/zero"), Path::new("/dev/null")] {
            let error = load(path).expect_err("there are no arrays");
            assert!(matches!(error, IoError::Unreadable { .. } | IoError::Foreign { .. }), "{error}");
        }
    }
}
