//! The program of chapter 5 alone: `cargo run --release --bin ch05_losses`. Its story is in `chapter.rs`.

use chapters::ch05::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
