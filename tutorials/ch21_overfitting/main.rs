//! The program of chapter 21 alone: `cargo run --release --bin ch21_overfitting`. Its story is in `chapter.rs`.

use chapters::ch21::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
