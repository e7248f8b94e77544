//! The program of chapter 23 alone: `cargo run --release --bin ch23_words_and_attention`. Its story is in `chapter.rs`.

use chapters::ch23::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
