//! The chapters as one program for a web page, which runs it in a worker as WebAssembly: `runner ch10 --seed 3` does what `gradus ch10 --seed 3` does.
//! The one idea to know: the chapters are the same code as in a terminal; what differs is below them, in the worker, which plays the operating system.
#![deny(unsafe_code)]

#[cfg(target_os = "wasi")]
mod old_libc;

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    // WASI names no folder for temporary files. Here all files are temporary.
    #[cfg(target_os = "wasi")]
    tempfile::env::override_temp_dir(std::path::Path::new(".")).expect("nobody else chooses the folder");
    let mut arguments = match frame::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let name = if arguments.len() > 1 { arguments.remove(1) } else { OsString::new() };
    match chapters::CHAPTERS.iter().find(|(chapter, _)| *chapter.short_name() == *name) {
        Some((chapter, story)) => frame::ended(frame::run_with(chapter, *story, arguments, &mut |_| {})),
        None => {
            frame::complain(&format!("expected the short name of a chapter, such as ch10, found {name:?}"));
            ExitCode::from(2)
        }
    }
}
