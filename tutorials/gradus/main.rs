//! The course from the command line; see `command.rs`. The program carries what an installed course needs: digits, texts, solutions.

mod texts;

fn main() -> std::process::ExitCode {
    frame::carry_digits(&gradus_data::MNIST);
    chapters::command::main(texts::TEXTS)
}
