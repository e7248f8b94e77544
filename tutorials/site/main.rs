//! Writes the course as a web site, which it carries: `gradus-site DIR`. The one idea to know: the digits of MNIST are the largest part of the site, and the package
//! `gradus-data` has them already, so the script that the pages read them from is made here.
#![forbid(unsafe_code)]

use base64::prelude::{BASE64_STANDARD, Engine};
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// The site without its digits, as a tar archive packed with xz.
#[cfg(packed)]
const SITE: Option<&[u8]> = Some(include_bytes!("site.tar.xz"));
#[cfg(not(packed))]
const SITE: Option<&[u8]> = None;

/// A file that every site has.
const MARK: &str = "course.js";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let written = match &arguments[..] {
        [folder] if !folder.to_string_lossy().starts_with('-') => write(folder.as_ref()),
        [flag] if flag == "--version" => {
            println!("gradus-site {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        _ => Err("gradus-site takes one word, the folder for the site: gradus-site DIR".into()),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Writes the site into a folder that is new, empty, or an earlier site.
fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    let site = SITE.ok_or(
        "this program was built in a checkout in which `.ci/packages` has packed no site: there, `.ci/site` makes it",
    )?;
    if folder.exists() && fs::read_dir(folder)?.next().is_some() && !folder.join(MARK).is_file() {
        return Err(format!(
            "{} holds other files: choose a folder that is new, empty, or an earlier site",
            folder.display()
        )
        .into());
    }
    let cannot = |error: &dyn std::fmt::Display| format!("cannot write a site into {}: {error}", folder.display());
    let mut unpacked = Vec::new();
    lzma_rs::xz_decompress(&mut &site[..], &mut unpacked).map_err(|error| cannot(&error))?;
    fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    tar::Archive::new(&unpacked[..]).unpack(folder).map_err(|error| cannot(&error))?;
    fs::write(folder.join("digits.js"), digits()).map_err(|error| cannot(&error))?;
    println!("the site: {}", folder.join("index.html").display());
    Ok(())
}

/// The digits as a script, as `.ci/site` writes it.
fn digits() -> String {
    let mut script = "gradusDigits({\n".to_owned();
    let mut files = gradus_data::MNIST;
    files.sort_unstable();
    for (name, packed) in files {
        // Writing into a string does not fail.
        let _ = writeln!(script, "\"data/mnist/{name}\": \"{}\",", BASE64_STANDARD.encode(packed));
    }
    script + "});\n"
}
