//! Numbers that are texts. A formula that runs on them prints itself, `g y (1 - y)`, so listings, figures and the page show what the code computes.
//!
//! The text is plain, as you would type it (`page/formula.rs` sets it as mathematics), and simplified in the obvious ways: 1 x is x, y y is y²,
//! y + y is 2 y.

use super::{Binary, Unary};
use super::{Real, arithmetic};
use crate::op::Slope;
use std::collections::HashSet;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};
use std::hash::Hash;
use std::sync::{LazyLock, Mutex};

/// The precedence of a text's outermost operation, which decides where brackets are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// `1 where x > 0, else 0`
    Cases,
    /// `a + b`
    Sum,
    /// `a / b`, `sin x`: needs brackets before another factor can follow.
    Open,
    /// `a b`
    Product,
    /// `x`, `σ(x)`, `y²`
    Atom,
}
use Binding::{Atom, Cases, Open, Product, Sum};

/// A number times what the text says; the number alone if the text is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Symbol {
    factor: f64,
    text: &'static str,
    binding: Binding,
    /// Definitions of the names in it: `φ(x) = e^(-½ x²) / √(2π)`.
    definitions: &'static str,
}

/// Numbers that have a name.
const NAMED: [(f64, &str); 4] = [
    (FRAC_2_SQRT_PI, "2/√π"),
    (FRAC_1_SQRT_2, "1/√2"),
    (0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI, "1/√(2π)"),
    (SQRT_2 * FRAC_2_SQRT_PI, "√(8/π)"),
];

/// Stands between two factors: printed as a blank between letters, and as a dot between numbers.
const TIMES: char = '\u{2062}';

/// Letters and signs that have a superscript form.
const RAISED: (&str, &str) = ("0123456789xypabn-", "⁰¹²³⁴⁵⁶⁷⁸⁹ˣʸᵖᵃᵇⁿ⁻");

impl Symbol {
    /// A letter.
    pub(crate) fn letter(name: &str) -> Symbol {
        Symbol::new(name, Atom, "")
    }

    fn new(text: &str, binding: Binding, definitions: &'static str) -> Symbol {
        Symbol { factor: 1.0, text: keep(text), binding, definitions }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.text.is_empty() && self.factor == 0.0
    }

    fn is_number(self) -> bool {
        self.text.is_empty()
    }

