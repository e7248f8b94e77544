//! The program of chapter 17 alone: `cargo run --release --bin ch17_mnist_16_16`. Its story is in `chapter.rs`.

use chapters::ch17::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
