//! The program of chapter 11 alone: `cargo run --release --bin ch11_broadcasting`. Its story is in `chapter.rs`.

use chapters::ch11::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
