//! An op's formula as MathML. Formulas are written as typed text, `dx = g (1 - y²)`; here they are parsed and set as mathematics: `a / b` as a
//! fraction, `xᵀ` and `e^(-t²)` with superscripts, `Σₖ` with its index below, words as words.
//!
//! The rule to know: a slash with spaces divides all the product before it, `g (a - y) / n`; one without divides only its neighbours, `1/n p`.

use crate::draw::escape;

/// A formula as a `<math>` element.
pub(super) fn mathml(formula: &str) -> String {
    let mut reader = Reader { tokens: tokens(formula), at: 0 };
    format!("<math>{}</math>", reader.row(""))
}

/// A piece of a formula.
#[derive(Clone, Debug, PartialEq)]
struct Token {
    text: String,
    kind: Kind,
    /// Whether there is a space before it.
    apart: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Letter,
    /// The name of a function, set upright.
    Function,
    /// Running text.
    Word,
    Number,
    Sign,
    Superscript,
    Subscript,
}

const FUNCTIONS: [&str; 15] = [
    "ln", "sin", "cos", "tanh", "exp", "erf", "erfc", "softplus", "max", "min", "sign", "softmax", "onehot", "label",
    "rows",
];
const SUPERSCRIPTS: [(char, char); 11] = [
    ('²', '2'),
    ('³', '3'),
    ('¹', '1'),
    ('⁻', '−'),
    ('ˣ', 'x'),
    ('ʸ', 'y'),
    ('ᵀ', 'T'),
    ('ᵖ', 'p'),
    ('ᵇ', 'b'),
    ('ᵃ', 'a'),
    ('ⁿ', 'n'),
];
const SUBSCRIPTS: [(char, char); 7] =
    [('ᵢ', 'i'), ('ⱼ', 'j'), ('ₖ', 'k'), ('ₙ', 'n'), ('₀', '0'), ('₁', '1'), ('₂', '2')];

/// Splits a formula into pieces.
fn tokens(formula: &str) -> Vec<Token> {
    let (mut tokens, mut apart) = (Vec::new(), false);
    let mut characters = formula.chars().peekable();
    while let Some(first) = characters.next() {
        let kind = kind_of(first);
        let mut text = first.to_string();
        if matches!(kind, Some(Kind::Word | Kind::Number | Kind::Superscript | Kind::Subscript)) || first == '.' {
            // "pixel's" is a word.
            let belongs = |next: char, text: &str| match kind {
                Some(Kind::Word) => kind_of(next) == kind || (next == '\'' && text.len() > 1),
                Some(_) => kind_of(next) == kind,
                None => next == first,
            };
            while let Some(next) = characters.next_if(|&next| belongs(next, &text)) {
                text.push(next);
            }
        }
        match kind {
            None if first == ' ' => {
                apart = true;
                continue;
            }
            // One letter is a quantity, and so are the two of "dx".
            Some(Kind::Word) if text.len() == 1 || (text.len() == 2 && first == 'd') => {
                for letter in text.chars() {
                    tokens.push(Token { text: letter.to_string(), kind: Kind::Letter, apart });
                    apart = false;
                }
                continue;
            }
            Some(Kind::Word) if FUNCTIONS.contains(&&text[..]) => {
                tokens.push(Token { text, kind: Kind::Function, apart })
            }
            kind => tokens.push(Token { text, kind: kind.unwrap_or(Kind::Sign), apart }),
        }
        apart = false;
    }
    tokens
}

/// The kind of a piece that begins with this character; `None` for a sign that is a piece of its own.
fn kind_of(c: char) -> Option<Kind> {
    match c {
        _ if raised(c).is_some() => Some(Kind::Superscript),
        _ if lowered(c).is_some() => Some(Kind::Subscript),
        '0'..='9' => Some(Kind::Number),
        'a'..='z' | 'A'..='Z' => Some(Kind::Word),
        'Σ' => None,
        c if c.is_alphabetic() => Some(Kind::Letter),
        _ => None,
    }
}

fn raised(c: char) -> Option<char> {
    SUPERSCRIPTS.iter().find(|(written, _)| *written == c).map(|(_, read)| *read)
}

