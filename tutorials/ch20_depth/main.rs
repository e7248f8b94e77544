//! The program of chapter 20 alone: `cargo run --release --bin ch20_depth`. Its story is in `chapter.rs`.

use chapters::ch20::{CHAPTER, run};

fn main() -> std::process::ExitCode {
    frame::main(&CHAPTER, run)
}
