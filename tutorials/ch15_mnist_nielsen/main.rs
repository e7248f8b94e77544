//! The program of chapter 15 alone: `cargo run --release --bin ch15_mnist_nielsen`. Its story is in `chapter.rs`.

use chapters::ch15::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
