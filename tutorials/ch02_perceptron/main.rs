//! The program of chapter 2 alone: `cargo run --release --bin ch02_perceptron`. Its story is in `chapter.rs`.

use chapters::ch02::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
