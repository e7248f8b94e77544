//! The course from the command line; see `command.rs`.

fn main() -> std::process::ExitCode {
    chapters::command::main()
}
