//! The program of chapter 9 alone: `cargo run --release --bin ch09_xor_by_hand`. Its story is in `chapter.rs`.

use chapters::ch09::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
