//! The program of chapter 14 alone: `cargo run --release --bin ch14_four_equations`. Its story is in `chapter.rs`.

use chapters::ch14::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
