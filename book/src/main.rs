//! `weave`: puts the programs' code and output into the texts, so that neither can rot, and binds the texts into a book.
//!
//! - `source`: code between anchors
//! - `output`: the printed output of a chapter, and when two outputs say the same
//! - `text`: the blocks of a README that code and output fill
//! - `formulas`: LaTeX to MathML
//! - `book`: the pages, from the READMEs; `panel`: what runs a chapter in its page; `live`: the live figures in it; `links`: whether every link of the finished book leads somewhere
//! - `translations`: the texts in other languages; `parts`: what of a text is translated, `strings`: the strings of a source, `programs`: what programs say, `spoken`: what of it is still English, `terms`: what a translation must
//!   keep
//! - `slides`: slides for teachers, a file for each chapter
//! - `say`: what pages say; `phrases`: what the site says beside the texts; `markup`: the messages in their markup

mod book;
mod formulas;
mod links;
mod live;
mod markup;
mod output;
mod panel;
mod parts;
mod phrases;
mod programs;
mod say;
mod slides;
mod source;
mod spoken;
mod strings;
mod terms;
mod text;
mod translations;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use frame::EXERCISES;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use translations::{Count, Language};

/// A result whose error is a sentence for the author of a chapter.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let matches = command().get_matches();
    match run(&matches) {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            faults.iter().for_each(|fault| eprintln!("{fault}\n"));
            eprintln!(
                "{} places are not as they should be; `cargo run --release --bin weave` mends what it can",
                faults.len()
            );
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn command() -> Command {
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("weave")
        .about("Weaves code and output into the chapters' texts")
        .arg(Arg::new("chapters").value_name("CHAPTER").num_args(0..).help("Such as ch02; all of them without it"))
        .arg(switch("check", "Change nothing; fail if a text is stale or an anchor is missing"))
        .arg(switch("run", "Run the chapters first, and store what they print"))
        .arg(
            Arg::new("book")
                .long("book")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Write the book's sources into a folder, for mdbook, instead"),
        )
        .arg(
            switch(
                "panels",
                "In the book, give each chapter a panel that runs it in the page, and its live figures: see .ci/site",
            )
            .requires("book"),
        )
        .arg(
            Arg::new("slides")
                .long("slides")
                .value_name("DIR")
                .conflicts_with("book")
                .value_parser(value_parser!(PathBuf))
                .help("Write slides for teachers into a folder, a file for each chapter, instead"),
        )
        .group(ArgGroup::new("written").args(["book", "slides"]))
        .arg(
            Arg::new("language").long("language").value_name("CODE").requires("written").help(
                "Write the book or the slides in this language, such as zh_CN; what is not translated is English",
            ),
        )
        .arg(switch(
            "translations",
            "Bring the files of translations up to date with the texts, and say how much is translated, instead",
        ))
        .arg(
            Arg::new("alike")
                .long("alike")
                .value_names(["FILE", "FILE"])
                .num_args(2)
                .value_parser(value_parser!(PathBuf))
                .help("Check that two printed outputs say the same instead: words equal, numbers nearly"),
        )
        .arg(
            Arg::new("links")
                .long("links")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Check the links of the finished book in a folder instead"),
        )
}

/// Returns the faults.
fn run(matches: &ArgMatches) -> Result<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if let Some(folder) = matches.get_one::<PathBuf>("links") {
        return links::faults(folder);
    }
    if let Some(files) = matches.get_many::<PathBuf>("alike") {
        let files = files.map(|file| read(file)).collect::<Result<Vec<_>>>()?;
        let difference = || format!("the outputs differ: {}", output::first_difference(&files[0], &files[1]));
        return Ok(if output::says_the_same(&files[0], &files[1]) { Vec::new() } else { vec![difference()] });
    }
    let tutorials = root.join("tutorials");
    let chapters = chapters(&tutorials, &matches.get_many("chapters").into_iter().flatten().collect::<Vec<&String>>())?;
    let language = || matches.get_one::<String>("language").map(|code| Language::of(&root, code)).transpose();
    if let Some(folder) = matches.get_one::<PathBuf>("slides") {
        let slides = slides::Slides { root: &root, language: language()? };
        return slides.write(&chapters, folder).map(|()| Vec::new());
    }
    if let Some(folder) = matches.get_one::<PathBuf>("book") {
        let language = language()?;
        let book = book::Book { root: &root, runnable: matches.get_flag("panels"), language };
        return book.write_sources(&chapters, folder).map(|()| Vec::new());
    }
    let check = matches.get_flag("check");
    if matches.get_flag("translations") {
        return translations(&root, &chapters, check);
    }
    let mut faults = Vec::new();
    let page = root.join(FOREIGN);
    let all = matches.get_many::<String>("chapters").is_none();
    for text in chapters.iter().chain(all.then_some(&page)) {
        if matches.get_flag("run") {
            faults.extend(output::refresh(text, check)?);
        }
        faults.extend(text::weave(text, check)?);
    }
    for chapter in &chapters {
        faults.extend(ship(&root, chapter, check)?);
    }
    Ok(faults)
}

