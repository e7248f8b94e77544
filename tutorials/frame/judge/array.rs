//! Compares numbers: where they differ most, by how much, a map of the errors, and whether the difference has a pattern.

use gradus::check::Check;
use ndarray::{Array, ArrayD, ArrayRef, Dimension, IxDyn};

/// A number, or numbers of any shape.
pub trait Numbers {
    /// As an array.
    fn into_array(self) -> ArrayD<f64>;
}

impl Numbers for f64 {
    fn into_array(self) -> ArrayD<f64> {
        ndarray::arr0(self).into_dyn()
    }
}

impl Numbers for usize {
    fn into_array(self) -> ArrayD<f64> {
        (self as f64).into_array()
    }
}

impl Numbers for Vec<f64> {
    fn into_array(self) -> ArrayD<f64> {
        Array::from(self).into_dyn()
    }
}

impl<const N: usize> Numbers for [f64; N] {
    fn into_array(self) -> ArrayD<f64> {
        self.to_vec().into_array()
    }
}

impl<D: Dimension> Numbers for Array<f64, D> {
    fn into_array(self) -> ArrayD<f64> {
        self.into_dyn()
    }
}

impl<D: Dimension> Numbers for &Array<f64, D> {
    fn into_array(self) -> ArrayD<f64> {
        self.to_owned().into_dyn()
    }
}

/// Several arrays, concatenated to one row.
impl Numbers for &[ArrayD<f64>] {
    fn into_array(self) -> ArrayD<f64> {
        self.iter().flatten().copied().collect::<Vec<f64>>().into_array()
    }
}

impl<const N: usize> Numbers for [ArrayD<f64>; N] {
    fn into_array(self) -> ArrayD<f64> {
        self[..].into_array()
    }
}

/// The expected numbers, and those that the answer gave.
pub struct Comparison<'a> {
    pub expected: &'a ArrayD<f64>,
    pub got: &'a ArrayD<f64>,
    /// The largest relative error that counts as right.
    pub tolerance: f64,
}

/// Maximum number of rows, and of columns, of an array that are shown.
const ROWS: usize = 8;
const COLUMNS: usize = 8;

impl Comparison<'_> {
    pub fn holds(&self) -> bool {
        self.same_shape() && self.expected.iter().zip(self.got).all(|(&e, &g)| self.right(e, g))
    }

    /// Both as text, with enough digits to show the difference.
    pub fn both(&self) -> (String, String) {
        let both = |digits| (text(self.expected, digits), text(self.got, digits));
        let both = [5, 8, 12].map(both).into_iter().find(|(e, g)| e != g);
        both.unwrap_or_else(|| (text(self.expected, 17), text(self.got, 17)))
    }

    /// The details of a difference, for the learner.
    pub fn details(&self) -> Vec<String> {
        if !self.same_shape() {
            let shapes = format!("shape     {:?} was expected, {:?} came", self.expected.shape(), self.got.shape());
            return vec![shapes];
        }
        let mut details = Vec::new();
        let errors: Vec<f64> = self.expected.iter().zip(self.got).map(|(&e, &g)| self.error(e, g)).collect();
        let worst = (0..errors.len()).max_by(|&a, &b| errors[a].total_cmp(&errors[b])).unwrap_or(0);
        let (expected, got) = (self.expected.iter().nth(worst), self.got.iter().nth(worst));
        let (Some(&expected), Some(&got)) = (expected, got) else { return details };
        match errors.len() {
            1 => details.push(format!("error     relative {}", digits(errors[worst], 2))),
            _ => {
                let wrong = errors.iter().filter(|&&error| error > 0.0).count();
                details.push(format!("error     {wrong} of {} elements are wrong", errors.len()));
                let index = index_of(worst, self.expected.shape());
                let numbers = [expected, got].map(|x| digits(x, 5));
                details.push(format!(
                    "worst     at {index:?}: {} was expected, {} came, a relative error of {}",
                    numbers[0],
                    numbers[1],
                    digits(errors[worst], 2)
                ));
                details.extend(heat_map(&errors, self.expected.shape()));
            }
        }
        details
    }

    /// The probable mistake, if the difference has a pattern.
    pub fn diagnosis(&self) -> Option<String> {
        if self.same_shape() {
            return self.pattern();
        }
        let turned = self.got.ndim() == 2 && self.expected.shape() == self.got.t().shape();
        let turned = turned && Comparison { got: &self.got.t().to_owned(), ..*self }.holds();
        turned.then(|| "The numbers are right, and rows and columns are exchanged.".to_owned())
    }

    fn same_shape(&self) -> bool {
        self.expected.shape() == self.got.shape()
    }

    fn right(&self, expected: f64, got: f64) -> bool {
        self.error(expected, got) == 0.0
    }

    /// |expected - got| over the larger of the two, or 0 within the tolerance. Beside large elements, a small one has their rounding error.
    fn error(&self, expected: f64, got: f64) -> f64 {
        let difference = (expected - got).abs();
        let size = expected.abs().max(got.abs());
        let largest = self.expected.iter().filter(|x| x.is_finite()).fold(1.0_f64, |largest, x| largest.max(x.abs()));
        match difference {
            _ if expected == got => 0.0,
            _ if !difference.is_finite() => f64::INFINITY,
            _ if difference <= self.tolerance * size + 1e-13 * largest => 0.0,
            _ => difference / size,
        }
    }

    /// The checker's guess at the mistake. The gradient of Σ expected · x is `expected`, so the answer can be checked as a claimed gradient.
    fn pattern(&self) -> Option<String> {
        const TOO_MANY: usize = 400;
        // Zeros have no ratio to anything.
        let is_zero = self.expected.iter().all(|&x| x == 0.0);
        if is_zero || self.got.is_empty() || self.got.len() > TOO_MANY {
            return None;
        }
        let sum = |x: &[ArrayD<f64>]| (self.expected * &x[0]).sum();
        let check = Check::new().tolerance(self.tolerance.max(1e-7)).names(["it"]);
        let report = check.by_hand(sum, &[&ArrayD::<f64>::zeros(self.got.raw_dim())], &[self.got]);
        let finding = report.diagnosis?.findings.into_iter().next()?;
        let finding = finding.strip_prefix("As for it: ")?.to_owned();
        // A message without a pattern does not help.
        (!finding.contains("fits no pattern")).then(|| finding.replace("the gradient", "it"))
    }
}

