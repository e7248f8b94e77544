//! The program of chapter 26 alone: `cargo run --release --bin ch26_higher_order`. Its story is in `chapter.rs`.

use chapters::ch26::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
