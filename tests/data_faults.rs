//! Every way in which a data file can be damaged gives a helpful error. The snapshots are the messages.
use flate2::Compression;
use flate2::write::GzEncoder;
use gradus::data::DataError;
use gradus::prelude::*;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";

/// A folder with a tiny MNIST, to be damaged: two images and labels in each part, unpacked.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        for part in ["train", "t10k"] {
            folder.write(&format!("{part}-images-idx3-ubyte"), &images());
            folder.write(&format!("{part}-labels-idx1-ubyte"), &idx(8, &[2], &[3, 4]));
        }
        assert!(folder.open().is_ok());
        folder
    }

    fn with(name: &str, bytes: &[u8]) -> Self {
        let folder = Folder::new();
        folder.write(name, bytes);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn open(&self) -> Result<Mnist, DataError> {
        Mnist::open(self.0.path())
    }

    /// The message, with no path of this machine in it.
    fn message(&self) -> String {
        let error = self.open().unwrap_err();
        assert_eq!(format!("{error:?}"), error.to_string(), "unwrap prints the message too");
        error.to_string().replace(&self.0.path().display().to_string(), "data/mnist")
    }
}

fn idx(element_type: u8, dims: &[u32], elements: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, element_type, dims.len() as u8];
    dims.iter().for_each(|length| bytes.extend(length.to_be_bytes()));
    bytes.extend(elements);
    bytes
}

fn images() -> Vec<u8> {
    idx(8, &[2, 28, 28], &(0..2 * 784).map(|i| (i * i % 251) as u8).collect::<Vec<_>>())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_missing_folder() {
    let error = Mnist::open("no/such/folder").unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(env!("CARGO_MANIFEST_DIR"), "[current directory]"));
}

#[test]
fn a_file_where_the_folder_should_be() {
    let folder = Folder::with("mnist.zip", b"PK");
    let error = Mnist::open(folder.path("mnist.zip")).unwrap_err().to_string();
    let error = error.replace(env!("CARGO_MANIFEST_DIR"), "[current directory]");
    insta::assert_snapshot!(error.replace(&folder.0.path().display().to_string(), "data"));
}

#[test]
fn a_missing_file() {
    let folder = Folder::new();
    std::fs::remove_file(folder.path(LABELS)).unwrap();
    insta::assert_snapshot!(folder.message());
}

#[test]
fn a_folder_with_nothing_in_it() {
    insta::assert_snapshot!(Folder(tempfile::tempdir().unwrap()).message());
}

#[test]
fn a_folder_where_a_file_should_be() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path(&format!("{IMAGES}.gz"))).unwrap();
    assert!(folder.open().is_ok(), "the unpacked file is there");
    std::fs::remove_file(folder.path(IMAGES)).unwrap();
    insta::assert_snapshot!(folder.message());
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(Folder::with(IMAGES, b"").message());
}

#[test]
fn a_header_cut_off() {
    insta::assert_snapshot!(Folder::with(IMAGES, &images()[..11]).message());
}

#[test]
fn images_and_labels_swapped() {
    insta::assert_snapshot!(Folder::with(IMAGES, &idx(8, &[2], &[3, 4])).message());
}

#[test]
fn a_web_page_saved_as_data() {
    insta::assert_snapshot!(Folder::with(LABELS, b"<!DOCTYPE html><title>404 Not Found</title>").message());
}

#[test]
fn elements_that_are_not_bytes() {
    insta::assert_snapshot!(Folder::with(IMAGES, &idx(0x0d, &[2, 28, 28], &[0; 4 * 2 * 784])).message());
}

#[test]
fn data_cut_off() {
    insta::assert_snapshot!(Folder::with(IMAGES, &images()[..1000]).message());
}

#[test]
fn packed_data_cut_off_before_it_was_packed() {
    insta::assert_snapshot!(Folder::with(&format!("{IMAGES}.gz"), &gzip(&images()[..1000])).message());
}

#[test]
fn bytes_after_the_data() {
    let long = [images(), vec![0]].concat();
    insta::assert_snapshot!(Folder::with(IMAGES, &long).message());
    let packed = Folder::with(&format!("{IMAGES}.gz"), &gzip(&long));
    assert!(matches!(packed.open(), Err(DataError::TrailingBytes { expected: 1584, .. })));
}

#[test]
fn a_download_cut_off() {
    let gzip_header = &gzip(&images())[..10];
    insta::assert_snapshot!(Folder::with(&format!("{IMAGES}.gz"), gzip_header).message());
}

#[test]
fn a_checksum_that_is_wrong() {
    let mut packed = gzip(&images());
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    insta::assert_snapshot!(Folder::with(&format!("{IMAGES}.gz"), &packed).message());
}

#[test]
fn a_size_beyond_counting() {
    let folder = Folder::with(IMAGES, &idx(8, &[u32::MAX, u32::MAX, u32::MAX], &[]));
    let error = gradus::data::idx::read(folder.path(IMAGES), 3).unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&folder.0.path().display().to_string(), "data/mnist"));
}

#[test]
fn images_of_another_size() {
    insta::assert_snapshot!(Folder::with(IMAGES, &idx(8, &[2, 32, 32], &[0; 2048])).message());
}

