//! What an answer may not do. An answer is one function in a file that is otherwise as it was shipped: it uses no other files, and only those items
//! of the chapters and their judges that the shipped file names. So a teacher who grades a class can trust the judge. (An answer runs as a program of
//! its own. These rules stop simple tricks; they are not a sandbox.)

use crate::exercises::Exercise;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::str::FromStr;

/// Macros and keywords that no answer needs: with them a program includes other files, or circumvents the compiler's checks.
const FORBIDDEN: [&str; 10] = [
    "include",
    "include_str",
    "include_bytes",
    "env",
    "option_env",
    "asm",
    "global_asm",
    "unsafe",
    "extern",
    "macro_rules",
];
/// Modules of the standard library that no answer needs: with them a program reads and writes files, and learns how it was started.
const FORBIDDEN_IN_STD: [&str; 6] = ["env", "fs", "net", "os", "process", "*"];
/// Names that must not be renamed, so that their uses are found.
const NEVER_RENAMED: [&str; 4] = ["std", "frame", "chapters", "judge"];

/// Says why an answer is not judged, if it breaks the rules. An answer that is not valid Rust is left to the compiler.
pub fn breach(exercise: &Exercise, answer: &str) -> Option<String> {
    let tokens: Vec<TokenTree> = TokenStream::from_str(answer).ok()?.into_iter().collect();
    let shipped: Vec<TokenTree> = TokenStream::from_str(exercise.shipped).ok()?.into_iter().collect();
    if let Some(word) = forbidden(&tokens) {
        return Some(format!("it has the word `{word}`, which no answer to this exercise needs"));
    }
    if let Some(name) = modules(&tokens).first() {
        return Some(format!("it has a module of its own, `{name}`, which no answer needs"));
    }
    let imports = imports(&shipped);
    let its_own = self::imports(&tokens);
    if count("chapters", &tokens) != its_own.len() || its_own.iter().any(|import| !imports.contains(import)) {
        return Some(
            "of `chapters` it may use only what the exercise as it was shipped does, in the same lines".into(),
        );
    }
    if mains(&tokens) != mains(&shipped) {
        return Some("its `main` must stay as it was shipped, and be the only one".into());
    }
    let mut used = BTreeSet::new();
    names_of("judge", &tokens, &mut used);
    if let Some(name) = used.difference(&names_in_text("judge", exercise.shipped)).next() {
        return Some(format!("it uses `judge::{name}`, which the exercise as it was shipped does not name"));
    }
    used.clear();
    names_of("std", &tokens, &mut used);
    if let Some(module) = FORBIDDEN_IN_STD.into_iter().find(|module| used.contains(*module)) {
        return Some(format!("it uses `std::{module}`, which no answer needs"));
    }
    used.clear();
    names_of("frame", &tokens, &mut used);
    used.remove("Judgement");
    used.first().map(|name| format!("it uses `frame::{name}`: judging is left to the judge"))
}

/// A program without its comments and spaces: two answers with the same essence are the same. `None` if it is not valid Rust.
pub fn essence(program: &str) -> Option<String> {
    let tokens: Vec<TokenTree> = TokenStream::from_str(program).ok()?.into_iter().collect();
    Some(without_docs(&tokens).to_string())
}

/// The tokens without the attributes that comments with three slashes are.
fn without_docs(tokens: &[TokenTree]) -> TokenStream {
    let is_doc = |place: usize| {
        let rest = &tokens[place..];
        let body = match rest {
            [hash, TokenTree::Group(body), ..] if is_sign(hash, '#') => body,
            [hash, not, TokenTree::Group(body), ..] if is_sign(hash, '#') && is_sign(not, '!') => body,
            _ => return 0,
        };
        let is_doc = body.stream().into_iter().next().is_some_and(|word| word.to_string() == "doc");
        if is_doc {
            rest.iter().position(|token| matches!(token, TokenTree::Group(_))).map_or(0, |last| last + 1)
        } else {
            0
        }
    };
    let (mut kept, mut place) = (Vec::new(), 0);
    while place < tokens.len() {
        let length = is_doc(place);
        if length == 0 {
            kept.push(match &tokens[place] {
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    TokenTree::Group(Group::new(group.delimiter(), without_docs(&inner)))
                }
                token => token.clone(),
            });
        }
        place += length.max(1);
    }
    kept.into_iter().collect()
}

