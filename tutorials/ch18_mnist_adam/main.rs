//! The program of chapter 18 alone: `cargo run --release --bin ch18_mnist_adam`. Its story is in `chapter.rs`.

use chapters::ch18::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
