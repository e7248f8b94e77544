//! Images in a folder: what is read from each kind of file, and what is refused. PNG files are written by the tests; Pillow wrote the JPEG files.

#[allow(dead_code)] // its `main`
#[path = "../../examples/image_classifier.rs"]
mod image_classifier;

use gradus::data::{Colours, ImageError, ImageFolder};
use gradus::prelude::*;
use png::{BitDepth, ColorType, Encoder};
use rand::RngExt;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn png(path: &Path, [height, width]: [u32; 2], colour: ColorType, depth: BitDepth, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let mut encoder = Encoder::new(fs::File::create(path).expect("a file"), width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == ColorType::Indexed {
        encoder.set_palette(vec![0, 0, 0, 255, 0, 51]);
    }
    encoder.write_header().expect("a header").write_image_data(bytes).expect("an image");
}

fn grey(path: &Path, size: [u32; 2], bytes: &[u8]) {
    png(path, size, ColorType::Grayscale, BitDepth::Eight, bytes);
}

fn jpeg(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/images").join(name)
}

#[test]
fn subfolders_are_classes_and_each_image_comes_in_the_size_that_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    grey(&at("dog/2.png"), [2, 4], &[0, 51, 102, 153, 0, 51, 102, 153]);
    grey(&at("dog/1.png"), [1, 1], &[255]);
    grey(&at("cat/only"), [2, 2], &[51; 4]);
    fs::write(at("cat/.DS_Store"), "not looked at").expect("a file");
    fs::write(at("README"), "not looked at").expect("a file");
    let pets = ImageFolder::<f64>::read(folder.path(), Colours::Grey, [1, 2]).expect("images");
    assert_eq!(pets.classes, ["cat", "dog"]);
    assert_eq!(pets.files, ["cat/only", "dog/1.png", "dog/2.png"].map(at));
    assert_eq!(pets.images.labels(), Some(vec![0, 1, 1]));
    let pixels = pets.images.features();
    assert_eq!(pixels.shape(), [3, 1, 1, 2]);
    let expected = [0.2, 0.2, 1.0, 1.0, 0.1, 0.5];
    assert!(pixels.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-12), "{pixels}");
}

#[test]
fn every_kind_of_png_and_jpeg_becomes_the_colours_that_were_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join("all").join(name);
    grey(&at("1_grey.png"), [1, 1], &[102]);
    png(&at("2_transparent.png"), [1, 1], ColorType::GrayscaleAlpha, BitDepth::Eight, &[102, 0]);
    png(&at("3_16_bits.png"), [1, 1], ColorType::Grayscale, BitDepth::Sixteen, &[102, 7]);
    png(&at("4_one_bit.png"), [1, 1], ColorType::Grayscale, BitDepth::One, &[0x80]);
    png(&at("5_rgb.png"), [1, 1], ColorType::Rgb, BitDepth::Eight, &[255, 0, 51]);
    png(&at("6_rgba.png"), [1, 1], ColorType::Rgba, BitDepth::Eight, &[255, 0, 51, 9]);
    png(&at("7_palette.png"), [1, 1], ColorType::Indexed, BitDepth::Eight, &[1]);
    fs::copy(jpeg("grey.jpg"), at("8_grey.jpg")).expect("a copy");
    fs::copy(jpeg("red_and_blue.jpg"), at("9_jpeg.jpg")).expect("a copy");
    let read = |colours| ImageFolder::<f64>::read(folder.path(), colours, 1).expect("images").images.features();
    let both = [[0.43, 0.2, 0.51], [0.43, 0.2, 0.51]]; // the mean of red (200, 40, 40) and blue (20, 60, 220)
    let pink = [1.0, 0.0, 0.2];
    let expected = [[0.4; 3], [0.4; 3], [0.4; 3], [1.0; 3], pink, pink, pink, [0.5; 3], both[0]];
    let (rgb, luma) = (read(Colours::Rgb), read(Colours::Grey));
    assert_eq!((rgb.shape(), luma.shape()), (&[9, 3, 1, 1][..], &[9, 1, 1, 1][..]));
    for (image, expected) in expected.iter().enumerate() {
        let found = [0, 1, 2].map(|channel| rgb[[image, channel, 0, 0]]);
        assert!(found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 0.01), "{image}: {found:?}");
        let bright = 0.299 * expected[0] + 0.587 * expected[1] + 0.114 * expected[2];
        assert!((luma[[image, 0, 0, 0]] - bright).abs() < 0.01, "{image}");
    }
}

