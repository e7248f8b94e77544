//! The program of chapter 19 alone: `cargo run --release --bin ch19_optimizers`. Its story is in `chapter.rs`.

use chapters::ch19::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