fn lowered(c: char) -> Option<char> {
    SUBSCRIPTS.iter().find(|(written, _)| *written == c).map(|(_, read)| *read)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

/// A part of a row: its markup, and the markup to use where the brackets around it are not needed.
struct Item {
    markup: String,
    bare: String,
    /// Whether it separates products.
    is_boundary: bool,
}

impl Item {
    fn plain(markup: String) -> Item {
        Item { bare: markup.clone(), markup, is_boundary: false }
    }
}

impl Reader {
    fn next_is(&self, text: &str) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.text == text)
    }

    /// Everything up to a closing bracket or the end.
    fn row(&mut self, closing: &str) -> String {
        let mut items: Vec<Item> = Vec::new();
        while let Some(token) = self.tokens.get(self.at).cloned() {
            if token.text == closing {
                break;
            }
            if token.text == "/" {
                self.at += 1;
                let start = if token.apart {
                    items.iter().rposition(|item| item.is_boundary).map_or(0, |at| at + 1)
                } else {
                    items.len().saturating_sub(1)
                };
                let product: Vec<Item> = items.drain(start..).collect();
                let above = if let [only] = &product[..] {
                    only.bare.clone()
                } else {
                    product.iter().map(|item| &item.markup[..]).collect()
                };
                let below = self.divisor(closing);
                items.push(Item::plain(format!("<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>")));
                continue;
            }
            let Some(mut item) = self.item() else { break };
            if token.apart && !item.is_boundary && items.last().is_some_and(|last| !last.is_boundary) {
                item.markup = format!("<mspace width=\"0.2em\"/>{}", item.markup);
            }
            items.push(item);
        }
        items.into_iter().map(|item| item.markup).collect()
    }

    /// What stands below a fraction's bar: one quantity or, if it is a sum Σ, all of its term.
    fn divisor(&mut self, closing: &str) -> String {
        let is_sum = self.next_is("Σ");
        let mut below = self.item().map_or(String::new(), |item| item.bare);
        while is_sum && !self.next_is(closing) && !self.next_is("/") {
            let start = self.at;
            match self.item() {
                Some(item) if !item.is_boundary => below += &item.markup,
                _ => {
                    self.at = start;
                    break;
                }
            }
        }
        below
    }

    /// A quantity with its superscripts and subscripts.
    fn item(&mut self) -> Option<Item> {
        let mut item = self.atom()?;
        let (mut below, mut above) = (None, None);
        while let Some(token) = self.tokens.get(self.at).filter(|token| !token.apart) {
            match token.kind {
                Kind::Subscript if below.is_none() => below = Some(script(&token.text)),
                Kind::Superscript if above.is_none() => above = Some(script(&token.text)),
                Kind::Sign if token.text == "^" && above.is_none() => {
                    self.at += 1;
                    above = self.item().map(|item| item.bare);
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        let base = &item.markup;
        item.markup = match (below, above) {
            (None, None) => return Some(item),
            (Some(below), None) => format!("<msub><mrow>{base}</mrow><mrow>{below}</mrow></msub>"),
            (None, Some(above)) => format!("<msup><mrow>{base}</mrow><mrow>{above}</mrow></msup>"),
            (Some(below), Some(above)) => {
                format!("<msubsup><mrow>{base}</mrow><mrow>{below}</mrow><mrow>{above}</mrow></msubsup>")
            }
        };
        item.bare = item.markup.clone();
        Some(item)
    }

    fn atom(&mut self) -> Option<Item> {
        let Token { text, kind, .. } = self.tokens.get(self.at)?.clone();
        self.at += 1;
        let written = escape(&text);
        Some(match (kind, &text[..]) {
            (_, "(") => self.brackets("(", ")"),
            (_, "[") => Item { bare: String::new(), ..self.brackets("[", "]") }.kept(),
            (_, "|") => self.brackets("|", "|").kept(),
            (_, "√") => {
                let under = self.item().map_or(String::new(), |item| item.bare);
                Item::plain(format!("<msqrt>{under}</msqrt>"))
            }
            (_, "½") => Item::plain("<mn>½</mn>".to_owned()),
            (Kind::Letter, _) => Item::plain(format!("<mi>{written}</mi>")),
            (Kind::Function, _) => Item::plain(format!("<mi mathvariant=\"normal\">{written}</mi>")),
            (Kind::Number, _) => Item::plain(format!("<mn>{written}</mn>")),
            (Kind::Superscript | Kind::Subscript, _) => Item::plain(script(&text)),
            (Kind::Word, _) => {
                Item { is_boundary: true, ..Item::plain(format!("<mtext>&#xa0;{written}&#xa0;</mtext>")) }
            }
            (Kind::Sign, "Σ") => Item::plain("<mo>∑</mo>".to_owned()),
            (Kind::Sign, "-") => Item { is_boundary: true, ..Item::plain("<mo>−</mo>".to_owned()) },
            (Kind::Sign, _) => Item { is_boundary: true, ..Item::plain(format!("<mo>{written}</mo>")) },
        })
    }

    /// The contents of a pair of brackets, the first of which has been read.
    fn brackets(&mut self, open: &str, close: &str) -> Item {
        let bare = self.row(close);
        self.at += usize::from(self.next_is(close));
        Item { markup: format!("<mrow><mo>{open}</mo>{bare}<mo>{close}</mo></mrow>"), bare, is_boundary: false }
    }
}

impl Item {
    /// The same, with brackets that are part of the mathematics.
    fn kept(self) -> Item {
        Item::plain(self.markup)
    }
}

/// A superscript or subscript: letters, numbers, signs.
fn script(text: &str) -> String {
    let one = |c: char| match c {
        '−' => "<mo>−</mo>".to_owned(),
        'T' => "<mi mathvariant=\"normal\">T</mi>".to_owned(),
        '0'..='9' => format!("<mn>{c}</mn>"),
        c => format!("<mi>{c}</mi>"),
    };
    text.chars().map(|c| one(raised(c).or(lowered(c)).unwrap_or(c))).collect()
}

#[cfg(test)]
mod tests {
    use super::mathml;

    /// The markup without elements that only group.
    fn set(formula: &str) -> String {
        mathml(formula).replace("<mrow>", "").replace("</mrow>", "").replace("<math>", "").replace("</math>", "")
    }

    #[test]
    fn a_spaced_slash_divides_the_product_before_it_and_a_tight_one_its_neighbours() {
        assert!(set("g y / n").starts_with("<mfrac><mi>g</mi><mspace width=\"0.2em\"/><mi>y</mi><mi>n</mi></mfrac>"));
        assert!(set("g/n p").starts_with("<mfrac><mi>g</mi><mi>n</mi></mfrac>"));
        assert!(set("1 + a / b").ends_with("<mo>+</mo><mfrac><mi>a</mi><mi>b</mi></mfrac>"));
    }

    #[test]
    fn a_fraction_is_divided_by_all_of_a_sum() {
        let softmax = mathml("yⱼ = e^xⱼ / Σₖ e^xₖ");
        assert!(softmax.ends_with("<msup><mrow><mi>e</mi></mrow><mrow><msub><mrow><mi>x</mi></mrow><mrow><mi>k</mi></mrow></msub></mrow></msup></mrow></mfrac></math>"), "{softmax}");
        assert!(set("g m / Σₖ mₖ, m = 1").contains("</mfrac><mo>,</mo>"));
        assert!(set("(a / Σ b) c").contains("</mfrac><mo>)</mo>"));
    }

    #[test]
    fn brackets_fall_away_where_a_fraction_groups() {
        assert_eq!(set("1 / (1 + x)"), "<mfrac><mn>1</mn><mn>1</mn><mo>+</mo><mi>x</mi></mfrac>");
        assert!(set("g (1 - y)").ends_with("<mo>(</mo><mn>1</mn><mo>−</mo><mi>y</mi><mo>)</mo>"));
    }

    #[test]
    fn what_is_raised_and_lowered_is_set_so() {
        assert_eq!(set("y²"), "<msup><mi>y</mi><mn>2</mn></msup>");
        assert_eq!(set("e⁻ˣ"), "<msup><mi>e</mi><mo>−</mo><mi>x</mi></msup>");
        assert_eq!(set("e^(-t²)"), "<msup><mi>e</mi><mo>−</mo><msup><mi>t</mi><mn>2</mn></msup></msup>");
        assert_eq!(set("e^xₖ"), "<msup><mi>e</mi><msub><mi>x</mi><mi>k</mi></msub></msup>");
        assert_eq!(set("∫₀ˣ"), "<msubsup><mo>∫</mo><mn>0</mn><mi>x</mi></msubsup>");
        assert_eq!(set("√(2π)"), "<msqrt><mn>2</mn><mi>π</mi></msqrt>");
    }

    #[test]
    fn words_are_words_and_nothing_is_markup() {
        assert!(
            set("dx = g where x > 0").contains("<mtext>&#xa0;where&#xa0;</mtext><mi>x</mi><mo>&gt;</mo><mn>0</mn>")
        );
        assert_eq!(set("dx"), "<mi>d</mi><mi>x</mi>");
        assert!(!mathml("<script> ) ] | ^ / √").contains("<script"));
        for broken in ["", ")", "(", "((", "a /", "/ a", "^", "^^", "√", "|a", "a]b", "ᵀᵀ₁₁"] {
            assert!(mathml(broken).ends_with("</math>"), "{broken}");
        }
    }
}
