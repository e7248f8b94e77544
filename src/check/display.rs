//! How a report prints: the verdict in one line, a table with a line for each input, then the diagnosis. There are three forms: with colours,
//! without, and for snapshots.

use super::alone::meanings;
use super::number::{apart, digits, error, percent, stable_error};
use super::report::{Entry, Report, Unsteady, Varying, Verdict, Worst};
use super::table::Table;
use super::witness::Witness;
use std::fmt;

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Verdict::Right => "right",
            Verdict::Kink => "right (kink)",
            Verdict::NoEffect => "no effect",
            Verdict::Wrong => "WRONG",
            Verdict::CannotTell => "cannot tell",
        })
    }
}

impl Entry {
    /// Its name in the table.
    fn label(&self) -> String {
        if self.order == 1 { self.name.clone() } else { format!("{}, order {}", self.name, self.order) }
    }

    /// Its worst element, as a program would write it, `x[0][1, 2]`; or its worst direction.
    pub(super) fn place(&self) -> String {
        match &self.worst {
            Some(worst) if self.by_directions => format!("{} along direction {}", self.name, worst.index[0]),
            Some(worst) if !worst.index.is_empty() => format!("{}{:?}", self.name, worst.index),
            _ => self.name.clone(),
        }
    }

    /// The verdict of each witness: the last columns of the table.
    fn verdicts(&self) -> Vec<(&'static str, String)> {
        match self.by_duals {
            Some(by_duals) => vec![
                ("by dual", by_duals.to_string()),
                ("by nudging", self.by_nudging.to_string()),
                ("verdict", self.verdict.to_string()),
            ],
            None => vec![("verdict", self.verdict.to_string())],
        }
    }
}

impl Report {
    /// The verdict in one sentence.
    pub fn headline(&self) -> String {
        if let Some(unsteady) = &self.unsteady {
            return format!("gradients cannot be checked: {unsteady}");
        }
        let with = |verdict| self.entries.iter().filter(|entry| entry.verdict == verdict).collect::<Vec<&Entry>>();
        match (&with(Verdict::Wrong)[..], &with(Verdict::CannotTell)[..]) {
            ([], []) => self.headline_if_right(),
            ([], undecided) => headline_if_undecided(undecided),
            (wrong, _) => headline_if_wrong(wrong),
        }
    }

    fn headline_if_right(&self) -> String {
        let checked: usize = self.entries.iter().map(|entry| entry.checked).sum();
        let total: usize = self.entries.iter().map(|entry| entry.shape.size()).sum();
        let confirmed = |verdict: &dyn Fn(&Entry) -> Option<Verdict>| {
            let is_confirmed = |verdict| !matches!(verdict, Verdict::Wrong | Verdict::CannotTell);
            self.entries.iter().all(|entry| verdict(entry).is_some_and(is_confirmed))
        };
        // Nudging the program or, where that was not enough, each op alone.
        let by_nudging = |entry: &Entry| if entry.by_ops > 0 { entry.verdict } else { entry.by_nudging };
        let witnesses = match (confirmed(&|entry| entry.by_duals), confirmed(&|entry| Some(by_nudging(entry)))) {
            (true, true) if !self.entries.is_empty() => "dual numbers and finite differences",
            (true, false) => "dual numbers, if not all with finite differences,",
            (false, false) => "one of two witnesses",
            _ => "finite differences",
        };
        let by_ops: usize = self.entries.iter().map(|entry| entry.by_ops).sum();
        let witnesses = match by_ops {
            0 => witnesses.to_owned(),
            _ => {
                format!("{witnesses}, {by_ops} of them op by op because their slopes could not be measured otherwise,")
            }
        };
        let agree = format!("agree with {witnesses} to a relative {}", error(self.tolerance));
        match self.directions {
            Some(directions) => {
                let inputs = self.entries.iter().filter(|entry| entry.order == 1).count();
                format!(
                    "gradients right along {directions} random directions through each of {inputs} inputs with {total} elements: \
                     they {agree}"
                )
            }
            None if checked == total => format!("gradients right: all {total} elements {agree}"),
            None => format!("gradients right: {checked} sampled of {total} elements {agree}"),
        }
    }

