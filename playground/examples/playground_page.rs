//! Puts the two pages together: `cargo run --example playground_page -- MODULE FOLDER`, with the module gzipped, as `.ci/playground` makes it.

use base64::prelude::{BASE64_STANDARD, Engine};
use gradus::page::{style_variables, translations};
use std::error::Error;
use std::fs;
use std::path::Path;

const STYLE: &str = concat!(include_str!("../../src/page/shared.css"), include_str!("../page/playground.css"));
/// Of both pages, in the order in which they build on each other. Together with the page's own they are one module.
const SCRIPTS: [&str; 6] = [
    include_str!("../../src/page/script/say.js"),
    include_str!("../../src/page/script/language.js"),
    include_str!("../../src/page/script/engine.js"),
    include_str!("../../src/page/script/memory.js"),
    include_str!("../page/surface.js"),
    include_str!("../page/carried.js"),
];
const PLAYGROUND: [&str; 3] =
    [include_str!("../page/network.js"), include_str!("../page/inside.js"), include_str!("../page/main.js")];

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let (module, folder) = paths.next().zip(paths.next()).ok_or("say which module, and where the pages go")?;
    let module = BASE64_STANDARD.encode(fs::read(module)?);
    let page = |template: &str, scripts: &[&str]| {
        template
            .replace("{{style}}", &(style_variables() + STYLE))
            .replace("{{translations}}", &translations(include_str!("../page/zh_CN.po")))
            .replace("{{of_a_step}}", &translations(include_str!("../../src/page/zh_CN.po")))
            .replace("{{module}}", &module)
            .replace("{{script}}", &[&SCRIPTS, scripts].concat().join("\n"))
    };
    let playground = page(include_str!("../page/playground.html"), &PLAYGROUND);
    let digit = page(include_str!("../page/digit.html"), &[include_str!("../page/digit.js")])
        .replace("{{weights}}", &BASE64_STANDARD.encode(include_bytes!("../digit/weights.gz")))
        .replace("{{examples}}", &BASE64_STANDARD.encode(include_bytes!("../digit/examples.gz")));
    fs::write(Path::new(&folder).join("playground.html"), playground)?;
    Ok(fs::write(Path::new(&folder).join("digit.html"), digit)?)
}
