//! The program of chapter 30 alone: `cargo run --release --bin ch30_outgrowing`. Its story is in `chapter.rs`.

use chapters::ch30::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
