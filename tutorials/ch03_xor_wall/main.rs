//! The program of chapter 3 alone: `cargo run --release --bin ch03_xor_wall`. Its story is in `chapter.rs`.

use chapters::ch03::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
