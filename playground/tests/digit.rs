//! The network that reads a digit, as it is stored.

use flate2::read::GzDecoder;
use gradus::data::Mnist;
use gradus_playground::digit::{DRAWN, Reader, SEEN};
use gradus_playground::entries::{open_reader, read};
use std::io::Read;
use std::path::Path;

fn stored(name: &str) -> Vec<u8> {
    let file = std::fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("digit").join(name)).unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    bytes
}

fn reader() -> Reader {
    Reader::new(&stored("weights.gz")).unwrap()
}

/// Pixels of MNIST as a drawing.
fn drawn(pixels: &[u8]) -> Vec<u8> {
    let scale = DRAWN / SEEN;
    (0..DRAWN * DRAWN).map(|i| pixels[(i / DRAWN / scale) * SEEN + i % DRAWN / scale]).collect()
}

#[test]
fn it_reads_the_digits_of_the_test() {
    let test = Mnist::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist")).unwrap().test();
    let reader = reader();
    // The README says 96.9%.
    assert!(test.accuracy(reader.net()) > 0.968);
    let right = (0..500).filter(|&index| {
        let reading = reader.read(&drawn(test.pixels(index)), None).unwrap();
        reading.digit == usize::from(test.label(index))
    });
    assert!(right.count() > 470);
}

#[test]
fn a_digit_is_seen_wherever_and_however_large_it_is_drawn() {
    let reader = reader();
    let one = |left: usize, top: usize, height: usize, width: usize| {
        let is_ink =
            |i: usize| (top..top + height).contains(&(i / DRAWN)) && (left..left + width).contains(&(i % DRAWN));
        let drawing: Vec<u8> = (0..DRAWN * DRAWN).map(|i| 255 * u8::from(is_ink(i))).collect();
        reader.read(&drawing, None).unwrap()
    };
    let [small, large] = [one(5, 3, 40, 6), one(70, 30, 80, 12)];
    assert_eq!((small.digit, large.digit), (1, 1));
    assert_eq!(small.pixels, large.pixels);
}

#[test]
fn the_gradient_says_where_ink_would_help() {
    let reader = reader();
    let examples = stored("examples.gz");
    for (digit, pixels) in examples.chunks(SEEN * SEEN).enumerate() {
        let reading = reader.read(&drawn(pixels), Some(digit)).unwrap();
        let log_probability = |x: &[f64]| {
            let x = ndarray::Array2::from_shape_vec((1, SEEN * SEEN), x.to_vec()).unwrap();
            let tape = gradus::Tape::new();
            tape.no_grad(|| reader.net().forward(tape.input(&x)).log_softmax(1).value()[[0, digit]])
        };
        let step = 1e-3 / reading.gradient.iter().map(|g| g * g).sum::<f64>().sqrt().max(1e-3);
        let moved: Vec<f64> = reading.pixels.iter().zip(&reading.gradient).map(|(x, g)| x + step * g).collect();
        assert!(log_probability(&moved) >= log_probability(&reading.pixels), "{digit}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    assert!(reader().read(&vec![0; DRAWN * DRAWN], None).is_none());
    assert!(read(&vec![255; 1 + DRAWN * DRAWN]).unwrap_err().to_string().contains("no reader is open"));
    assert!(
        open_reader(b"too few")
            .unwrap_err()
            .to_string()
            .contains("23860 weights and biases, of 2 bytes each; there are 7 bytes")
    );
    open_reader(&stored("weights.gz")).unwrap();
    assert_eq!(read(&[&[255][..], &vec![0; DRAWN * DRAWN]].concat()).unwrap(), b"null");
    for request in [&[][..], &[255, 0], &[&[10][..], &vec![0; DRAWN * DRAWN]].concat()] {
        assert!(read(request).unwrap_err().to_string().contains("a byte for the digit"), "{}", request.len());
    }
}
