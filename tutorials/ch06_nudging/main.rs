//! The program of chapter 6 alone: `cargo run --release --bin ch06_nudging`. Its story is in `chapter.rs`.

use chapters::ch06::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
