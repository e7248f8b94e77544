//! The program of chapter 29 alone: `cargo run --release --bin ch29_build_it`. Its story is in `chapter.rs`.

use chapters::ch29::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