    /// The formula: `y (1 - y)`.
    pub(crate) fn text(self) -> &'static str {
        keep(&with_blanks(&self.bound(Cases)))
    }

    /// The formula for numbers, with a dot between factors.
    pub(crate) fn with_dots(self) -> String {
        self.bound(Cases).replace(TIMES, " · ")
    }

    /// The formula as an equation, followed by the definitions of its names: `y = x Φ(x), Φ(x) = ...`.
    pub(crate) fn equation(self, left: &str) -> &'static str {
        let comma = if self.definitions.is_empty() { "" } else { ", " };
        keep(&with_blanks(&format!("{left} = {}{comma}{}", self.bound(Cases), self.definitions)))
    }

    /// Σ x
    pub(crate) fn summed(self) -> Symbol {
        Symbol::new(&format!("Σ {}", self.bound(Open)), Open, self.definitions)
    }

    /// The text, in brackets if its precedence is lower than this.
    fn bound(self, least: Binding) -> String {
        let Symbol { factor, text, binding, .. } = self;
        let (written, holds) = match factor {
            _ if text.is_empty() => (number(factor), if factor < 0.0 { Sum } else { Atom }),
            1.0 => (text.to_owned(), binding),
            _ => {
                let rest = if binding < Open { format!("({text})") } else { text.to_owned() };
                let sign = if factor == -1.0 { "-".to_owned() } else { format!("{}{TIMES}", number(factor)) };
                (sign + &rest, if factor < 0.0 { Sum } else { binding.min(Product) })
            }
        };
        if holds < least { format!("({written})") } else { written }
    }

    /// f(x)
    fn call(self, name: &str) -> Symbol {
        Symbol::new(&format!("{name}({})", self.bound(Cases)), Atom, self.definitions)
    }

    /// f x, as one writes a sine.
    fn call_openly(self, name: &str) -> Symbol {
        match self.bound(Atom) {
            bracketed if bracketed.starts_with('(') => self.call(name),
            letter => Symbol::new(&format!("{name} {letter}"), Open, self.definitions),
        }
    }

    /// The definitions of the names in both.
    fn definitions_with(self, b: Symbol) -> &'static str {
        match (self.definitions, b.definitions) {
            (a, b) if a.contains(b) => a,
            (a, b) if b.contains(a) => b,
            (a, b) => keep(&format!("{a}, {b}")),
        }
    }

    fn with_definitions(self, b: Symbol) -> Symbol {
        Symbol { definitions: self.definitions_with(b), ..self }
    }

    fn plus(self, b: Symbol) -> Symbol {
        if self.is_zero() || b.is_zero() {
            return if self.is_zero() { b } else { self };
        }
        if self.text == b.text {
            return match self.factor + b.factor {
                0.0 => Symbol::zero(),
                factor => Symbol { factor, ..self },
            };
        }
        let (sign, size) = if b.factor < 0.0 { ("-", -b) } else { ("+", b) };
        let text = format!("{} {sign} {}", self.bound(Sum), size.bound(Open));
        Symbol::new(&text, Sum, self.definitions_with(b))
    }

    fn times(self, b: Symbol) -> Symbol {
        if self.is_number() || b.is_number() {
            let (number, other) = if self.is_number() { (self, b) } else { (b, self) };
            return match number.factor * other.factor {
                0.0 => Symbol::zero(),
                factor => Symbol { factor, ..other },
            };
        }
        let [left, right] = [self, b].map(|x| Symbol { factor: 1.0, ..x });
        let square = |x: Symbol| x.bound(Atom) + "²";
        let (text, binding) = if left.text == right.text {
            (square(right), Atom)
        } else if left.text == square(right) {
            (right.bound(Atom) + "³", Atom)
        } else if right.text == square(left) {
            (left.bound(Atom) + "³", Atom)
        } else if let Some(others) = left.factors_before(right) {
            (format!("{others}{TIMES}{}", square(right)), Product)
        } else {
            let binding = if right.binding == Open { Open } else { Product };
            (format!("{}{TIMES}{}", left.bound(Product), right.bound(Open)), binding)
        };
        let factor = self.factor * b.factor;
        Symbol { factor, ..Symbol::new(&text, binding, self.definitions_with(b)) }
    }

    /// The other factors of a product that ends with `last`. (A sum or a quotient may end with the same letters.)
    fn factors_before(self, last: Symbol) -> Option<&'static str> {
        let is_product = self.binding == Product && last.binding == Atom;
        self.text.strip_suffix(last.text).and_then(|others| others.strip_suffix(TIMES)).filter(|_| is_product)
    }

    fn divided_by(self, b: Symbol) -> Symbol {
        if self.is_zero() {
            return self;
        }
        if b.is_number() {
            return Symbol { factor: self.factor / b.factor, ..self };
        }
        let size = Symbol { factor: self.factor.abs(), ..self };
        let text = format!("{} / {}", size.bound(Product), b.bound(Atom));
        let factor = self.factor.signum();
        Symbol { factor, ..Symbol::new(&text, Open, self.definitions_with(b)) }
    }
}

fn with_blanks(text: &str) -> String {
    text.replace(TIMES, " ")
}

fn number(x: f64) -> String {
    match x {
        0.5 => "½".to_owned(),
        -0.5 => "-½".to_owned(),
        _ => x.to_string(),
    }
}

