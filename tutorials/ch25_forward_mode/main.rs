//! The program of chapter 25 alone: `cargo run --release --bin ch25_forward_mode`. Its story is in `chapter.rs`.

use chapters::ch25::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
