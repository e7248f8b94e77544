//! Judges a reader of safetensors files: files as gradus writes them, with one matrix or several, in either order.

use frame::{Judge, Judgement};
use gradus::io::Arrays;
use ndarray::Array2;
use rand::RngExt;
use std::fs;

/// What the header says of one matrix.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// How many rows and columns it has.
    pub shape: (usize, usize),
    /// Where its bytes begin, counted from the end of the header.
    pub start: usize,
    /// Where they end.
    pub end: usize,
}

/// What a header says of the matrix of this name. The header is JSON, without the eight bytes before it.
///
/// # Panics
/// If this is no header, or there is no such matrix.
pub fn entry(header: &[u8], name: &str) -> Entry {
    let all: serde_json::Value = serde_json::from_slice(header).expect("the header, and nothing but the header");
    let number = |key: &str, place: usize| all[name][key][place].as_u64().expect("a matrix of this name") as usize;
    Entry {
        shape: (number("shape", 0), number("shape", 1)),
        start: number("data_offsets", 0),
        end: number("data_offsets", 1),
    }
}

type Read = fn(&[u8], &str) -> Array2<f32>;

pub fn judge(read: Read) -> Judgement {
    Judge::examine("24_keeping_a_model", |judge| {
        for (rows, columns) in judge.shapes() {
            one_file(judge, read, &[("W", rows, columns)]);
        }
        for _ in 0..4 {
            let mut size = || judge.rng().random_range(1..6);
            let matrices = [("hidden", size(), size()), ("out", size(), size()), ("scores", size(), size())];
            one_file(judge, read, &matrices);
        }
    })
}

/// Asks for each matrix of a file.
fn one_file(judge: &mut Judge, read: Read, matrices: &[(&str, usize, usize)]) {
    let (mut arrays, mut expected) = (Arrays::new(), Vec::new());
    for &(name, rows, columns) in matrices {
        let matrix = judge.draw((rows, columns), 2.0).mapv(|x| x as f32);
        if arrays.insert(name, &matrix).is_ok() {
            expected.push((name, matrix));
        }
    }
    let file = match bytes(&arrays) {
        Ok(file) => file,
        Err(error) => return judge.unable(format!("no file could be written: {error}")),
    };
    let length = u64::from_le_bytes(std::array::from_fn(|place| file[place])) as usize;
    for (name, matrix) in expected {
        let shape = matrix.dim();
        let of = entry(&file[8..8 + length], name);
        judge.given(format!("a file of {} bytes; {name:?}: {} x {}", file.len(), shape.0, shape.1));
        let begin = 8 + length;
        let f64s = |matrix: Array2<f32>| matrix.mapv(f64::from);
        let made = |bytes: &[u8], number: fn([u8; 4]) -> f32| {
            let numbers = bytes.as_chunks::<4>().0.iter().map(|bytes| number(*bytes)).collect();
            Array2::from_shape_vec(shape, numbers).map(f64s).unwrap_or_default()
        };
        let at = |start: usize| file.get(start..start + (of.end - of.start)).unwrap_or_default();
        judge
            .equal("the matrix", f64s(matrix.clone()), f64s(read(&file, name)))
            .slip("the numbers are read with the most significant byte first", || {
                made(at(begin + of.start), f32::from_be_bytes)
            })
            .slip("the places are counted from the end of the header, not from the beginning of the file", || {
                made(at(of.start), f32::from_le_bytes)
            })
            .slip("the eight bytes before the header are not counted", || {
                made(at(length + of.start), f32::from_le_bytes)
            })
            .slip("this is the first matrix of the file, whatever the name", || made(at(begin), f32::from_le_bytes))
            .slip("the matrix is filled column by column; its rows come one after the other", || {
                let numbers: Vec<f64> = matrix.iter().map(|&x| x.into()).collect();
                Array2::from_shape_vec((shape.1, shape.0), numbers)
                    .map(|turned| turned.reversed_axes())
                    .unwrap_or_default()
            })
            .slip("these are whole numbers of 4 bytes; the file says F32", || {
                made(at(begin + of.start), |bytes| u32::from_le_bytes(bytes) as f32)
            });
    }
}

fn bytes(arrays: &Arrays) -> std::result::Result<Vec<u8>, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("arrays.safetensors");
    arrays.save_safetensors(&path)?;
    Ok(fs::read(path)?)
}