/// The text as an exponent: `ᵖ⁻¹`, or `^(-x²)` if some sign in it has no superscript form.
fn raised(text: &str) -> String {
    let (plain, above) = RAISED;
    let raise = |c: char| plain.chars().zip(above.chars()).find(|&(p, _)| p == c).map(|(_, raised)| raised);
    let letters: Option<String> = text.chars().filter(|&c| c != ' ' && c != TIMES).map(raise).collect();
    letters.unwrap_or_else(|| format!("^({text})"))
}

arithmetic! { [] Symbol: |a, b| a.plus(b), a.plus(-b), a.times(b), a.divided_by(b); |x| Symbol { factor: -x.factor, ..x } }

#[rustfmt::skip]
impl Real for Symbol {
    fn number(x: f64) -> Self {
        match NAMED.iter().find(|(value, _)| *value == x.abs()) {
            Some((_, name)) => Symbol { factor: x.signum(), ..Symbol::letter(name) },
            None => Symbol { factor: x, ..Symbol::letter("") },
        }
    }
    fn parameter(name: &str, _: f64) -> Self { Symbol::letter(name) }
    fn map<U: Unary>(self, function: U) -> Self { function.value(self) }
    fn zip<B: Binary>(self, function: B, b: Self) -> Self { function.value(self, b) }
    fn called(self, name: &str, x: Self) -> Self {
        let called = x.call(name);
        let definition = format!("{} = {}", called.text, self.bound(Cases));
        Symbol { definitions: Symbol { definitions: keep(&definition), ..called }.definitions_with(self), ..called }
    }
    fn where_positive(self, then: Self, otherwise: Self) -> Self {
        let text = format!("{} where {} > 0, else {}", then.bound(Sum), self.bound(Sum), otherwise.bound(Sum));
        Symbol::new(&text, Cases, self.with_definitions(then).definitions_with(otherwise))
    }
    fn exp(self) -> Self { Symbol::new(&format!("e{}", raised(&self.bound(Cases))), Atom, self.definitions) }
    fn exp_m1(self) -> Self { self.exp() - Symbol::one() }
    fn ln(self) -> Self { self.call_openly("ln") }
    fn ln_1p(self) -> Self { (Symbol::one() + self).ln() }
    fn sqrt(self) -> Self { Symbol::new(&format!("√{}", self.bound(Atom)), Atom, self.definitions) }
    fn sin(self) -> Self { self.call_openly("sin") }
    fn cos(self) -> Self { self.call_openly("cos") }
    fn tanh(self) -> Self { self.call_openly("tanh") }
    fn erf(self) -> Self { self.call("erf") }
    fn erfc(self) -> Self { self.call("erfc") }
    fn sigmoid(self) -> Self { self.call("σ") }
    fn softplus(self) -> Self { self.call("softplus") }
    fn relu(self) -> Self { Symbol::new(&format!("max({}, 0)", self.bound(Cases)), Atom, self.definitions) }
    fn abs(self) -> Self { Symbol::new(&format!("|{}|", self.bound(Cases)), Atom, self.definitions) }
    fn sign(self) -> Self { self.call("sign") }
    fn powf(self, exponent: Self) -> Self {
        if exponent == Symbol::one() {
            return self;
        }
        let text = format!("{}{}", self.bound(Atom), raised(&exponent.bound(Cases)));
        Symbol::new(&text, Atom, self.definitions_with(exponent))
    }
    fn maximum(self, b: Self) -> Self { self.of_both(b, |a, b| format!("max({a}, {b})"), Atom) }
    fn minimum(self, b: Self) -> Self { self.of_both(b, |a, b| format!("min({a}, {b})"), Atom) }
    fn exceeds(self, b: Self) -> Self { self.of_both(b, |a, b| format!("1 where {a} > {b}, ½ where {a} = {b}, else 0"), Cases) }
    fn equals(self, b: Self) -> Self { self.of_both(b, |a, b| format!("1 where {a} = {b}, else 0"), Cases) }
    fn through(self, slope: Self) -> Self { self * slope }
    fn over(self, divisor: Self) -> Self { self / divisor }
}

