//! What a translation must keep: code, formulas, addresses, numbers, and the terms of the glossary in the words that it gives.

use std::collections::BTreeMap;

/// A row of the glossary.
pub struct Term {
    /// The English words, in lower case; the first is the term's name.
    english: Vec<String>,
    /// The words of the other language.
    other: Vec<String>,
}

/// The rows of the glossary: `| <a id="place"></a>term, synonym | 中文, 中文 | in one line |`.
pub fn of_glossary(text: &str) -> Vec<Term> {
    let rows = text.lines().filter(|line| line.starts_with("| <a id="));
    let term = |row: &str| {
        let mut cells = row.trim_matches('|').split('|');
        let (_, english) = cells.next()?.split_once("</a>")?;
        let words = |cell: &str| cell.split(", ").map(|word| word.trim().to_lowercase()).collect();
        Some(Term { english: words(english), other: words(cells.next()?) })
    };
    rows.filter_map(term).collect()
}

/// What is wrong with a translation. A comment `other sense: TERM, TERM` says that these words do not mean the terms here.
pub fn faults(english: &str, translation: &str, comments: &str, terms: &[Term]) -> Vec<String> {
    let (source, found) = (Contents::of(english), Contents::of(translation));
    let mut faults = Vec::new();
    for (what, count) in &source.kept {
        if found.kept.get(what) != Some(count) {
            faults.push(format!(
                "{what} stands {count} times in the English, and {} times here",
                found.kept.get(what).unwrap_or(&0)
            ));
        }
    }
    faults.extend(
        found
            .kept
            .keys()
            .filter(|what| !source.kept.contains_key(*what))
            .map(|what| format!("{what} is not in the English")),
    );
    // "Two" may become 2.
    for (number, count) in &source.numbers {
        if found.numbers.get(number).unwrap_or(&0) < count {
            faults.push(format!("the number {number} is missing"));
        }
    }
    let elsewhere: Vec<String> = comments
        .lines()
        .filter_map(|line| line.trim().strip_prefix("other sense:"))
        .flat_map(|line| line.split(','))
        .map(|term| term.trim().to_lowercase())
        .collect();
    let said = found.text.to_lowercase();
    for term in used(&source.text, terms) {
        let is_said = term.other.iter().chain(&term.english).any(|word| said.contains(&word[..]));
        if !is_said && !term.english.iter().any(|word| elsewhere.contains(word)) {
            faults.push(format!("the glossary's word for {:?} is {}", term.english[0], term.other.join(" or ")));
        }
    }
    faults
}

/// The terms that a text uses, the longest at each place: "activation function" is not "activation".
fn used<'t>(text: &str, terms: &'t [Term]) -> Vec<&'t Term> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| !word.is_empty()).collect();
    let mut used: Vec<&Term> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let length_here = |english: &String| {
            let wanted: Vec<&str> = english.split(' ').collect();
            let present = words.get(at..at + wanted.len())?;
            let (last, first) = wanted.split_last()?;
            let is_it = first == &present[..first.len()] && is_form_of(present[first.len()], last);
            is_it.then_some(wanted.len())
        };
        let found = terms
            .iter()
            .filter_map(|term| term.english.iter().filter_map(length_here).max().map(|length| (length, term)));
        match found.max_by_key(|(length, _)| *length) {
            Some((length, term)) => {
                if !used.iter().any(|other| std::ptr::eq(*other, term)) {
                    used.push(term);
                }
                at += length;
            }
            None => at += 1,
        }
    }
    used
}

/// Whether a word is a term's last word, or its plural.
fn is_form_of(word: &str, term: &str) -> bool {
    let plural = || Some(word.strip_suffix("es").is_some_and(|stem| stem == term) || word.strip_suffix('s')? == term);
    word == term || plural().unwrap_or(false)
}

/// A message taken apart.
#[derive(Default)]
struct Contents {
    /// Code, formulas, holes, addresses and tags, and how often each is there.
    kept: BTreeMap<String, usize>,
    /// The numbers outside of those.
    numbers: BTreeMap<String, usize>,
    /// All else.
    text: String,
}

impl Contents {
    fn of(message: &str) -> Contents {
        let mut contents = Contents::default();
        let mut rest = message;
        while let Some(first) = rest.chars().next() {
            let length = kept(rest);
            if length > 0 {
                *contents.kept.entry(rest[..length].to_owned()).or_default() += 1;
                contents.text.push(' ');
                rest = &rest[length..];
            } else {
                contents.text.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
        for word in contents
            .text
            .split(|c| !is_part(c))
            .map(|word| word.trim_matches(['.', ',']))
            .filter(|word| !word.is_empty())
        {
            *contents.numbers.entry(word.to_owned()).or_default() += 1;
        }
        contents
    }
}

/// The length of the code, formula, hole, address or tag with which a text begins; 0 if it begins with none.
fn kept(text: &str) -> usize {
    let pairs = [("`", "`"), ("$", "$"), ("{", "}"), ("](", ")"), ("<a ", ">"), ("</", ">"), ("<!--", "-->")];
    let found = pairs.into_iter().find_map(|(open, close)| {
        let inside = text.strip_prefix(open)?;
        Some(open.len() + inside.find(close)? + close.len())
    });
    found.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(english: &str, translation: &str) -> Vec<String> {
        let glossary = "| <a id=\"a\"></a>activation | 激活值 | x |\n| <a id=\"b\"></a>activation function | 激活函数 | x |\n| <a id=\"c\"></a>batch, mini-batch | 批, 小批量 | x |\n";
        faults(english, translation, "", &of_glossary(glossary))
    }

    #[test]
    fn code_formulas_addresses_and_numbers_are_kept() {
        assert_eq!(faults_of("`x` is $y$ in [a](b.md), 784 times", "在 [甲](b.md) 中 `x` 是 $y$，784 次"), [""; 0]);
        assert_eq!(
            faults_of("`x` is $y$ in [a](b.md), 784 times", "在 [甲](c.md) 中 `x` 是 $z$"),
            [
                "$y$ stands 1 times in the English, and 0 times here",
                "](b.md) stands 1 times in the English, and 0 times here",
                "$z$ is not in the English",
                "](c.md) is not in the English",
                "the number 784 is missing"
            ]
        );
    }

    #[test]
    fn terms_are_said_in_the_glossarys_words_unless_another_sense_is_meant() {
        assert_eq!(faults_of("Activation functions, in batches", "小批量的激活函数"), [""; 0]);
        assert_eq!(faults_of("The activations", "激励"), ["the glossary's word for \"activation\" is 激活值"]);
        let glossary = of_glossary("| <a id=\"a\"></a>feature | 特征 | x |\n");
        assert_eq!(faults("A feature of a crate", "库的功能", "other sense: feature", &glossary), [""; 0]);
    }
}
