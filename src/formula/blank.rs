//! Blanks to be filled with numbers. The one idea to know: **a formula that runs on blanks prints itself with them**, `⟨0⟩ · ⟨1⟩`, and whoever knows the
//! numbers of an element puts them in: `0.8 · 1.5`. The constants of an op are numbers already.

use super::{Binary, Real, Symbol, Unary, arithmetic};
use crate::op::Worked;
use std::fmt::Display;

/// Maximum number of terms that are written out: a head adds up no more.
const MOST_TERMS: usize = 6;

/// A [`Symbol`] with blanks in the place of letters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blank(Symbol);

impl Blank {
    /// The number of operand 0, or of y or g: `⟨0⟩`.
    pub(crate) fn of(name: impl Display) -> Blank {
        Blank(Symbol::letter(&format!("⟨{name}⟩")))
    }

    /// A whole number that is written as it is: 1 / 3 keeps its bar.
    pub(crate) fn count(count: usize) -> Blank {
        Blank(Symbol::letter(&count.to_string()))
    }

    /// The elements of an operand that a result is computed from, `⟨0:0⟩`, `⟨0:1⟩`; `None` if there are more than a head can add up, or none.
    pub(crate) fn terms(slot: usize, count: usize) -> Option<Vec<Blank>> {
        (1..=MOST_TERMS)
            .contains(&count)
            .then(|| (0..count).map(|term| Blank::of(format_args!("{slot}:{term}"))).collect())
    }

    /// The sum of some terms.
    pub(crate) fn sum(terms: impl IntoIterator<Item = Blank>) -> Blank {
        terms.into_iter().reduce(|a, b| a + b).unwrap_or(Blank::zero())
    }

    fn text(self) -> String {
        if self.0.is_zero() { String::new() } else { self.0.with_dots() }
    }
}

impl Worked {
    /// The formulas of an op, which ran on blanks.
    pub(crate) fn of(value: Option<Blank>, flows: &[Blank]) -> Worked {
        Worked {
            value: value.map_or(String::new(), Blank::text),
            flows: flows.iter().map(|flow| flow.text()).collect(),
        }
    }
}

arithmetic! { [] Blank: |a, b| Blank(a.0 + b.0), Blank(a.0 - b.0), Blank(a.0 * b.0), Blank(a.0 / b.0); |x| Blank(-x.0) }

/// As symbols, but what has only a name there is written out, and so are the constants of an op.
#[rustfmt::skip]
impl Real for Blank {
    fn number(x: f64) -> Self { Blank(Symbol::number(x)) }
    fn map<U: Unary>(self, function: U) -> Self { function.value(self) }
    fn zip<B: Binary>(self, function: B, b: Self) -> Self { function.value(self, b) }
    fn where_positive(self, then: Self, otherwise: Self) -> Self { Blank(self.0.where_positive(then.0, otherwise.0)) }
    fn exp(self) -> Self { Blank(self.0.exp()) }
    fn exp_m1(self) -> Self { Blank(self.0.exp_m1()) }
    fn ln(self) -> Self { Blank(self.0.ln()) }
    fn ln_1p(self) -> Self { Blank(self.0.ln_1p()) }
    fn sqrt(self) -> Self { Blank(self.0.sqrt()) }
    fn sin(self) -> Self { Blank(self.0.sin()) }
    fn cos(self) -> Self { Blank(self.0.cos()) }
    fn tanh(self) -> Self { Blank(self.0.tanh()) }
    fn erf(self) -> Self { Blank(self.0.erf()) }
    fn erfc(self) -> Self { Blank(self.0.erfc()) }
    fn sigmoid(self) -> Self { Blank(self.0.sigmoid()) }
    fn softplus(self) -> Self { Blank(self.0.softplus()) }
    fn relu(self) -> Self { Blank(self.0.relu()) }
    fn abs(self) -> Self { Blank(self.0.abs()) }
    fn sign(self) -> Self { Blank(self.0.sign()) }
    fn powf(self, exponent: Self) -> Self { Blank(self.0.powf(exponent.0)) }
    fn maximum(self, b: Self) -> Self { Blank(self.0.maximum(b.0)) }
    fn minimum(self, b: Self) -> Self { Blank(self.0.minimum(b.0)) }
    fn exceeds(self, b: Self) -> Self { Blank(self.0.exceeds(b.0)) }
    fn equals(self, b: Self) -> Self { Blank(self.0.equals(b.0)) }
    fn through(self, slope: Self) -> Self { Blank(self.0.through(slope.0)) }
    fn over(self, divisor: Self) -> Self { Blank(self.0.over(divisor.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::arithmetic::{Div, Mul};
    use crate::ops::pow::Pow;
    use crate::ops::sigmoid::Sigmoid;

    #[test]
    fn a_formula_prints_itself_with_blanks_and_dots_between_factors() {
        let [a, b, y, g] = ["0", "1", "y", "g"].map(Blank::of);
        assert_eq!(Mul.value(a, b).text(), "⟨0⟩ · ⟨1⟩");
        assert_eq!(Div.flow_b(g, a, b, y).text(), "-⟨g⟩ · ⟨y⟩ / ⟨1⟩");
        assert_eq!(Sigmoid.flow(g, a, y).text(), "⟨g⟩ · ⟨y⟩ · (1 - ⟨y⟩)");
        assert_eq!((-a).exp().text(), "e^(-⟨0⟩)");
    }

    #[test]
    fn the_constants_of_an_op_are_numbers() {
        let [x, y, g] = ["0", "y", "g"].map(Blank::of);
        assert_eq!(Pow(3.0).value(x).text(), "⟨0⟩³");
        assert_eq!(Pow(3.0).flow(g, x, y).text(), "3 · ⟨g⟩ · ⟨0⟩²");
    }

    #[test]
    fn more_than_six_terms_are_not_written_out() {
        assert_eq!(Blank::terms(0, 2).map(|terms| Blank::sum(terms).text()).as_deref(), Some("⟨0:0⟩ + ⟨0:1⟩"));
        assert!(Blank::terms(0, 7).is_none() && Blank::terms(0, 0).is_none());
    }
}
