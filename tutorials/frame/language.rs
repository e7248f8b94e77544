//! The language in which programs speak. Their code is English; what they print is translated where it is printed, by `output`.

use crate::output;
use gradus_view::language::Catalog;
use std::borrow::Cow;
use std::ffi::OsString;
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

/// The environment variable that chooses the language, as `--lang` does.
const VARIABLE: &str = "GRADUS_LANG";

/// The languages that there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Language {
    English,
    Chinese,
}

/// The language that `--lang` asks for.
static ASKED: OnceLock<Language> = OnceLock::new();
/// The translations of the language that is spoken; empty if it is English.
static CATALOG: OnceLock<Catalog> = OnceLock::new();

impl Language {
    /// That of a code such as `zh`, or of a locale such as `zh_CN.UTF-8`; `None` if there is no such language.
    fn of(code: &str) -> Option<Language> {
        let name = code.split(['_', '-', '.', '@']).next().unwrap_or_default();
        match name {
            "en" | "C" | "POSIX" => Some(Language::English),
            "zh" => Some(Language::Chinese),
            _ => None,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    /// The one that `--lang` asks for or, without it, `GRADUS_LANG`, or the locale.
    fn spoken() -> Language {
        let of_locale = || {
            let variables = ["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).unwrap_or_default());
            variables.into_iter().find(|value| !value.is_empty())
        };
        let said = || std::env::var(VARIABLE).ok().filter(|value| !value.is_empty()).or_else(of_locale);
        ASKED.get().copied().or_else(|| Language::of(&said()?)).unwrap_or(Language::English)
    }

    fn catalog(self) -> Catalog {
        match self {
            Language::English => Catalog::default(),
            Language::Chinese => Catalog::read(include_str!("language/zh_CN.po"))
                .expect("the translations are looked at before they are stored"),
        }
    }
}

/// The arguments of the program without `--lang LANG`, which chooses the language.
///
/// # Errors
/// If there is no such language: it is reported, and this is the exit status.
pub fn arguments() -> Result<Vec<OsString>, ExitCode> {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    match taken(&mut arguments) {
        None => Ok(arguments),
        Some(code) => match Language::of(&code) {
            Some(language) => {
                // It is asked for once.
                let _ = ASKED.set(language);
                Ok(arguments)
            }
            None => {
                output::complain(&format!("--lang: expected en or zh, found {code:?}"));
                Err(ExitCode::from(2))
            }
        },
    }
}

/// The value of `--lang`, which is taken from the arguments; empty if it has none.
fn taken(arguments: &mut Vec<OsString>) -> Option<String> {
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    let place =
        arguments.iter().position(|argument| text(argument) == "--lang" || text(argument).starts_with("--lang="))?;
    let flag = text(&arguments.remove(place));
    match flag.strip_prefix("--lang=") {
        Some(value) => Some(value.to_owned()),
        None if place < arguments.len() => Some(text(&arguments.remove(place))),
        None => Some(String::new()),
    }
}

/// The translations of the language that is spoken.
pub fn catalog() -> &'static Catalog {
    CATALOG.get_or_init(|| Language::spoken().catalog())
}

/// A text in the language that is spoken.
pub fn say(text: &str) -> Cow<'_, str> {
    catalog().say(text)
}

/// Has another program of the course speak the same language.
pub fn pass_on(command: &mut Command) {
    command.env(VARIABLE, Language::spoken().code());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_the_names_of_locales() {
        let of = |codes: [&str; 3]| codes.map(Language::of);
        assert_eq!(of(["zh", "zh_CN.UTF-8", "zh-Hans"]), [Some(Language::Chinese); 3]);
        assert_eq!(of(["en", "C.UTF-8", "POSIX"]), [Some(Language::English); 3]);
        assert_eq!(of(["fr_FR", "", "zhuang"]), [None; 3]);
    }

    #[test]
    fn the_flag_may_stand_anywhere() {
        let mut words: Vec<OsString> = ["gradus", "--lang", "zh", "ch10"].map(OsString::from).to_vec();
        assert_eq!((taken(&mut words).as_deref(), words.len()), (Some("zh"), 2));
        let mut words: Vec<OsString> = ["gradus", "ch10", "--lang=en", "--quiet"].map(OsString::from).to_vec();
        assert_eq!((taken(&mut words).as_deref(), words.len()), (Some("en"), 3));
        let mut words: Vec<OsString> = ["gradus", "--lang"].map(OsString::from).to_vec();
        assert_eq!(taken(&mut words).as_deref(), Some(""));
        assert_eq!(taken(&mut words), None);
    }

    #[test]
    fn the_translations_can_be_read() {
        let chinese = Language::Chinese.catalog();
        assert!(!chinese.is_empty());
        let also = include_str!("language/also.txt");
        let filled = |message: &str| {
            let pieces = message.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after));
            pieces.collect::<Vec<_>>().join("7")
        };
        let unknown: Vec<String> = also.lines().map(filled).filter(|text| chinese.say(text) == **text).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
