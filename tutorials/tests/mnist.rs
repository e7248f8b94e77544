//! What is only true of the real MNIST, and not of any data set in its format: the files in `data/mnist` are the original ones.

use gradus::data::{CLASSES, Digits, Ink, MnistFiles, PIXELS, idx};
use gradus::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static MNIST: LazyLock<Mnist> = LazyLock::new(|| Mnist::open(folder()).unwrap());

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist")
}

#[test]
fn mnist_is_the_original() {
    let (train, test) = (MNIST.train(), MNIST.test());
    assert_eq!((train.len(), test.len()), (60_000, 10_000));
    assert_eq!(train.labels()[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(test.labels()[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let ink = |digits: &Digits, index| digits.pixels(index).iter().map(|&pixel| u32::from(pixel)).sum::<u32>();
    assert_eq!((ink(&train, 0), ink(&test, 0)), (27525, 18454));
    let mut counts = [0; CLASSES];
    train.labels().iter().for_each(|&label| counts[usize::from(label)] += 1);
    assert_eq!(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
}

#[test]
fn the_usual_normalisation_is_the_mean_and_deviation_of_the_training_pixels() {
    let train = MNIST.train();
    let (mut sum, mut squares) = (0_u64, 0_u64);
    for index in 0..train.len() {
        for &pixel in train.pixels(index) {
            sum += u64::from(pixel);
            squares += u64::from(pixel).pow(2);
        }
    }
    let n = (train.len() * PIXELS) as f64;
    let mean = sum as f64 / n / 255.0;
    let std = (squares as f64 / n / (255.0 * 255.0) - mean * mean).sqrt();
    assert_eq!(format!("{mean:.4} {std:.4}"), "0.1307 0.3081");

    let (plain, normalised) = (train.image::<f64>(0), train.normalised(mean, std).image::<f64>(0));
    for (plain, normalised) in plain.iter().zip(&normalised) {
        assert!(((plain - mean) / std - normalised).abs() < 1e-14);
    }
}

#[test]
fn its_files_are_found_and_read_one_by_one() {
    let files = MnistFiles::find(folder()).unwrap();
    assert!(files.test_labels.ends_with("t10k-labels-idx1-ubyte.gz"));
    let (images, labels) = (idx::read(&files.test_images, 3).unwrap(), idx::read(&files.test_labels, 1).unwrap());
    assert_eq!((&images.dims[..], &labels.dims[..]), (&[10_000, 28, 28][..], &[10_000][..]));
    assert_eq!(labels.bytes, MNIST.test().labels());
}

#[test]
fn a_digit_can_be_read_in_a_terminal() {
    insta::assert_snapshot!(MNIST.train().text(0, Ink::Blocks));
    insta::assert_snapshot!(MNIST.train().text(0, Ink::Ascii));
}