/// A folder with one image, and what is said when it is read in a size of 1 x 1.
fn refused(name: &str, bytes: &[u8]) -> (TempDir, ImageError) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("class")).expect("a folder");
    fs::write(folder.path().join("class").join(name), bytes).expect("a file");
    let error = ImageFolder::<f32>::read(folder.path(), Colours::Grey, 1).expect_err("an error");
    (folder, error)
}

#[test]
fn what_is_no_image_is_refused_with_the_file_and_what_to_try() {
    let folder = tempfile::tempdir().expect("a folder");
    let read = |folder: &Path, size: usize| ImageFolder::<f32>::read(folder, Colours::Grey, size).unwrap_err();
    let mut told = vec![(folder.path().to_owned(), read(&folder.path().join("missing"), 1))];
    told.push((folder.path().to_owned(), read(folder.path(), 1)));
    fs::create_dir(folder.path().join("class")).expect("a folder");
    told.push((folder.path().to_owned(), read(folder.path(), 1)));
    grey(&folder.path().join("class/1.png"), [1, 1], &[0]);
    told.push((folder.path().to_owned(), read(folder.path(), 1 << 20)));
    // A header can state any size.
    let mut huge = Vec::new();
    drop(Encoder::new(&mut huge, 100_000, 90_000).write_header().expect("a header"));
    let files = [("notes.txt", &b"no image"[..]), ("empty.png", b""), ("huge.png", &huge)];
    told.extend(
        files.map(|(name, bytes)| refused(name, bytes)).map(|(folder, error)| (folder.path().to_owned(), error)),
    );
    let told: Vec<String> =
        told.iter().map(|(folder, error)| error.to_string().replace(&*folder.to_string_lossy(), "FOLDER")).collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(told.join("\n\n")) });
}

#[test]
fn a_file_that_was_cut_off_or_changed_is_refused_wherever_that_happened() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes: Vec<u8> = (0..60 * 60).map(|i| (i * i % 251) as u8).collect();
    grey(&folder.path().join("whole.png"), [60, 60], &bytes);
    let whole = fs::read(folder.path().join("whole.png")).expect("read");
    // The end of a file only says that it is one.
    for length in (8..whole.len() - 16).step_by(97) {
        let (_, error) = refused("cut.png", &whole[..length]);
        assert!(matches!(error, ImageError::Damaged { .. }), "{length} of {}: {error}", whole.len());
    }
    for at in (8..whole.len() - 16).step_by(89) {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        let (_, error) = refused("changed.png", &changed);
        assert!(matches!(error, ImageError::Damaged { .. }), "at {at}: {error}");
    }
    let whole = fs::read(jpeg("red_and_blue.jpg")).expect("read");
    for length in [4, 100, 300, whole.len() - 20] {
        let (_, error) = refused("cut.jpg", &whole[..length]);
        assert!(matches!(error, ImageError::Damaged { .. }), "{length} of {}: {error}", whole.len());
    }
}

#[test]
fn a_folder_among_the_images_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("class/inner")).expect("folders");
    let error = ImageFolder::<f32>::read(folder.path(), Colours::Grey, 1).unwrap_err();
    assert!(matches!(error, ImageError::Unreadable { .. }) && error.to_string().contains("class/inner"), "{error}");
}

#[test]
fn the_example_learns_to_tell_bars_from_dots() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rng = seeded(1);
    for number in 0..60 {
        let (bar, dot) = (rng.random_range(0..12), rng.random_range(0..16 * 16));
        let pixel = |place: usize, lit: bool| if lit { 200 + (place % 50) as u8 } else { (place * 7 % 40) as u8 };
        let bars: Vec<u8> = (0..256).map(|place| pixel(place, (bar..bar + 4).contains(&(place % 16)))).collect();
        let dots: Vec<u8> = (0..256).map(|place| pixel(place, (place + dot) % 37 == 0)).collect();
        grey(&folder.path().join(format!("bar/{number}.png")), [16, 16], &bars);
        grey(&folder.path().join(format!("dots/{number}.png")), [16, 16], &dots);
    }
    let right = image_classifier::train(folder.path(), 3).expect("it runs");
    assert!(right > 0.9, "{right}");
}