    /// The report in a form that is the same on every machine, for snapshots: it leaves out rounding noise.
    pub fn snapshot(&self) -> String {
        let mut table = Table::default();
        for entry in &self.entries {
            let worst = entry.worst.as_ref().map_or("-".into(), |worst| {
                let error = stable_error(worst.relative_error, self.tolerance);
                let (reverse, numeric) = apart(worst.reverse, worst.numeric);
                match entry.verdict {
                    Verdict::Wrong => format!("{:?}: {reverse} for {numeric}, {error}", worst.index),
                    // The measured slope is noise.
                    Verdict::CannotTell => format!("{:?}: {reverse}", worst.index),
                    _ => error,
                }
            });
            let mut cells = vec![
                ("input", entry.label()),
                ("shape", entry.shape.to_string()),
                (if entry.by_directions { ">directions" } else { ">checked" }, entry.checked.to_string()),
                (">largest", if entry.flows { digits(entry.largest_gradient) } else { "-".into() }),
                ("worst", worst),
                (">zeros", if entry.flows { percent(entry.zero_share) } else { "-".into() }),
            ];
            cells.extend(entry.verdicts());
            table.row(cells);
        }
        let mut lines = vec![match () {
            _ if self.unsteady.is_some() => {
                "gradients cannot be checked: two runs on the same numbers differ".to_owned()
            }
            _ if self.passed() => "gradients right".to_owned(),
            _ if self.wrong() => "gradients WRONG".to_owned(),
            _ => "gradients: cannot tell".to_owned(),
        }];
        lines.extend(table.lines());
        let undecided = self.entries.iter().filter_map(|entry| Some((entry, entry.doubt?)));
        lines.extend(undecided.map(|(entry, doubt)| format!("As for {}, nobody can tell: {doubt}.", entry.place())));
        lines.extend(meanings(&self.entries));
        lines.extend(self.diagnosis.iter().flat_map(|diagnosis| &diagnosis.findings).chain(&self.notes).cloned());
        lines.join("\n") + "\n"
    }

    fn table(&self) -> Vec<String> {
        let mut table = Table::default();
        for entry in &self.entries {
            let worst = |show: &dyn Fn(&Worst) -> String| entry.worst.as_ref().map_or("-".into(), show);
            let dual = |worst: &Worst| worst.dual.map_or("-".into(), digits);
            let mut cells = vec![
                ("input", entry.label()),
                ("shape", entry.shape.to_string()),
                (if entry.by_directions { ">directions" } else { ">checked" }, entry.checked.to_string()),
                ("worst at", worst(&|worst| format!("{:?}", worst.index))),
                (">reverse", if entry.flows { worst(&|worst| digits(worst.reverse)) } else { "-".into() }),
            ];
            cells.extend(entry.by_duals.map(|_| (">dual", worst(&dual))));
            cells.extend([
                (">nudging", worst(&|worst| digits(worst.numeric))),
                (">rel. error", worst(&|worst| error(worst.relative_error))),
                (">mean |diff|", error(entry.mean_absolute_difference)),
                (">zeros", if entry.flows { percent(entry.zero_share) } else { "-".into() }),
            ]);
            cells.extend(entry.verdicts());
            table.row(cells);
        }
        table.lines()
    }

    /// The report with colours for a terminal, if `coloured`.
    ///
    /// ```
    /// use std::io::IsTerminal;
    /// let report = gradus::check::gradients(|x| x[0].tanh(), &[0.5]);
    /// println!("{}", report.coloured(std::io::stdout().is_terminal()));
    /// ```
    pub fn coloured(&self, coloured: bool) -> Coloured<'_> {
        Coloured { report: self, coloured }
    }
}

impl fmt::Display for Unsteady {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let by = match self.difference.is_nan() {
            true => "in how many numbers they give".to_owned(),
            false => format!("by {}", error(self.difference)),
        };
        match self.what {
            Varying::Result => write!(
                f,
                "two runs of the program on the same numbers differ {by}; draw its random numbers from a generator that is seeded \
                 inside the program"
            ),
            Varying::Gradient => write!(
                f,
                "two runs of the program on the same numbers have the same result, but their gradients differ {by}; a vjp draws \
                 random numbers, or keeps something from one run to the next"
            ),
            Varying::Duals => write!(
                f,
                "two runs of the program on the same dual numbers differ {by}; draw its random numbers from a generator that is \
                 seeded inside the program"
            ),
            Varying::Later => write!(
                f,
                "after the check the program has another result than before, on the same numbers: they differ {by}; it keeps something \
                 from one run to the next, such as a counter, a cache or a generator of random numbers"
            ),
        }
    }
}

