//! The program of chapter 16 alone: `cargo run --release --bin ch16_mnist_two_layer`. Its story is in `chapter.rs`.

use chapters::ch16::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