impl Symbol {
    fn of_both(self, b: Symbol, text: fn(&str, &str) -> String, binding: Binding) -> Symbol {
        Symbol::new(&text(&self.bound(Sum), &b.bound(Sum)), binding, self.definitions_with(b))
    }
}

/// A text that lives as long as the program, so that a symbol is [`Copy`], as numbers are. Equal texts are stored once.
pub(crate) fn keep(text: &str) -> &'static str {
    static TEXTS: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    kept(&TEXTS, text, || Box::leak(text.into()))
}

/// The same for an op's list of slopes.
pub(crate) fn keep_slopes(slopes: &[Slope]) -> &'static [Slope] {
    static SLOPES: LazyLock<Mutex<HashSet<&'static [Slope]>>> = LazyLock::new(Mutex::default);
    kept(&SLOPES, slopes, || Box::leak(slopes.into()))
}

fn kept<T: ?Sized + Hash + Eq>(
    all: &Mutex<HashSet<&'static T>>,
    wanted: &T,
    make: impl FnOnce() -> &'static T,
) -> &'static T {
    let mut all = all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = all.get(wanted) {
        return known;
    }
    let new = make();
    all.insert(new);
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_prints_itself_as_one_would_write_it() {
        let [g, x, y] = ["g", "x", "y"].map(Symbol::letter);
        let (one, two) = (Symbol::one(), Symbol::number(2.0));
        let printed = [
            (g * y * (one - y), "g y (1 - y)"),
            (one * y * (one - y), "y (1 - y)"),
            (g * (one - y * y), "g (1 - y²)"),
            (-two * g * y, "-2 g y"),
            (g.over(two * y), "g / (2 y)"),
            (one.over(two * y), "1 / (2 y)"),
            (-g.through(y).over(x), "-g y / x"),
            (-g.through(x.sin()), "-g sin x"),
            (-one.through(x.sin()), "-sin x"),
            (x.sin() * y, "(sin x) y"),
            (x - (y - g), "x - (y - g)"),
            (x * (-y), "-x y"),
            (x + (-y), "x - y"),
            (-(x + y), "-(x + y)"),
            (y + y, "2 y"),
            (one - y - y, "1 - y - y"),
            (x * x * x, "x³"),
            (y * x * x, "y x²"),
            ((-(x * x)).exp(), "e^(-x²)"),
            ((-x).exp(), "e⁻ˣ"),
            ((x * Symbol::number(0.5)).tanh(), "tanh(½ x)"),
            (g * x.where_positive(one, x), "g (1 where x > 0, else x)"),
            (x.powf(Symbol::parameter("p", 3.0) - one), "xᵖ⁻¹"),
            (x * (x / y) * g, "(x x / y) g"),
            ((one - y) * y, "(1 - y) y"),
            ((one - y * y) * (one - y), "(1 - y²) (1 - y)"),
            ((one - y) * (one - y * y), "(1 - y) (1 - y²)"),
            ((x / y) * y, "(x / y) y"),
            ((x * x).sin() * (x * x).sin() * (x * x).sin(), "(sin x²)³"),
            ((x * x).softplus() * (x * x).softplus() * (x * x).softplus(), "softplus(x²)³"),
            (x - x, "0"),
            (Symbol::zero() / x, "0"),
        ];
        for (symbol, text) in printed {
            assert_eq!(symbol.text(), text);
        }
    }

    #[test]
    fn names_are_defined_behind_the_formula_once() {
        let x = Symbol::letter("x");
        let s = (x * x).called("s", x);
        assert_eq!((s + x * s).equation("y"), "y = s(x) + x s(x), s(x) = x²");
        let [a, b, c] = ["a", "b", "c"].map(|name| (x * x).called(name, x));
        let all = "y = a(x) where b(x) > 0, else c(x), b(x) = x², a(x) = x², c(x) = x²";
        assert_eq!(b.where_positive(a, c).equation("y"), all);
    }
}
