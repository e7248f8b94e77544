//! Evaluates a formula as it is printed, `g (1 - y²) / n`, on arrays. It reads what the ops print and no more: letters, numbers, superscripts, the few functions
//! by name, Σ, cases (`a where x > 0, else b`), products of matrices (capital letters), and definitions behind the formula (`..., p = softmax(x)`).

use ndarray::{Array2, ArrayD, Axis, Ix2, IxDyn, arr0, concatenate};
use std::collections::HashMap;
use std::f64::consts::{E, PI};

/// What the letters of a formula stand for.
#[derive(Clone, Default)]
pub struct Meaning {
    /// Arrays, by their letters. Those of capital letters are matrices.
    pub arrays: HashMap<String, ArrayD<f64>>,
    /// The formulas behind the formula, by the names that they define.
    pub definitions: HashMap<String, String>,
    /// The axes that Σₖ sums over.
    pub axes: Vec<usize>,
    /// Numbers that count rows: the i of g[i].
    pub indices: HashMap<String, usize>,
}

/// Splits `y = x s, s = x²` into the formula of y and the definition of s. (A comma may also stand between cases, or between the arguments of a function.)
pub fn definitions(text: &str) -> (&str, HashMap<String, String>) {
    let mut parts: Vec<(usize, &str)> = Vec::new();
    for (at, _) in text.match_indices(", ") {
        let name = text[at + 2..].split(['(', ' ']).next().unwrap_or_default();
        let rest = &text[at + 2 + name.len()..];
        if rest.starts_with(" = ") || rest.starts_with("(x) = ") {
            parts.push((at, name));
        }
    }
    let ends = parts.iter().skip(1).map(|part| part.0).chain([text.len()]);
    let found = parts.iter().zip(ends).map(|(&(at, name), end)| {
        let definition = text[at..end].split_once(" = ").expect("a definition").1;
        (name.to_owned(), definition.to_owned())
    });
    (&text[..parts.first().map_or(text.len(), |part| part.0)], found.collect())
}

/// The value of a formula.
pub fn value(text: &str, meaning: &Meaning) -> ArrayD<f64> {
    let mut reader = Reader { text, rest: text, meaning: meaning.clone(), in_bars: false };
    let value = reader.cases();
    assert!(reader.rest.trim().is_empty(), "{text:?}: what is {:?}?", reader.rest);
    value
}

/// The superscripts that ops print, and the signs that they raise.
const RAISED: (&str, &str) = ("⁰¹²³⁴⁵⁶⁷⁸⁹ˣʸᵖᵃᵇⁿ⁻", "0123456789xypabn-");

