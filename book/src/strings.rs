//! The strings of a Rust source, as the compiler reads them: what its programs and pages say.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A string, and what tells whether a reader sees it.
pub struct Text {
    pub text: String,
    /// Whether it is raw, `r"..."`.
    pub is_raw: bool,
    /// Whether the program makes a text of it at once, `"...".to_owned()`.
    pub is_made: bool,
}

/// Which strings of a source are wanted.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// Only those in `#[error("...")]`.
    pub errors_only: bool,
    /// What has these names tells its arguments to programmers, such as `expect("...")`.
    pub silent: &'static [&'static str],
}

/// The strings of a source, or of one of its items, such as `fn maps`; without those of tests, and of attributes other than `#[error("...")]`.
///
/// # Errors
/// If the source is no Rust, or has no such item.
pub fn strings(source: &str, item: &str, wanted: Wanted) -> Result<Vec<Text>, String> {
    let tokens: TokenStream = source.parse().map_err(|error| format!("no Rust: {error}"))?;
    let tokens = match item.split_once(' ') {
        None => tokens,
        Some((kind, name)) => part(tokens, kind, name).ok_or_else(|| format!("there is no {item}"))?,
    };
    let mut texts = Vec::new();
    collect(tokens, wanted, &mut texts);
    Ok(texts)
}

/// The tokens of an item, from its name to the end of its body.
fn part(tokens: TokenStream, kind: &str, name: &str) -> Option<TokenStream> {
    let is = |token: Option<&TokenTree>, word: &str| matches!(token, Some(TokenTree::Ident(ident)) if ident == word);
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let found = (1..tokens.len()).find(|&at| is(tokens.get(at - 1), kind) && is(tokens.get(at), name));
    let Some(start) = found else {
        let groups = tokens.into_iter().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        return groups.into_iter().find_map(|group| part(group, kind, name));
    };
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => kind == "fn" && group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    };
    let end = tokens[start..].iter().position(is_end)?;
    Some(tokens[start..=start + end].iter().cloned().collect())
}

fn collect(tokens: TokenStream, wanted: Wanted, texts: &mut Vec<Text>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut is_of_tests = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let is_inner = tokens.next_if(|next| is_mark(next, '!'));
                if let Some(TokenTree::Group(attribute)) = tokens.next() {
                    let text = attribute.stream().to_string();
                    is_of_tests |=
                        is_inner.is_none() && (text == "test" || text == "cfg (test)" || text == "cfg(test)");
                    if text.starts_with("error") {
                        collect(attribute.stream(), Wanted { errors_only: false, ..wanted }, texts);
                    }
                }
            }
            TokenTree::Ident(word) if wanted.silent.iter().any(|name| word == name) => {
                tokens.next_if(|next| is_mark(next, '!'));
                tokens.next_if(
                    |next| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis),
                );
            }
            TokenTree::Group(group) => {
                let is_body = group.delimiter() == Delimiter::Brace;
                if !(is_body && is_of_tests) {
                    collect(group.stream(), wanted, texts);
                }
                is_of_tests &= !is_body;
            }
            TokenTree::Literal(literal) if !wanted.errors_only => {
                let written = literal.to_string();
                if let Ok(string) = syn::parse_str::<syn::LitStr>(&written) {
                    let mut next = tokens.clone();
                    let is_made = next.next().is_some_and(|token| is_mark(&token, '.'))
                        && matches!(next.next(), Some(TokenTree::Ident(word)) if word == "to_owned");
                    texts.push(Text { text: string.value(), is_raw: written.starts_with('r'), is_made });
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => is_of_tests = false,
            _ => {}
        }
    }
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(item: &str) -> Result<Vec<String>, String> {
        let source = r##"
            const NAMES: [&str; 1] = ["a name"];
            impl A {
                fn say(&self) { put("in say"); assert!(x, "not said"); put(r"raw") }
            }
            fn after() { "a word".to_owned() }
        "##;
        let wanted = Wanted { errors_only: false, silent: &["assert"] };
        let texts = strings(source, item, wanted)?;
        Ok(texts
            .into_iter()
            .map(|text| {
                format!(
                    "{}{}{}",
                    text.text,
                    ["", " raw"][usize::from(text.is_raw)],
                    ["", " made"][usize::from(text.is_made)]
                )
            })
            .collect())
    }

    #[test]
    fn the_strings_of_an_item_are_found_wherever_it_stands() {
        assert_eq!(texts("").expect("Rust"), ["a name", "in say", "raw raw", "a word made"]);
        assert_eq!(texts("const NAMES").expect("there"), ["a name"]);
        assert_eq!(texts("fn say").expect("there"), ["in say", "raw raw"]);
        assert!(texts("fn other").is_err());
    }
}
