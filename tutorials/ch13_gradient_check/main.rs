//! The program of chapter 13 alone: `cargo run --release --bin ch13_gradient_check`. Its story is in `chapter.rs`.

use chapters::ch13::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
