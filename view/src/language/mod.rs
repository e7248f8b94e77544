//! What a program says, in another language.
//!
//! The one idea to know: **programs speak English, and are translated where they print.** A message of a program's source, such as
//! `"the loss falls to {loss:.4} after {} epochs"`, stands in a catalogue (gettext's format) with holes: `the loss falls to {loss} after {1} epochs`. A
//! printed text is recognised by the words around the holes; what fills the holes is looked up in the same way. So the code of a chapter, which learners
//! read, knows nothing of languages.
//!
//! - `template`: a message with holes, and how a text is recognised as one; `chunks`: the cells of a row and the sentences of a paragraph

mod chunks;
mod template;

use chunks::Chunks;
use polib::po_file;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use template::Template;

pub use template::with_named_holes;

/// Into so many lines a message may have been broken before it comes here.
const MOST_LINES: usize = 12;
/// How deep what fills holes may itself be filled.
const DEPTH: usize = 4;

/// Translations of messages into one language.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Messages without holes.
    whole: HashMap<String, String>,
    /// Those with holes, in the order in which they are tried.
    templates: Vec<Template>,
    /// The places among them of those that have this word, each under one word. A text without the word is none of them.
    by_word: HashMap<String, Vec<usize>>,
    /// The places of those without such a word.
    wordless: Vec<usize>,
}

/// A text in the other language, and how many letters of it are English still.
struct Said {
    text: String,
    english: usize,
}

impl Catalog {
    /// The translations in a file of gettext's format (PO). One that is marked fuzzy, because its English has changed, is left out.
    ///
    /// # Errors
    /// If it is no such file.
    pub fn read(po: &str) -> Result<Catalog, String> {
        let file = po_file::parse_from_reader(po.as_bytes()).map_err(|error| error.to_string())?;
        let mut catalog = Catalog::default();
        for message in file.messages().filter(|message| !message.flags().is_fuzzy()) {
            let translation = message.msgstr().unwrap_or_default();
            if translation.is_empty() {
                continue;
            }
            match Template::new(message.msgid(), translation) {
                Some(template) => catalog.templates.push(template),
                None => _ = catalog.whole.insert(message.msgid().to_owned(), translation.to_owned()),
            }
        }
        // What stands before any message, such as `note: {1}`, is recognised first; then the message that says most.
        catalog.templates.sort_by_key(|template| (!template.is_before_any(), std::cmp::Reverse(template.letters)));
        for (place, template) in catalog.templates.iter().enumerate() {
            match template.word() {
                Some(word) => catalog.by_word.entry(word.to_owned()).or_default().push(place),
                None => catalog.wordless.push(place),
            }
        }
        Ok(catalog)
    }