#[test]
fn a_label_too_few() {
    insta::assert_snapshot!(Folder::with(LABELS, &idx(8, &[1], &[3])).message());
}

#[test]
fn a_label_that_is_no_digit() {
    insta::assert_snapshot!(Folder::with(LABELS, &idx(8, &[2], &[3, 10])).message());
}

#[test]
fn gzip_files_joined_end_to_end_are_one_file() {
    let images = images();
    let joined = [gzip(&images[..100]), gzip(&images[100..])].concat();
    assert!(Folder::with(&format!("{IMAGES}.gz"), &joined).open().is_ok());
}

#[test]
fn a_gzip_file_padded_with_zeros_is_read_as_gzip_reads_it() {
    for zeros in [1, 7, 511, 512, 100_000] {
        let padded = [gzip(&images()), vec![0; zeros]].concat();
        let mnist = Folder::with(&format!("{IMAGES}.gz"), &padded).open().unwrap();
        assert_eq!(mnist.train().len(), 2);
    }
    let cut = gzip(&images()[..1000]);
    let padded = Folder::with(&format!("{IMAGES}.gz"), &[cut, vec![0; 600]].concat());
    assert!(matches!(padded.open(), Err(DataError::TruncatedData { found: 1000, .. })));
}

#[test]
fn what_follows_gzip_data_and_is_neither_zeros_nor_gzip_data_is_garbage() {
    let packed = gzip(&images());
    let message = Folder::with(&format!("{IMAGES}.gz"), &[&packed[..], b"garbage"].concat()).message();
    insta::assert_snapshot!(message);
    // gzip stops reading at zeros: anything after them is garbage to it.
    for tail in [&[0, 0, 7][..], &[0, 0x1f, 0x8b], &[7; 70_000]] {
        let folder = Folder::with(&format!("{IMAGES}.gz"), &[&packed[..], tail].concat());
        assert!(matches!(folder.open(), Err(DataError::GzipGarbage { unpacked: 1584, .. })), "{tail:?}");
    }
}

