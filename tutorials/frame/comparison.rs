//! A number of ours beside the source's, with the band that ours should lie in.

/// One number of ours beside the source's.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What is measured.
    pub name: &'static str,
    /// What came out here.
    pub ours: f64,
    /// What the source says, in its words.
    pub source: &'static str,
    /// The band: from here,
    pub low: f64,
    /// to here.
    pub high: f64,
}

impl Comparison {
    /// Whether ours lies in the band.
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

    /// Comparisons as the lines of a table, its heading first.
    pub fn table(comparisons: &[Comparison]) -> Vec<String> {
        let width = comparisons.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).max(4);
        let mut lines = vec![format!("  {:width$}  {:>10}  {:24}  source", "", "ours", "band")];
        lines.extend(comparisons.iter().map(|comparison| {
            let outside = if comparison.holds() { "" } else { "   <- outside the band" };
            let Comparison { name, source, .. } = comparison;
            format!("  {name:width$}  {:>10}  {:24}  {source}{outside}", comparison.ours(), comparison.band())
        }));
        lines
    }
}