    /// Whether there are no translations.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.templates.is_empty()
    }

    /// A text of one or more lines in the other language. What the catalogue does not know stays as it is.
    pub fn say<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.is_empty() || letters(text) == 0 {
            return Cow::Borrowed(text);
        }
        let lines: Vec<&str> = text.split('\n').collect();
        let mut said = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let line = self.translated(lines[at], DEPTH);
            let wrapped = if line.english > 0 { self.wrapped(&lines[at..]) } else { None };
            let (count, text) = wrapped.unwrap_or((1, line.text));
            said.push(text);
            at += count;
        }
        Cow::Owned(said.join("\n"))
    }

    /// A message, or the messages of a paragraph, that was broken into lines: how many, and what it says in one.
    fn wrapped(&self, lines: &[&str]) -> Option<(usize, String)> {
        let indent = lines[0].len() - lines[0].trim_start().len();
        let is_prose = |line: &&&str| !line.trim().is_empty() && !line.trim().contains("  ");
        let count = lines.iter().take(MOST_LINES).take_while(is_prose).count();
        let joined = |count: usize| lines[..count].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        let said = (2..=count).find_map(|length| {
            let joined = joined(length);
            let said = self.recognised(&joined, DEPTH).filter(|said| said.english == 0);
            let said = said.or_else(|| (length == count).then(|| self.apart(&joined, DEPTH)));
            Some((length, said.filter(|said| said.english == 0)?))
        });
        said.map(|(count, said)| (count, format!("{}{}", &lines[0][..indent], said.text)))
    }

    fn translated(&self, text: &str, depth: usize) -> Said {
        let inner = text.trim();
        let english = letters(inner);
        if english == 0 || depth == 0 {
            return Said { text: text.to_owned(), english };
        }
        let (before, after) = (text.len() - text.trim_start().len(), text.trim_end().len());
        let around = |said: Said| Said { text: format!("{}{}{}", &text[..before], said.text, &text[after..]), ..said };
        around(self.recognised(inner, depth).unwrap_or_else(|| self.apart(inner, depth)))
    }

    /// A text that is no message as a whole: what follows a number or a mark, what stands before a colon, or one of several.
    fn apart(&self, text: &str, depth: usize) -> Said {
        if let Some(said) = text.strip_suffix(':').and_then(|text| self.recognised(text, depth)) {
            return Said { text: format!("{}：", said.text), ..said };
        }
        let said = self.in_chunks(text, depth);
        let behind = if said.english > 0 { self.behind(text, depth) } else { None };
        let said = behind.filter(|behind| behind.english < said.english).unwrap_or(said);
        match text.split_once(' ') {
            // What follows the sign of equality is code.
            Some((first, rest)) if said.english > 0 && letters(first) == 0 && first != "=" => {
                let after = self.translated(rest, depth - 1);
                match after.english < said.english {
                    true => Said { text: format!("{first} {}", after.text), ..after },
                    false => said,
                }
            }
            _ => said,
        }
    }

    /// A text at whose end stands a message that begins with a mark, such as `, so {1} flows into {2}`, or one in brackets.
    fn behind(&self, text: &str, depth: usize) -> Option<Said> {
        let marks = text.match_indices([',', ';', '.', '(']).map(|(place, _)| place);
        marks.filter(|&place| place > 0).find_map(|place| {
            let in_brackets = text[place..].strip_prefix('(').and_then(|text| text.strip_suffix(')'));
            let in_brackets = in_brackets.filter(|text| letters(text) > 0 && !text.contains(['(', ')']));
            let known = |text: &str| self.recognised(text, depth).filter(|said| said.english == 0);
            let message = match in_brackets {
                Some(inside) => format!("（{}）", known(inside)?.text),
                None => known(&text[place..])?.text,
            };
            let before = self.translated(&text[..place], depth - 1);
            Some(Said { text: format!("{}{message}", before.text.trim_end()), english: before.english })
        })
    }

    /// A text that is one message.
    fn recognised(&self, text: &str, depth: usize) -> Option<Said> {
        if let Some(translation) = self.whole.get(text) {
            return Some(Said { text: translation.clone(), english: 0 });
        }
        // What stands alone and has such signs is the name of a file, or code.
        if !text.contains(' ') && text.contains(['-', '_', '/']) {
            return None;
        }
        let all = letters(text);
        // Few words of a message do not stand for many.
        let says_enough =
            |template: &&Template| template.is_before_any() || template.letters >= 8 || template.letters * 5 >= all;
        let candidates = self.with_words_of(text).filter(says_enough);
        let candidates = candidates
            .filter_map(|template| Some((template, template.recognise(text)?)))
            .filter(|(template, filled)| filled.iter().all(|filling| template.may_be_filled_with(filling)));
        let mut best: Option<Said> = None;
        for (template, filled) in candidates {
            let filling = |(hole, text): (usize, &str)| match template.takes_code(hole) {
                true => Said { text: text.to_owned(), english: 0 },
                false => self.filling(text, depth - 1),
            };
            let filled: Vec<Said> = filled.into_iter().enumerate().map(filling).collect();
            let english = filled.iter().map(|said| said.english).sum();
            // Still less for many that are unknown.
            let is_said =
                english == 0 || template.is_before_any() || template.letters >= 8 || template.letters * 2 >= all;
            if is_said && best.as_ref().is_none_or(|best| english < best.english) {
                let text = template.fill(&filled.into_iter().map(|said| said.text).collect::<Vec<_>>());
                best = Some(Said { text, english });
            }
            if english == 0 {
                break;
            }
        }
        best
    }

    /// The messages with holes that a text may be, in order.
    fn with_words_of(&self, text: &str) -> impl Iterator<Item = &Template> {
        let of_words = words(text).filter_map(|word| self.by_word.get(word)).flatten();
        let places: BTreeSet<usize> = of_words.chain(&self.wordless).copied().collect();
        places.into_iter().map(|place| &self.templates[place])
    }

    /// What fills a hole. What no message knows, and has no two words next to each other, is a name or a formula. Spaces around it are those of a column, which stays as wide as it is.
    fn filling(&self, text: &str, depth: usize) -> Said {
        let said = self.translated(text, depth);
        let is_name = !is_english(text) && !text.contains(". ");
        let padding = crate::text::width(text).saturating_sub(crate::text::width(&said.text));
        let padded = match (text.ends_with("  "), text.starts_with("  ")) {
            (true, _) => format!("{}{}", said.text, " ".repeat(padding)),
            (false, true) => format!("{}{}", " ".repeat(padding), said.text),
            (false, false) => said.text,
        };
        Said { text: padded, english: if is_name { 0 } else { said.english } }
    }

    /// A row of cells, or a paragraph of sentences: the longest runs of them that are messages.
    fn in_chunks(&self, text: &str, depth: usize) -> Said {
        let chunks = Chunks::of(text);
        let mut pieces = Vec::new();
        let mut english = 0;
        let mut at = 0;
        while at < chunks.len() {
            if chunks.is_name(at) {
                pieces.push((at, at + 1, chunks.run(at, at + 1).to_owned()));
                at += 1;
                continue;
            }
            let ends = (at + 1..=chunks.len()).rev();
            // The whole was tried before.
            let runs = ends.filter(|&end| (at, end) != (0, chunks.len()));
            let found = runs
                .filter_map(|end| Some((end, self.recognised(chunks.run(at, end), depth)?)))
                .min_by_key(|(end, said)| (said.english, chunks.len() - end));
            let (end, said) = match found {
                Some(found) => found,
                None if chunks.len() > 1 => (at + 1, self.translated(chunks.run(at, at + 1), depth - 1)),
                None => (at + 1, Said { text: text.to_owned(), english: letters(text) }),
            };
            english += said.english;
            pieces.push((at, end, said.text));
            at = end;
        }
        Said { text: chunks.join(pieces), english }
    }
}

