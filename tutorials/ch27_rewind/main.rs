//! The program of chapter 27 alone: `cargo run --release --bin ch27_rewind`. Its story is in `chapter.rs`.

use chapters::ch27::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
