//! The program of chapter 4 alone: `cargo run --release --bin ch04_activations`. Its story is in `chapter.rs`.

use chapters::ch04::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
