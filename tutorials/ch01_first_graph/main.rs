//! The program of chapter 1 alone: `cargo run --release --bin ch01_first_graph`. Its story is in `chapter.rs`.

use chapters::ch01::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
