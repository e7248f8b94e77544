//! Exercise 24. Read a matrix out of the bytes of a safetensors file. `cargo run --release -- exercises watch ch24`
//!
//! The file has 8 bytes with the length of the header, then the header, then the numbers: 4 bytes each (an f32), the least significant byte first, the
//! rows of a matrix one after the other. `judge::entry(header, name)` says what the header has about a matrix: its `shape`, and where its bytes
//! `start` and `end`, counted from the end of the header.

use chapters::ch24::judge;
use ndarray::Array2;

/// The matrix of this name.
fn read(file: &[u8], name: &str) -> Array2<f32> {
    // This takes the header to be 64 bytes long. How long is it? And the numbers are still missing.
    let header = &file[8..72];
    let entry = judge::entry(header, name);
    Array2::zeros(entry.shape)
}

pub fn main() -> frame::Judgement {
    judge::judge(read)
}