/// The subscripts of letters, which say what Σ counts.
const LOWERED: [char; 3] = ['ᵢ', 'ⱼ', 'ₖ'];

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    meaning: Meaning,
    /// Between two bars, where the next one closes |x|.
    in_bars: bool,
}

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    #[track_caller]
    fn expect(&mut self, word: &str) {
        assert!(self.takes(word), "{:?}: no {word:?} before {:?}", self.text, self.rest);
    }

    fn cases(&mut self) -> ArrayD<f64> {
        let then = self.sum();
        if !self.takes("where ") {
            return then;
        }
        let condition = self.condition();
        self.expect(",");
        let otherwise = if self.takes("else ") { self.sum() } else { self.cases() };
        &condition * &then + &condition.mapv(|holds| 1.0 - holds) * &otherwise
    }

    /// 1 where the condition holds, else 0.
    fn condition(&mut self) -> ArrayD<f64> {
        let a = self.sum();
        let holds: fn(f64) -> bool = match () {
            () if self.takes(">") => |difference| difference > 0.0,
            () if self.takes("≠") => |difference| difference != 0.0,
            () if self.takes("<") => |difference| difference < 0.0,
            () => {
                self.expect("=");
                |difference| difference == 0.0
            }
        };
        (a - self.sum()).mapv(|difference| f64::from(u8::from(holds(difference))))
    }

    fn sum(&mut self) -> ArrayD<f64> {
        let mut sum = if self.takes("-") { -self.product() } else { self.product() };
        loop {
            if self.takes("+ ") {
                sum = sum + self.product();
            } else if self.takes("- ") {
                sum = sum - self.product();
            } else {
                return sum;
            }
        }
    }

    fn product(&mut self) -> ArrayD<f64> {
        let mut is_matrix = self.is_matrix_next();
        let mut product = self.factor();
        loop {
            if self.takes("/") {
                product = product / self.factor();
            } else if self.is_factor_next() {
                let is_next = self.is_matrix_next();
                let factor = self.factor();
                product = match is_matrix && is_next {
                    true => matrix(product).dot(&matrix(factor)).into_dyn(),
                    false => product * factor,
                };
                is_matrix |= is_next;
            } else {
                return product;
            }
        }
    }

    fn is_matrix_next(&self) -> bool {
        self.rest.trim_start().starts_with(['A', 'B', 'G'])
    }

    fn is_factor_next(&self) -> bool {
        let rest = self.rest.trim_start();
        let is_word = ["where ", "else "].iter().any(|word| rest.starts_with(word));
        let closes = self.in_bars && rest.starts_with('|');
        !is_word && !closes && rest.starts_with(|c: char| c.is_alphanumeric() || "(√Σ½|".contains(c))
    }

    fn factor(&mut self) -> ArrayD<f64> {
        let mut factor = self.atom();
        loop {
            let (raised, plain) = RAISED;
            let sign = |c: char| raised.chars().zip(plain.chars()).find(|&(r, _)| r == c).map(|(_, plain)| plain);
            let exponent: String = self.rest.chars().map_while(sign).collect();
            if !exponent.is_empty() {
                let length: usize = self.rest.chars().take(exponent.chars().count()).map(char::len_utf8).sum();
                self.rest = &self.rest[length..];
                let spaced = exponent.get(1..).unwrap_or_default().replace('-', " - ");
                factor = power(factor, value(&format!("{}{spaced}", &exponent[..1]), &self.meaning));
            } else if let Some(rest) = self.rest.strip_prefix("^(") {
                self.rest = rest;
                let exponent = self.cases();
                self.expect(")");
                factor = power(factor, exponent);
            } else if let Some(rest) = self.rest.strip_prefix('ᵀ') {
                self.rest = rest;
                factor = factor.reversed_axes();
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                let row = self.index();
                self.expect("]");
                factor = factor.index_axis_move(Axis(0), row);
            } else {
                return factor;
            }
        }
    }

    fn index(&mut self) -> usize {
        let name = self.name();
        match self.meaning.indices.get(&name) {
            Some(&index) => index,
            None => {
                self.expect("[");
                let place = self.index();
                self.expect("]");
                self.meaning.arrays[&name][[place]] as usize
            }
        }
    }

    fn atom(&mut self) -> ArrayD<f64> {
        self.rest = self.rest.trim_start();
        if self.takes("(") {
            let inner = self.cases();
            self.expect(")");
            return inner;
        }
        if self.takes("|") {
            let outside = std::mem::replace(&mut self.in_bars, true);
            let inner = self.sum();
            self.in_bars = outside;
            self.expect("|");
            return inner.abs();
        }
        if self.takes("Σₖ ") {
            let terms = self.product();
            return self.meaning.axes.iter().fold(terms, |sum, &axis| sum.sum_axis(Axis(axis)).insert_axis(Axis(axis)));
        }
        if self.takes("Σ ") {
            return if self.rest.contains(" where ") {
                self.sum_over_rows()
            } else {
                arr0(self.product().sum()).into_dyn()
            };
        }
        for (sign, number) in [("½", 0.5), ("π", PI)] {
            if self.takes(sign) {
                return arr0(number).into_dyn();
            }
        }
        if self.takes("√") {
            return self.factor().sqrt();
        }
        let digits = self.rest.len() - self.rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        if digits > 0 {
            let (number, rest) = self.rest.split_at(digits);
            self.rest = rest;
            return arr0(number.parse().expect("a number")).into_dyn();
        }
        let name = self.name();
        if let Some(array) = self.meaning.arrays.get(&name) {
            return array.clone();
        }
        if let Some(definition) = self.meaning.definitions.get(&name) {
            let value = value(definition, &self.meaning);
            if self.rest.starts_with("(x)") {
                self.expect("(x)");
            }
            return value;
        }
        if name == "e" {
            return arr0(E).into_dyn();
        }
        self.call(&name)
    }

    fn name(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let is_letter = |c: char| c.is_alphabetic() && !RAISED.0.contains(c) && !LOWERED.contains(&c) && c != 'ᵀ';
        let length = self.rest.len() - self.rest.trim_start_matches(is_letter).len();
        let (name, rest) = self.rest.split_at(length);
        assert!(length > 0, "{:?}: no name before {:?}", self.text, self.rest);
        self.rest = rest.strip_prefix(LOWERED).unwrap_or(rest);
        name.to_owned()
    }

    /// The sum over all i for which `rows[i]` is some row.
    fn sum_over_rows(&mut self) -> ArrayD<f64> {
        let (start, count) = (self.rest, self.meaning.arrays["rows"].len());
        let mut sum = arr0(0.0).into_dyn();
        for i in 0..count {
            (self.rest, _) = (start, self.meaning.indices.insert("i".to_owned(), i));
            let term = self.product();
            self.expect("where");
            let row = self.index();
            self.expect("=");
            sum = sum + term * f64::from(u8::from(row == self.index()));
        }
        sum
    }

    /// A function of an argument in brackets, or of the factor that follows.
    fn call(&mut self, function: &str) -> ArrayD<f64> {
        let x = match self.rest.starts_with('(') {
            true => {
                self.expect("(");
                self.cases()
            }
            false => return of_each(function, self.factor()),
        };
        if self.takes(", ") {
            let b = self.cases();
            self.expect(")");
            let (a, b) = (&x + &b * 0.0, &x * 0.0 + &b);
            let both = a.iter().zip(&b).map(|(&a, &b)| if function == "max" { f64::max(a, b) } else { f64::min(a, b) });
            return ArrayD::from_shape_vec(a.shape(), both.collect()).expect("as many numbers");
        }
        self.expect(")");
        match function {
            "softmax" => {
                let powers = x.exp();
                let axis = Axis(self.meaning.axes[0]);
                &powers / &powers.sum_axis(axis).insert_axis(axis)
            }
            "onehot" => {
                let classes = self.meaning.arrays["x"].shape()[1];
                Array2::from_shape_fn((x.len(), classes), |(row, class)| f64::from(u8::from(x[[row]] == class as f64)))
                    .into_dyn()
            }
            _ => of_each(function, x),
        }
    }
}

