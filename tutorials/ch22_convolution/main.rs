//! The program of chapter 22 alone: `cargo run --release --bin ch22_convolution`. Its story is in `chapter.rs`.

use chapters::ch22::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
