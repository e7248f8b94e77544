//! The checks that one can buy. Each looks at a suspect from outside and says what it found, and whether something is wrong.

use super::suspect::{Arrays, Suspect};
use gradus::check::{Check, Report};

/// A check, by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// One step: does the loss fall?
    Step,
    /// The mean difference to nudging, as source G checks.
    Mean,
    /// The gradient checker, element by element, at the start.
    Checker,
    /// A loss that is known beforehand.
    Known,
    /// The gradient checker where training ends.
    Elsewhere,
}

/// What a probe found.
pub struct Finding {
    pub wrong: bool,
    pub text: String,
}

impl Probe {
    pub const ALL: [Probe; 5] = [Probe::Step, Probe::Mean, Probe::Checker, Probe::Known, Probe::Elsewhere];

    /// What it costs, in coins.
    pub fn price(self) -> u32 {
        match self {
            Probe::Step | Probe::Mean => 1,
            Probe::Checker | Probe::Known => 2,
            Probe::Elsewhere => 3,
        }
    }

    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Probe::Step => "step",
            Probe::Mean => "mean",
            Probe::Checker => "checker",
            Probe::Known => "known",
            Probe::Elsewhere => "trained",
        }
    }

    /// A line for the shop's window.
    pub fn offer(self) -> &'static str {
        match self {
            Probe::Step => "one step: what it promises, rate x |g|², and what the loss does",
            Probe::Mean => "the mean of |gradient - nudging|, as source G checks; below 1e-7 counts as right",
            Probe::Checker => "the gradient checker at the start: a relative error for each element",
            Probe::Known => "a loss that is known beforehand, compared with what the program says",
            Probe::Elsewhere => "the gradient checker again, where the training has ended",
        }
    }

    /// Looks at a suspect.
    pub fn look(self, suspect: &Suspect, trained: &Arrays, seed: u64) -> Finding {
        match self {
            Probe::Step => step(suspect),
            Probe::Mean => mean(suspect, seed),
            Probe::Checker => checker(suspect, &suspect.start, seed),
            Probe::Known => known(suspect),
            Probe::Elsewhere => checker(suspect, trained, seed),
        }
    }
}

// ANCHOR: step
/// A short step against the gradient changes the loss by about -rate |g|². Only the direction is judged: a long step may bend away.
fn step(suspect: &Suspect) -> Finding {
    let square: f64 = (suspect.gradient)(&suspect.start).iter().map(|g| g.mapv(|g| g * g).sum()).sum();
    let promised = -suspect.rate * square;
    let measured = (suspect.loss)(&suspect.step(&suspect.start)) - (suspect.loss)(&suspect.start);
    let text = format!("promised {promised:+.2e}, measured {measured:+.2e}");
    Finding { wrong: promised * measured < 0.0, text }
}
// ANCHOR_END: step

/// Elements that are looked at in each array.
const ELEMENTS: usize = 60;

fn compare(check: Check, suspect: &Suspect, at: &Arrays, seed: u64) -> Report {
    let check = check.names(suspect.names.iter().copied()).sample(ELEMENTS).seed(seed);
    check.by_hand(|x| (suspect.loss)(x), at, &(suspect.gradient)(at))
}

fn mean(suspect: &Suspect, seed: u64) -> Finding {
    let report = compare(Check::new().fixed_step(1e-4), suspect, &suspect.start, seed);
    let worst = report.entries.iter().max_by(|a, b| a.mean_absolute_difference.total_cmp(&b.mean_absolute_difference));
    let (name, mean) = worst.map_or(("", 0.0), |entry| (&entry.name[..], entry.mean_absolute_difference));
    Finding { wrong: mean.is_nan() || mean > 1e-7, text: format!("{mean:.1e} for {name}") }
}

fn checker(suspect: &Suspect, at: &Arrays, seed: u64) -> Finding {
    let report = compare(Check::new(), suspect, at, seed);
    let finding = report.diagnosis.as_ref().and_then(|diagnosis| diagnosis.findings.first());
    let text = [report.headline()].iter().chain(finding).map(|line| line.trim()).collect::<Vec<_>>().join("\n");
    Finding { wrong: !report.passed(), text }
}

fn known(suspect: &Suspect) -> Finding {
    let known = &suspect.known;
    let near = (known.got - known.expected).abs() <= 1e-9 * known.expected.abs().max(1.0);
    Finding { wrong: !near, text: format!("{}: {:.5}; the program says {:.9}", known.what, known.expected, known.got) }
}
