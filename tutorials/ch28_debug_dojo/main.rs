//! The program of chapter 28 alone: `cargo run --release --bin ch28_debug_dojo`. Its story is in `chapter.rs`.

use chapters::ch28::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
