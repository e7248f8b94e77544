//! Every chapter draws what is on its tape, in every form.

use crate::support::run;
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
    for chapter in chapters {
        let out = folder.path().join(chapter);
        let asked = [chapter, "--quiet", "--epochs", "1", "--svg", "--mermaid", "--dot", "--html", "--out", chapter];
        let output = gradus(&asked, folder.path());
        assert!(output.status.success(), "{chapter}: {output:?}");
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
    }
}
