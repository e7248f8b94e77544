//! The program of chapter 23 alone: `cargo run --release --bin ch23_higher_order`. Its story is in `chapter.rs`.

use chapters::ch23::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