fn of_each(function: &str, x: ArrayD<f64>) -> ArrayD<f64> {
    let function: fn(f64) -> f64 = match function {
        "ln" => f64::ln,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tanh" => f64::tanh,
        "σ" => |x| 1.0 / (1.0 + (-x).exp()),
        "softplus" => |x| x.exp().ln_1p(),
        "sign" => f64::signum,
        "erf" => libm::erf,
        "erfc" => libm::erfc,
        _ => panic!("what is {function}?"),
    };
    x.mapv(function)
}

fn power(base: ArrayD<f64>, exponent: ArrayD<f64>) -> ArrayD<f64> {
    let (a, b) = (&base + &exponent * 0.0, &base * 0.0 + &exponent);
    ArrayD::from_shape_vec(a.shape(), a.iter().zip(&b).map(|(a, &b)| a.powf(b)).collect()).expect("as many numbers")
}

fn matrix(x: ArrayD<f64>) -> Array2<f64> {
    x.into_dimensionality::<Ix2>().expect("a matrix")
}

/// The rows of an array that is given row by row: `dx[r] = ...`, for every r below `count`.
pub fn rows(index: &str, count: usize, text: &str, meaning: &Meaning) -> ArrayD<f64> {
    let row = |r| {
        let mut meaning = meaning.clone();
        meaning.indices.insert(index.to_owned(), r);
        value(text, &meaning).insert_axis(Axis(0))
    };
    let rows: Vec<ArrayD<f64>> = (0..count).map(row).collect();
    let length = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    // A row of which nothing is summed is the number 0.
    let whole = |row: &ArrayD<f64>| row.broadcast(IxDyn(&[1, length])).expect("a row").to_owned();
    let rows: Vec<ArrayD<f64>> = rows.iter().map(whole).collect();
    concatenate(Axis(0), &rows.iter().map(|row| row.view()).collect::<Vec<_>>()).expect("rows of one length")
}
