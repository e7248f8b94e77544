//! Every way in which a data file can be damaged has an error that helps. The snapshots are the messages.
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
    insta::assert_snapshot!(Folder::with(IMAGES, &idx(8, &[u32::MAX, u32::MAX, u32::MAX], &[])).message());
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
