//! Chapter 16: the source's run begins as it should, an "epoch" sees 63% of the digits, and the printed loop makes one step.

use crate::support::{number, results};
use gradus::data::{MnistFiles, idx};
use std::path::Path;

/// The four files, unpacked and with a dot in their names, as some archives have them.
fn unpacked() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    let MnistFiles { train_images, train_labels, test_images, test_labels, .. } =
        MnistFiles::find(packed).expect("the digits");
    for (path, rank) in [(train_images, 3), (train_labels, 1), (test_images, 3), (test_labels, 1)] {
        let file = idx::read(&path, rank).expect("a file of digits");
        let lengths = file.dims.iter().flat_map(|&length| u32::try_from(length).expect("a length").to_be_bytes());
        let bytes: Vec<u8> = [0, 0, 8, rank].into_iter().chain(lengths).chain(file.bytes).collect();
        let name = path.file_stem().expect("a name").to_string_lossy().replace("-idx", ".idx");
        std::fs::write(folder.path().join(name), bytes).expect("the file is written");
    }
    folder
}

#[test]
fn a_short_run_on_unpacked_files_learns_and_counts() {
    let folder = unpacked();
    let data = folder.path().to_str().expect("UTF-8");
    let results = results(env!("CARGO_BIN_EXE_ch16_mnist_two_layer"), &["--epochs", "600", "--data", data]);
    for way in ["test_accuracy", "test_accuracy_without_replacement"] {
        let accuracy = number(&results[way]);
        assert!((0.88..0.93).contains(&accuracy), "{way} after 600 steps: {accuracy}");
    }
    let seen = number(&results["seen_in_one_epoch"]);
    assert!((seen - 0.632).abs() < 0.01, "{seen}");
    assert_eq!(results["as_printed"]["updates"], 1);
    assert!(number(&results["as_printed"]["accuracy"]) < 0.5);
}
