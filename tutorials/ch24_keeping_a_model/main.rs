//! The program of chapter 24 alone: `cargo run --release --bin ch24_keeping_a_model`. Its story is in `chapter.rs`.

use chapters::ch24::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