/// A page that is woven like a chapter, and is none: that on gradients of other programs.
const FOREIGN: &str = "examples/foreign";

/// The folder of a text, from the root.
fn place(text: &Path) -> String {
    let folder = text.parent().map_or_else(String::new, name);
    format!("{folder}/{}", name(text))
}

/// Brings the files of translations up to date, and says how much of each text is translated.
fn translations(root: &Path, chapters: &[PathBuf], check: bool) -> Result<Vec<String>> {
    let terms = terms::of_glossary(&read(&root.join("book/glossary.md"))?);
    let texts = translations::texts(root, chapters)?;
    let mut faults = Vec::new();
    for language in Language::all(root)? {
        let mut all = Count::default();
        for text in &texts {
            let (count, said) = language.refresh(root, text, &terms, check)?;
            faults.extend(said);
            all.messages += count.messages;
            all.translated += count.translated;
            if count.translated < count.messages {
                println!("{}: {} of {} messages of {}", language.code, count.translated, count.messages, text.name);
            }
        }
        faults.extend(language.write_readme(root, check)?);
        for program in programs::PROGRAMS {
            faults.extend(spoken::english(root, chapters, &language, program.translations)?);
        }
        println!("{}: {} of {} messages are translated", language.code, all.translated, all.messages);
    }
    Ok(faults)
}

/// The chapters' folders, in order.
fn chapters(tutorials: &Path, wanted: &[&String]) -> Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(tutorials).map_err(|error| format!("cannot read {}: {error}", tutorials.display()))?;
    let mut chapters: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    chapters.retain(|path| {
        let name = name(path);
        name.starts_with("ch")
            && path.join("README.md").is_file()
            && (wanted.is_empty() || wanted.iter().any(|w| name.starts_with(w.as_str())))
    });
    chapters.sort();
    if chapters.is_empty() { Err(format!("there are no such chapters: {wanted:?}")) } else { Ok(chapters) }
}

/// Stores the untouched exercise of a chapter, from which learners restore it.
fn ship(root: &Path, chapter: &Path, check: bool) -> Result<Option<String>> {
    let name = name(chapter);
    if !EXERCISES.iter().any(|exercise| name == format!("ch{}", exercise.chapter)) {
        return Ok(None);
    }
    let (hole, shipped) =
        (read(&chapter.join("exercise.rs"))?, root.join(format!("tutorials/frame/shipped/{name}.rs")));
    if std::fs::read_to_string(&shipped).is_ok_and(|text| text == hole) {
        return Ok(None);
    }
    if check {
        return Ok(Some(format!("tutorials/frame/shipped/{name}.rs is not the exercise of tutorials/{name}")));
    }
    write(&shipped, &hole).map(|()| None)
}

/// The last part of a path.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    }
    frame::files::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
