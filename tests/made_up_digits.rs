//! A data set in the format of MNIST, made up: the real one is not part of the package. `tutorials/tests/mnist.rs` tests what is only true of that.

use flate2::Compression;
use flate2::write::GzEncoder;
use gradus::data::PIXELS;
use gradus::prelude::*;
use rand::RngExt;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

pub const TRAIN: usize = 3000;
pub const TEST: usize = 1100;

pub static DIGITS: LazyLock<Mnist> = LazyLock::new(|| {
    let folder = folder();
    Mnist::open(folder.path()).expect("what was just written")
});

/// The four files, packed. As in MNIST, a fifth of the pixels has ink.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rng = seeded(60_000);
    for (part, count) in [("train", TRAIN), ("t10k", TEST)] {
        let mut pixel = || if rng.random_ratio(1, 5) { rng.random() } else { 0 };
        let images: Vec<u8> = (0..count * PIXELS).map(|_| pixel()).collect();
        let labels: Vec<u8> = (0..count).map(|_| rng.random_range(0..10)).collect();
        write(folder.path(), &format!("{part}-images-idx3-ubyte.gz"), &[count as u32, 28, 28], &images);
        write(folder.path(), &format!("{part}-labels-idx1-ubyte.gz"), &[count as u32], &labels);
    }
    folder
}

fn write(folder: &Path, name: &str, dims: &[u32], elements: &[u8]) {
    let header =
        [&[0, 0, 8, dims.len() as u8], &*dims.iter().flat_map(|length| length.to_be_bytes()).collect::<Vec<_>>()];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&header.concat()).expect("memory takes it");
    encoder.write_all(elements).expect("memory takes it");
    std::fs::write(folder.join(name), encoder.finish().expect("memory takes it")).expect("a file");
}
