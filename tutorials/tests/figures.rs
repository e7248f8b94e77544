//! Every chapter draws its tape in every form, and its figures are readable in print.

use crate::support::run;
use gradus::draw::{COLUMN, SMALLEST_TYPE};
use rayon::prelude::*;
use std::path::Path;
use std::process::Output;

fn gradus(arguments: &[&str], folder: &Path) -> Output {
    run(env!("CARGO_BIN_EXE_gradus"), arguments, folder)
}

#[test]
fn every_chapter_draws_its_tape_as_svg_for_mermaid_for_graphviz_and_as_a_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = String::from_utf8(gradus(&["list"], folder.path()).stdout).expect("UTF-8");
    let chapters: Vec<&str> =
        list.split_whitespace().filter(|word| word.len() == 4 && word.starts_with("ch")).collect();
    assert!(chapters.len() >= 10, "{list}");
    chapters.into_par_iter().for_each(|chapter| {
        let out = folder.path().join(chapter);
        // Not quiet: plots are for readers.
        let help = String::from_utf8(gradus(&[chapter, "--help"], folder.path()).stdout).expect("UTF-8");
        let short: &[&str] = if help.contains("--epochs") { &["--epochs", "2"] } else { &[] };
        let asked = [&[chapter, "--svg", "--mermaid", "--dot", "--html", "--out", chapter], short].concat();
        let output = gradus(&asked, folder.path());
        // The numbers of such a short run may be outside of their bands.
        assert!(matches!(output.status.code(), Some(0 | 1)), "{chapter}: {output:?}");
        for (extension, beginning) in [("svg", "<svg"), ("mmd", ""), ("dot", "digraph"), ("html", "<!doctype html>")] {
            let files = std::fs::read_dir(&out).unwrap_or_else(|_| panic!("{chapter} writes nothing"));
            let paths = files.map(|file| file.expect("an entry").path());
            let figures: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
            assert!(!figures.is_empty(), "{chapter} draws no figure under --{extension}");
            for figure in figures {
                let text = std::fs::read_to_string(&figure).expect("text");
                assert!(text.starts_with(beginning), "{figure:?}");
                assert!(extension != "mmd" || text.contains("flowchart "), "{figure:?}");
            }
        }
    });
}

#[test]
fn every_figure_that_stands_in_a_text_can_be_read_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chapters = std::fs::read_dir(root).expect("the chapters").map(|entry| entry.expect("an entry").path());
    let folders = chapters.map(|chapter| chapter.join("figures"));
    let files = folders.filter(|folder| folder.is_dir()).flat_map(|folder| std::fs::read_dir(folder).expect("figures"));
    let figures =
        files.map(|file| file.expect("an entry").path()).filter(|path| path.extension().is_some_and(|e| e == "svg"));
    let mut count = 0;
    for figure in figures {
        can_be_read_in_a_column(&figure, &std::fs::read_to_string(&figure).expect("text"));
        count += 1;
    }
    assert!(count > 40, "{count}");
}

/// A figure that is wider than the column of the book is shown smaller there, and its type with it.
fn can_be_read_in_a_column(figure: &Path, svg: &str) {
    let (_, view) =
        svg.split_once("viewBox=\"0 0 ").unwrap_or_else(|| panic!("{figure:?} does not say how large it is"));
    let width: f64 = view.split(' ').next().and_then(|width| width.parse().ok()).expect("a width");
    let shown = (f64::from(COLUMN) / width).min(1.0);
    for rest in svg.split("font-size=\"").skip(1) {
        let size: f64 = rest.split('"').next().and_then(|size| size.parse().ok()).expect("a size");
        assert!(
            size * shown >= SMALLEST_TYPE,
            "{figure:?} is {width} wide: in a column of {COLUMN} its type of {size} is {:.1} high",
            size * shown
        );
    }
}