fn headline_if_undecided(undecided: &[&Entry]) -> String {
    let names: Vec<&str> = undecided.iter().map(|entry| entry.name.as_str()).collect();
    let (count, checked) = undecided.iter().fold((0, 0), |sum, entry| (sum.0 + entry.undecided, sum.1 + entry.checked));
    let first = undecided[0];
    let claimed = first
        .worst
        .as_ref()
        .map_or(String::new(), |worst| format!(", which is {} by the reverse pass", digits(worst.reverse)));
    let reason = first.doubt.map_or(String::new(), |doubt| format!(", because {doubt}"));
    let advice = match first.by_duals {
        None => "check at another point, or with dual numbers",
        Some(_) => "check at another point",
    };
    let kind = if first.by_directions { "directions" } else { "elements" };
    format!(
        "cannot tell whether the gradients are right for {}: {count} of {checked} {kind}; at {}{claimed}{reason}; {advice}",
        names.join(", "),
        first.place()
    )
}

fn headline_if_wrong(wrong: &[&Entry]) -> String {
    let first = wrong[0];
    let kind = if first.by_directions { "directions" } else { "elements" };
    let names: Vec<&str> = wrong.iter().map(|entry| entry.name.as_str()).collect();
    let (wrong, checked) = wrong.iter().fold((0, 0), |sum, entry| (sum.0 + entry.wrong, sum.1 + entry.checked));
    let place = first.worst.as_ref().map_or(String::new(), |worst| {
        let (reverse, numeric) = apart(worst.reverse, worst.numeric);
        let reverse = if first.flows { reverse } else { "no gradient".into() };
        let dual = match (first.alone, worst.dual) {
            (Some(Witness::Reverse), Some(_)) => "dual numbers and nudging say ".into(),
            (_, Some(dual)) => format!("dual numbers say {}, nudging says ", apart(dual, worst.reverse).0),
            (_, None) => "nudging says ".to_owned(),
        };
        format!("; at {} the reverse pass says {reverse}, {dual}{numeric}", first.place())
    });
    format!("gradients WRONG for {}: {wrong} of {checked} {kind} checked{place}", names.join(", "))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.coloured(false).fmt(f)
    }
}

/// A report that prints with colours; made by [`Report::coloured`].
#[derive(Debug)]
#[must_use = "it prints where it is formatted"]
pub struct Coloured<'r> {
    report: &'r Report,
    coloured: bool,
}

impl fmt::Display for Coloured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        // Green for right, red for wrong, yellow for cannot tell.
        let paint = |line: &str, colour: u8| match self.coloured {
            false => line.to_owned(),
            true => format!("\x1b[{colour}m{line}\x1b[0m"),
        };
        let report = self.report;
        let colour = match () {
            _ if report.passed() => 32,
            _ if report.wrong() => 31,
            _ => 33,
        };
        writeln!(f, "{}", paint(&report.headline(), colour))?;
        let mut table = report.table().into_iter();
        if let Some(headings) = table.next().filter(|headings| !headings.is_empty()) {
            writeln!(f, "  {headings}")?;
        }
        for (entry, line) in report.entries.iter().zip(table) {
            let colour = match entry.verdict {
                Verdict::Wrong => 31,
                Verdict::CannotTell => 33,
                _ => 32,
            };
            writeln!(f, "  {}", paint(&line, colour))?;
        }
        let mut paragraphs = meanings(&report.entries);
        paragraphs.extend(report.diagnosis.as_ref().map(ToString::to_string));
        paragraphs.extend(report.notes.iter().map(|note| format!("note: {note}")));
        for paragraph in paragraphs {
            writeln!(f)?;
            for line in paragraph.lines() {
                write_wrapped(f, line)?;
            }
        }
        Ok(())
    }
}

/// Writes a line, or several where it is long; those after the first are indented.
fn write_wrapped(f: &mut fmt::Formatter, mut line: &str) -> fmt::Result {
    const WIDTH: usize = 110;
    let mut indent = "  ";
    while let Some((beyond, _)) = line.char_indices().nth(WIDTH) {
        let Some(space) = line[..beyond].rfind(' ') else { break };
        writeln!(f, "{indent}{}", line[..space].trim_end())?;
        line = &line[space + 1..];
        indent = "    ";
    }
    writeln!(f, "{indent}{line}")
}
