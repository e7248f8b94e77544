//! The program of chapter 7 alone: `cargo run --release --bin ch07_descent`. Its story is in `chapter.rs`.

use chapters::ch07::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