/// A map of the errors, with one sign for each element or block of elements.
fn heat_map(errors: &[f64], shape: &[usize]) -> Vec<String> {
    let columns = shape.last().copied().unwrap_or(1).max(1);
    let rows = errors.len() / columns;
    if errors.len() < 4 {
        return Vec::new();
    }
    // At most 12 by 32 signs; each stands for the worst of its block.
    let (height, width) = (rows.div_ceil(12).max(1), columns.div_ceil(32).max(1));
    let mut lines = Vec::new();
    for top in (0..rows).step_by(height) {
        let sign = |left: usize| {
            let block = (top..rows.min(top + height))
                .flat_map(|row| errors[row * columns + left..row * columns + columns.min(left + width)].iter());
            shade(block.fold(0.0, |worst, &error| error.max(worst)))
        };
        let signs: Vec<&str> = (0..columns).step_by(width).map(sign).collect();
        let label = if top == 0 { "map     " } else { "        " };
        lines.push(format!("{label}  {}", signs.join(" ")));
    }
    lines.push("          · right   ░ off by up to 1%   ▒ up to 30%   █ more".to_owned());
    lines
}

fn shade(error: f64) -> &'static str {
    ["·", "░", "▒", "█"][[0.0, 0.01, 0.3].iter().filter(|&&limit| error > limit).count()]
}

/// The index of the element at a place in row-major order.
fn index_of(mut place: usize, shape: &[usize]) -> Vec<usize> {
    let mut index: Vec<usize> = shape.iter().rev().map(|&length| (place % length, place /= length).0).collect();
    index.reverse();
    index
}

/// An array as text, row by row; only a part of a large one.
fn text(array: &ArrayRef<f64, IxDyn>, places: usize) -> String {
    let list = |numbers: Vec<f64>| {
        let shown: Vec<String> = numbers.iter().take(COLUMNS).map(|&x| digits(x, places)).collect();
        let more = if numbers.len() > COLUMNS { ", …" } else { "" };
        format!("[{}{more}]", shown.join(", "))
    };
    match array.ndim() {
        0 => digits(array.iter().next().copied().unwrap_or(f64::NAN), places),
        1 => list(array.iter().copied().collect()),
        _ => {
            let rows: Vec<String> = array.rows().into_iter().take(ROWS).map(|row| list(row.to_vec())).collect();
            let more = if array.rows().into_iter().len() > ROWS { ", …" } else { "" };
            format!("[{}{more}]", rows.join(",\n             "))
        }
    }
}

/// A number with `places` significant digits: `0.12346`, `1.2346e-9`.
fn digits(x: f64, places: usize) -> String {
    let rounded: f64 = format!("{x:.*e}", places - 1).parse().unwrap_or(x);
    let plain = rounded == 0.0 || !rounded.is_finite() || (1e-4..1e6).contains(&rounded.abs());
    if plain { format!("{rounded}") } else { format!("{rounded:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_infinite_number_does_not_excuse_the_others() {
        let (expected, got) = ([f64::INFINITY, 1.0].into_array(), [f64::INFINITY, 1.001].into_array());
        assert!(!Comparison { expected: &expected, got: &got, tolerance: 1e-9 }.holds());
        assert!(Comparison { expected: &expected, got: &expected, tolerance: 1e-9 }.holds());
    }
}
