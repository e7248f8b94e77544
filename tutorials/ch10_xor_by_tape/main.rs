//! The program of chapter 10 alone: `cargo run --release --bin ch10_xor_by_tape`. Its story is in `chapter.rs`.

use chapters::ch10::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
