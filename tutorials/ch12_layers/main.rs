//! The program of chapter 12 alone: `cargo run --release --bin ch12_layers`. Its story is in `chapter.rs`.

use chapters::ch12::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