#[test]
fn every_kind_of_idx_file_that_cannot_be_read_is_told_what_it_is() {
    let kinds = [(0x09, 1), (0x0b, 2), (0x0c, 4), (0x0d, 4), (0x0e, 8)];
    let mut told = Vec::new();
    for (element_type, size) in kinds {
        told.push(Folder::with(IMAGES, &idx(element_type, &[2, 28, 28], &vec![0; size * 2 * 784])).message());
    }
    told.push(Folder::with(LABELS, &idx(0x0c, &[2, 8], &[0; 64])).message());
    for dims in [&[2, 784][..], &[2, 28, 28, 3]] {
        told.push(Folder::with(IMAGES, &idx(8, dims, &[])).message());
    }
    told.push(Folder::with(LABELS, &idx(8, &[2, 10], &[0; 20])).message());
    told.push(Folder::with(IMAGES, &[3, 8, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28, 0, 0, 0]).message());
    assert!(told.iter().all(|message| !message.contains("fetch")), "{told:#?}");
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_other_programs_write_is_told_what_it_is() {
    let beginnings: [&[u8]; 9] = [
        b"PAR1....",
        b"\x93NUMPY..",
        b"PK\x03\x04",
        b"BZh91AY",
        b"\xfd7zXZ\0",
        b"\x28\xb5\x2f\xfd",
        b"\x89PNG\r\n",
        b"version https://git-lfs",
        &[0; 16],
    ];
    let told = beginnings.map(|bytes| {
        let message = Folder::with(IMAGES, bytes).message();
        message.lines().last().unwrap().trim().to_owned()
    });
    insta::assert_snapshot!(told.join("\n"));
}

/// The labels of a data set with classes from `from` to `to`, each once.
fn labels(from: u8, to: u8) -> Folder {
    let (labels, count): (Vec<u8>, _) = ((from..=to).collect(), u32::from(to - from) + 1);
    let folder = Folder::with(LABELS, &idx(8, &[count], &labels));
    folder.write(IMAGES, &idx(8, &[count, 28, 28], &vec![9; 784 * count as usize]));
    folder
}

#[test]
fn labels_of_other_data_sets_are_recognised() {
    let sets =
        [("Letters", 1, 26), ("Balanced", 0, 46), ("Kuzushiji-49", 0, 48), ("ByClass", 0, 61), ("count from 1", 1, 10)];
    for (name, from, to) in sets {
        let message = labels(from, to).message();
        assert!(message.contains(name) && !message.contains("fetch"), "{message}");
    }
    insta::assert_snapshot!(labels(1, 26).message());
    let first_of_letters = [23, 7, 16, 15, 23, 17, 13, 11, 22, 24];
    let folder = labels(1, 10);
    folder.write(LABELS, &idx(8, &[10], &first_of_letters));
    assert!(folder.message().contains("EMNIST Letters"), "{}", folder.message());
    // A single label in a hundred that is no digit is damage.
    let folder = Folder::with(LABELS, &idx(8, &[100], &[[5; 99].as_slice(), &[26]].concat()));
    folder.write(IMAGES, &idx(8, &[100, 28, 28], &[9; 78_400]));
    assert!(folder.message().contains("fetch the file again"), "{}", folder.message());
    assert!(labels(0, 9).open().is_ok(), "ten classes, whatever they stand for");
}

#[test]
fn folders_of_other_data_sets_are_recognised() {
    let set = |names: &[&str]| {
        let folder = Folder(tempfile::tempdir().unwrap());
        for name in names {
            std::fs::create_dir_all(folder.path(name).parent().unwrap()).unwrap();
            folder.write(name, b"");
        }
        let message = folder.message();
        assert!(!message.contains("fetch"), "{message}");
        message.lines().last().unwrap().trim().to_owned()
    };
    let told = [
        set(&["emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-mapping.txt"]),
        set(&["raw/emnist-byclass-train-images-idx3-ubyte"]),
        set(&["FashionMNIST/raw/train-images-idx3-ubyte"]),
        set(&["kmnist-train-imgs.npz"]),
        set(&["mnist_train.csv", "mnist_test.csv"]),
        set(&["archive.zip"]),
        set(&["processed.tar.gz"]),
        set(&["training.pt", "test.pt"]),
        set(&["train-00000-of-00001.parquet"]),
    ];
    insta::assert_snapshot!(told.join("\n"));
    let many: Vec<String> = (0..500).map(|i| format!("{i:03}.png")).collect();
    let folder = Folder(tempfile::tempdir().unwrap());
    many.iter().for_each(|name| folder.write(name, b""));
    assert!(folder.message().contains("and 488 more"), "{}", folder.message());
}

#[test]
fn the_same_files_are_found_under_all_their_usual_names() {
    let contents = [images(), idx(8, &[2], &[3, 4])];
    for within in ["", "raw", "MNIST/raw"] {
        for test in ["t10k", "test"] {
            for (separator, ending, packed) in
                [("-", ".gz", true), ("-", "", false), (".", ".gz", true), (".", "", false)]
            {
                for in_own_folder in [false, true] {
                    let folder = Folder(tempfile::tempdir().unwrap());
                    for part in ["train", test] {
                        for (holds, contents) in ["images", "labels"].iter().zip(&contents) {
                            let rank = if *holds == "images" { 3 } else { 1 };
                            let stem = format!("{part}-{holds}{separator}idx{rank}-ubyte");
                            let own = if in_own_folder { format!("{stem}/") } else { String::new() };
                            // What is in a folder of its own is unpacked, as archives have it.
                            let ending = if in_own_folder { "" } else { ending };
                            let path = folder.path(format!("{within}/{own}{stem}{ending}").trim_start_matches('/'));
                            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                            std::fs::write(path, if packed { gzip(contents) } else { contents.clone() }).unwrap();
                        }
                    }
                    let mnist = folder.open().unwrap();
                    assert_eq!((mnist.train().labels(), mnist.test().len()), (&[3, 4][..], 2));
                }
            }
        }
    }
}

#[test]
fn the_digits_of_emnist_are_read_and_set_upright() {
    let folder = Folder(tempfile::tempdir().unwrap());
    for part in ["train", "test"] {
        folder.write(&format!("emnist-digits-{part}-images-idx3-ubyte.gz"), &gzip(&images()));
        folder.write(&format!("emnist-digits-{part}-labels-idx1-ubyte.gz"), &gzip(&idx(8, &[2], &[3, 4])));
    }
    let (upright, turned) = (Folder::new().open().unwrap().train(), folder.open().unwrap().train());
    for index in 0..2 {
        assert_eq!(upright.image::<f32>(index).t(), turned.image::<f32>(index));
    }
}

#[test]
fn images_without_a_single_one_are_no_data_set() {
    let folder = Folder::with(IMAGES, &idx(8, &[0, 28, 28], &[]));
    folder.write(LABELS, &idx(8, &[0], &[]));
    insta::assert_snapshot!(folder.message());
}

#[test]
fn wherever_a_file_is_cut_there_is_an_error() {
    let folder = Folder::new();
    for (name, bytes) in [(IMAGES.to_string(), images()), (format!("{IMAGES}.gz"), gzip(&images()))] {
        for length in (0..bytes.len()).step_by(7).chain([1, 2, 3, bytes.len() - 1]) {
            folder.write(&name, &bytes[..length]);
            assert!(folder.open().is_err(), "{name} cut to {length} bytes");
        }
        folder.write(&name, &bytes);
        assert!(folder.open().is_ok());
    }
}

#[test]
fn whichever_byte_is_garbled_nothing_panics_and_packed_pixels_never_change_unnoticed() {
    let folder = Folder::new();
    let name = format!("{IMAGES}.gz");
    let right = folder.open().unwrap().train();
    let packed = gzip(&images());
    for position in 0..packed.len() {
        let mut garbled = packed.clone();
        garbled[position] ^= 0x55;
        folder.write(&name, &garbled);
        if let Ok(mnist) = folder.open() {
            assert!((0..2).all(|index| mnist.train().pixels(index) == right.pixels(index)), "byte {position}");
        }
    }
}