/// The first thing that is forbidden: a keyword, a macro, the attribute `path`, another name for a crate or for the judge.
fn forbidden(tokens: &[TokenTree]) -> Option<String> {
    for (place, token) in tokens.iter().enumerate() {
        let next = tokens.get(place + 1);
        let found = match token {
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let is_attribute =
                    group.delimiter() == Delimiter::Bracket && place > 0 && is_sign(&tokens[place - 1], '#');
                let is_path = is_attribute && inner.iter().any(|token| token.to_string() == "path");
                if is_path { Some("path".into()) } else { forbidden(&inner) }
            }
            TokenTree::Ident(word) => {
                let word = word.to_string();
                let is_macro = next.is_some_and(|next| is_sign(next, '!'));
                let is_keyword = ["unsafe", "extern"].contains(&&*word);
                let is_renamed = NEVER_RENAMED.contains(&&*word)
                    && (next.is_some_and(|next| next.to_string() == "as") || is_itself_renamed(&tokens[place + 1..]));
                let is_forbidden = (is_macro || is_keyword) && FORBIDDEN.contains(&&*word);
                if is_renamed { Some(format!("{word} as")) } else { is_forbidden.then_some(word) }
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a word is followed by `::{self as ...}`.
fn is_itself_renamed(following: &[TokenTree]) -> bool {
    let [first, second, TokenTree::Group(group), ..] = following else { return false };
    let words: Vec<String> = group.stream().into_iter().map(|token| token.to_string()).collect();
    is_sign(first, ':') && is_sign(second, ':') && words.windows(2).any(|pair| pair == ["self", "as"])
}

/// Every `use chapters::...;` outside of functions, without the semicolon.
fn imports(tokens: &[TokenTree]) -> Vec<String> {
    let mut imports = Vec::new();
    for (place, pair) in tokens.windows(2).enumerate() {
        if let [TokenTree::Ident(keyword), TokenTree::Ident(name)] = pair
            && keyword == "use"
            && name == "chapters"
        {
            let import = tokens[place..].iter().take_while(|token| !is_sign(token, ';')).cloned();
            imports.push(import.collect::<TokenStream>().to_string());
        }
    }
    imports
}

/// How often a word stands in a program.
fn count(word: &str, tokens: &[TokenTree]) -> usize {
    let in_one = |token: &TokenTree| match token {
        TokenTree::Group(group) => count(word, &group.stream().into_iter().collect::<Vec<_>>()),
        TokenTree::Ident(name) => usize::from(name == word),
        _ => 0,
    };
    tokens.iter().map(in_one).sum()
}

/// The modules that a file declares, in order, inline ones too.
fn modules(tokens: &[TokenTree]) -> Vec<String> {
    let mut names = Vec::new();
    for pair in tokens.windows(2) {
        if let [TokenTree::Ident(keyword), TokenTree::Ident(name)] = pair
            && keyword == "mod"
        {
            names.push(name.to_string());
        }
    }
    for token in tokens {
        if let TokenTree::Group(group) = token {
            names.extend(modules(&group.stream().into_iter().collect::<Vec<_>>()));
        }
    }
    names
}

/// Every function called main, from its name to the end of its body.
fn mains(tokens: &[TokenTree]) -> Vec<String> {
    let mut mains = Vec::new();
    for (place, pair) in tokens.windows(2).enumerate() {
        if let [TokenTree::Ident(keyword), TokenTree::Ident(name)] = pair
            && keyword == "fn"
            && name == "main"
        {
            let is_body =
                |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            let end = tokens[place..].iter().position(is_body).map_or(tokens.len(), |body| place + body + 1);
            mains.push(tokens[place..end].iter().cloned().collect::<TokenStream>().to_string());
        }
    }
    mains
}

/// The names that follow `module::`, alone or in braces.
fn names_of(module: &str, tokens: &[TokenTree], names: &mut BTreeSet<String>) {
    for (place, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => names_of(module, &group.stream().into_iter().collect::<Vec<_>>(), names),
            TokenTree::Ident(word) if word == module => {
                let [first, second, next, ..] = &tokens[place + 1..] else { continue };
                if is_sign(first, ':') && is_sign(second, ':') {
                    names.extend(words(&next.to_string()));
                }
            }
            _ => {}
        }
    }
}

/// The same in a text including its comments, because they name what the reader may use.
fn names_in_text(module: &str, text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for after in text.split(&format!("{module}::")).skip(1) {
        let end = if after.starts_with('{') {
            after.find('}')
        } else {
            after.find(|c: char| !c.is_alphanumeric() && c != '_')
        };
        names.extend(words(&after[..end.unwrap_or(after.len())]));
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '*')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EXERCISES;

    #[test]
    fn answers_are_the_same_but_for_comments_and_spaces() {
        let essence = |text: &str| essence(text).expect("Rust");
        let one = essence("//! Mine.\n/// Adds.\nfn f(x: f64) -> f64 {\n    // one more\n    x + 1.0\n}\n");
        assert_eq!(one, essence("fn f(x: f64)->f64{x+1.0}"));
        assert_ne!(one, essence("fn f(y: f64)->f64{y+1.0}"));
        assert_eq!(super::essence("fn f( {"), None);
    }

    #[test]
    fn what_was_shipped_keeps_the_rules() {
        for exercise in EXERCISES {
            assert_eq!(breach(exercise, exercise.shipped), None, "{}", exercise.chapter);
        }
    }

    #[test]
    fn an_answer_that_goes_round_the_judge_is_not_judged() {
        let exercise = Exercise::of("ch02").expect("an exercise");
        let dojo = Exercise::of("ch28").expect("an exercise");
        let with = |line: &str| exercise.shipped.replace("pub fn main", &format!("{line}\npub fn main"));
        for (exercise, answer, says) in [
            (exercise, with("#[path = \"solution.rs\"] mod answer;"), "`path`"),
            (exercise, with("mod solution;"), "`solution`"),
            (exercise, with("mod inner { pub fn x() {} }"), "`inner`"),
            (exercise, with("include!(\"solution.rs\");"), "`include`"),
            (exercise, with("const S: &str = include_str!(\"solution.rs\");"), "`include_str`"),
            (exercise, with("fn x() { std::process::exit(0) }"), "`std::process`"),
            (exercise, with("use std::{fs as f};"), "`std::fs`"),
            (exercise, with("use std as s;"), "`std as`"),
            (exercise, with("use std::{self as s};"), "`std as`"),
            (exercise, with("use judge as j;"), "`judge as`"),
            (exercise, with("use frame as f;"), "`frame as`"),
            (exercise, with("use chapters::ch02 as c;"), "`chapters`"),
            (exercise, with("fn x() { chapters::ch02::judge::judge(nudge); }"), "`chapters`"),
            (exercise, with("fn x() { use chapters::ch02::judge; }"), "`chapters`"),
            (exercise, with("use std::*;"), "`std::*`"),
            (exercise, with("unsafe fn x() {}"), "`unsafe`"),
            (exercise, with("const E: &str = env!(\"PATH\");"), "`env`"),
            (exercise, exercise.shipped.replace("judge::judge(nudge)", "panic!()"), "`main`"),
            (exercise, exercise.shipped.replace("pub fn main", "fn other() {}\npub fn mine"), "`main`"),
            (exercise, with("use judge::*;"), "`judge::*`"),
            (exercise, with("use frame::Judge;"), "`frame::Judge`"),
            (dojo, dojo.shipped.replace("table.falls()", "chapters::ch28::cards::CARDS.len() > 1"), "`chapters`"),
            (dojo, dojo.shipped.replace("cards::Verdict;", "cards::{CARDS, Verdict};"), "`chapters`"),
        ] {
            assert_ne!(answer, exercise.shipped, "the case {says} changes nothing");
            let breach = breach(exercise, &answer);
            assert!(breach.as_ref().is_some_and(|breach| breach.contains(says)), "{says}: {breach:?}");
        }
    }
}
