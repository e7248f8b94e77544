//! A number of ours beside another one, with the band that ours should be in, and the origin of the other.

use crate::output::room;
use gradus_view::text::width;
use std::fmt;

/// The origin of the number beside ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A source prints it, at this id: `SOURCES.md` has all numbers that the sources print.
    Printed(&'static str),
    /// We ran the source's program of this id, or a faithful version of it; the source prints no result of it.
    Rerun(&'static str),
    /// Mathematics gives it: a closed form, an identity, a count, the root of an equation.
    Theory,
    /// An expectation of ours, or an earlier run of a program of ours.
    Ours,
}

impl Origin {
    /// The names of the kinds, in the order in which they are counted.
    pub const KINDS: [&str; 4] = ["printed", "rerun", "theory", "ours"];

    /// One of [`Origin::KINDS`].
    pub fn kind(self) -> &'static str {
        match self {
            Origin::Printed(_) => "printed",
            Origin::Rerun(_) => "rerun",
            Origin::Theory => "theory",
            Origin::Ours => "ours",
        }
    }
}

/// As in a table: `printed N2`, `rerun P9`, `theory`, `ours`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Origin::Printed(id) | Origin::Rerun(id) => f.pad(&format!("{} {id}", self.kind())),
            Origin::Theory | Origin::Ours => f.pad(self.kind()),
        }
    }
}

/// One number of ours beside another.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What is measured.
    pub name: &'static str,
    /// Our result.
    pub ours: f64,
    /// The origin of the other number.
    pub from: Origin,
    /// The other number, in words.
    pub other: &'static str,
    /// The band: from here,
    pub low: f64,
    /// to here.
    pub high: f64,
}

impl Comparison {
    /// Whether ours is in the band.
    pub fn holds(&self) -> bool {
        (self.low..=self.high).contains(&self.ours)
    }

    /// Ours, as it is printed.
    pub fn ours(&self) -> String {
        match self.ours.abs() {
            size if self.ours == self.ours.trunc() && size < 1e9 => format!("{}", self.ours),
            size if size >= 1e-3 => format!("{:.4}", self.ours),
            _ => format!("{:.2e}", self.ours),
        }
    }

    /// The band, as it is printed.
    pub fn band(&self) -> String {
        let number = |x: f64| if x.abs() >= 1e-3 || x == 0.0 { format!("{x}") } else { format!("{x:.1e}") };
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) if self.low == self.high => format!("exactly {}", number(self.low)),
            (true, true) => format!("{} to {}", number(self.low), number(self.high)),
            (true, false) => format!("at least {}", number(self.low)),
            _ => format!("at most {}", number(self.high)),
        }
    }

    /// Comparisons as the lines of a table, its heading first. Where there is no room for it, each number stands below its name.
    pub fn table(comparisons: &[Comparison]) -> Vec<String> {
        let table = Comparison::wide_table(comparisons);
        if room().is_none_or(|room| table.iter().all(|line| width(line) <= room)) {
            return table;
        }
        let mut lines = vec![format!("  {:>10}  {:24}  {:11}  beside it", "ours", "band", "from")];
        for comparison in comparisons {
            lines.push(format!("  {}", comparison.name));
            lines.push(format!("  {}", comparison.cells()));
        }
        lines
    }

    fn wide_table(comparisons: &[Comparison]) -> Vec<String> {
        let width = comparisons.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).max(4);
        let mut lines = vec![format!("  {:width$}  {:>10}  {:24}  {:11}  beside it", "", "ours", "band", "from")];
        lines.extend(
            comparisons.iter().map(|comparison| format!("  {:width$}  {}", comparison.name, comparison.cells())),
        );
        lines
    }

    /// What stands behind the name.
    fn cells(&self) -> String {
        let outside = if self.holds() { "" } else { "   <- outside the band" };
        let Comparison { from, other, .. } = self;
        format!("{:>10}  {:24}  {from:11}  {other}{outside}", self.ours(), self.band())
    }

    /// The count of numbers of each kind of origin: "4 printed, 2 rerun, 3 theory, 1 ours".
    pub fn tally<'c>(comparisons: impl Iterator<Item = &'c Comparison> + Clone) -> String {
        let of = |kind| comparisons.clone().filter(|comparison| comparison.from.kind() == kind).count();
        Origin::KINDS.map(|kind| format!("{} {kind}", of(kind))).join(", ")
    }
}
