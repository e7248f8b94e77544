//! The program of chapter 8 alone: `cargo run --release --bin ch08_tape`. Its story is in `chapter.rs`.

use chapters::ch08::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
