//! Puts the page together: `cargo run --example playground_page -- MODULE PAGE`, with the module gzipped and in base64, as `.ci/playground` makes it.

use gradus::page::style_variables;
use std::error::Error;
use std::fs;

const PAGE: &str = include_str!("../page/playground.html");
const STYLE: &str = include_str!("../page/playground.css");
/// In the order in which they build on each other. Together they are one module.
const SCRIPTS: [&str; 6] = [
    include_str!("../../src/page/script/engine.js"),
    include_str!("../../src/page/script/memory.js"),
    include_str!("../page/surface.js"),
    include_str!("../page/network.js"),
    include_str!("../page/inside.js"),
    include_str!("../page/main.js"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let (module, to) = paths.next().zip(paths.next()).ok_or("say which module, and where the page goes")?;
    let page = PAGE
        .replace("{{style}}", &(style_variables() + STYLE))
        .replace("{{module}}", fs::read_to_string(module)?.trim())
        .replace("{{script}}", &SCRIPTS.join("\n"));
    Ok(fs::write(to, page)?)
}