/// The words of two letters or more.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1)
}

/// The number of letters that stand in words; what stands in quotation marks is a name.
fn letters(text: &str) -> usize {
    text.split('"').step_by(2).flat_map(words).map(str::len).sum()
}

/// Whether two English words follow each other, outside of code.
pub fn is_english(text: &str) -> bool {
    let outside: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = outside.split(|c: char| c == ' ' || !c.is_ascii()).collect();
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let follows = |word: &str| is_word(word.trim_end_matches(['.', ',', ':', ';', '?', ')']));
    words.windows(2).any(|pair| is_word(pair[0]) && follows(pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(messages: &[(&str, &str)]) -> Catalog {
        let entries = messages.iter().map(|(english, other)| format!("msgid {english:?}\nmsgstr {other:?}\n"));
        let header = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n".to_owned();
        Catalog::read(&[header].into_iter().chain(entries).collect::<Vec<_>>().join("\n")).expect("a catalogue")
    }

    #[test]
    fn a_text_is_recognised_by_the_words_around_its_numbers() {
        let zh = catalog(&[
            ("the loss falls to {loss} after {1} epochs", "{1} 轮后损失降到 {loss}"),
            ("{1} epochs", "{1} 轮"),
            ("The run", "运行"),
        ]);
        assert_eq!(zh.say("  the loss falls to 0.0123 after 12 epochs"), "  12 轮后损失降到 0.0123");
        assert_eq!(zh.say("The run"), "运行");
        assert_eq!(zh.say("The runner"), "The runner");
        assert_eq!(zh.say("first\nThe run\n"), "first\n运行\n");
    }

    #[test]
    fn names_of_ops_and_of_commands_stay() {
        let zh = catalog(&[
            ("sum", "和"),
            ("check", "检验"),
            ("computed", "算出来的"),
            ("Judge it once", "评判一次"),
            ("no {word}; did you mean {spelling}?", "没有 {word}；你是指 {spelling} 吗？"),
        ]);
        assert_eq!(zh.say("  %4    sum  -0.10  computed"), "  %4    sum  -0.10  算出来的");
        assert_eq!(zh.say("  first  sum  4"), "  first  和   4");
        assert_eq!(zh.say("no chekc; did you mean check?"), "没有 chekc；你是指 check 吗？");
        assert_eq!(zh.say("  check   Judge it once"), "  check   评判一次");
        assert_eq!(zh.say("  check   computed"), "  检验    算出来的");
    }

    #[test]
    fn what_fills_a_hole_is_translated_too() {
        let zh = catalog(&[
            ("cannot read {path}: {error}", "无法读取 {path}：{error}"),
            ("byte {at} is no digit", "第 {at} 个字节不是数字"),
            ("cannot read {path}", "无法读取 {path}"),
            (", of which {1} bytes are read", "，已读 {1} 个字节"),
            ("note: {text}", "注意：{text}"),
            ("{share} of the gradients are 0", "梯度中 {share} 是 0"),
        ]);
        assert_eq!(zh.say("note: 81% of the gradients are 0"), "注意：梯度中 81% 是 0");
        assert_eq!(zh.say("cannot read a b.txt: byte 7 is no digit"), "无法读取 a b.txt：第 7 个字节不是数字");
        assert_eq!(zh.say("cannot read x, of which 3 bytes are read"), "无法读取 x，已读 3 个字节");
        assert_eq!(zh.say("cannot read x (byte 7 is no digit)"), "无法读取 x（第 7 个字节不是数字）");
        assert_eq!(zh.say("cannot read x: No such file (os error 2)"), "无法读取 x：No such file (os error 2)");
    }

    #[test]
    fn the_message_that_leaves_least_english_is_taken_and_a_message_of_few_words_takes_no_sentence() {
        let zh = catalog(&[
            ("{1} of {2}", "{2} 中的 {1}"),
            ("solved from {1} of {2}", "{2} 次中解出 {1} 次"),
            ("{1} solved from {2}", "不对"),
        ]);
        assert_eq!(zh.say("solved from 3 of 200"), "200 次中解出 3 次");
        assert_eq!(zh.say("3 of 200"), "200 中的 3");
        assert_eq!(zh.say("the gradient of the whole loss"), "the gradient of the whole loss");
        assert_eq!(zh.say("12%, 3 of 200:"), "12%, 200 中的 3：");
    }

    #[test]
    fn sentences_and_cells_are_found_one_by_one() {
        let zh = catalog(&[
            ("It learns. Slowly.", "它学得慢。"),
            ("Look at {name}.", "看 {name}。"),
            ("epoch {1}", "第 {1} 轮"),
            ("mean cost {1}", "平均代价 {1}"),
            ("train loss", "训练损失"),
            ("epoch", "轮次"),
            ("input", "输入"),
            ("{1} losses", "{1} 个损失"),
            ("losses", "损失"),
        ]);
        assert_eq!(zh.say("It learns. Slowly. Look at b1. And there."), "它学得慢。看 b1。And there.");
        assert_eq!(zh.say("  epoch      0   mean cost 0.72732"), "  第      0 轮   平均代价 0.72732");
        // The ends of numbers' columns stay, and the first column's start.
        assert_eq!(zh.say("  epoch    train loss"), "  轮次       训练损失");
        assert_eq!(zh.say("  epoch   losses"), "  轮次      损失");
        assert_eq!(zh.say("3 losses"), "3 个损失");
        assert_eq!(zh.say("%0 [] = input  \"x\""), "%0 [] = input  \"x\"");
        assert_eq!(zh.say("  %0 x  input  0.50  train loss"), "  %0 x  input  0.50  训练损失");
    }

    #[test]
    fn what_stands_beside_a_name_begins_where_it_did() {
        let zh = catalog(&[("judge what a class has handed in", "评判全班上交的答案")]);
        assert_eq!(zh.say("  class FOLDER   judge what a class has handed in"), "  class FOLDER   评判全班上交的答案");
    }

    #[test]
    fn a_sentence_that_was_wrapped_before_is_one_line_again() {
        let zh = catalog(&[("the loss falls to {loss} in the end", "最后损失降到 {loss}")]);
        assert_eq!(zh.say("  the loss falls\n    to 0.5 in the end\nx"), "  最后损失降到 0.5\nx");
        assert_eq!(zh.say("the loss falls\n\nto 0.5 in the end"), "the loss falls\n\nto 0.5 in the end");
        assert_eq!(
            zh.say("the loss falls\n  to  0.5 in the end"),
            "the loss falls\n  to  0.5 in the end",
            "a row stays a row"
        );
    }

    #[test]
    fn a_column_is_as_wide_in_both_languages() {
        let zh =
            catalog(&[("{name} {slope} and right", "{name} {slope}，没有错"), ("the hidden weights", "隐藏层权重")]);
        assert_eq!(zh.say("the hidden weights        0.5 and right"), "隐藏层权重                0.5，没有错");
    }

    #[test]
    fn what_is_fuzzy_or_empty_is_english() {
        let po = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\n#, fuzzy\nmsgid \"one word\"\nmsgstr \"一\"\n\nmsgid \"two words\"\nmsgstr \"\"\n";
        let zh = Catalog::read(po).expect("a catalogue");
        assert!(zh.is_empty());
        assert_eq!(zh.say("one word"), "one word");
    }
}
