//! Where the time of a program goes: op by op, for as long as somebody asked for it.

use std::fmt;
use std::time::{Duration, Instant};

/// A part of a training step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Phase {
    /// Numbers enter the tape: a batch is gathered.
    Input,
    /// The learner's own computation.
    Forward,
    /// Backward passes.
    Backward,
    /// Optimizers change parameters.
    Update,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Phase::Input => "input",
            Phase::Forward => "forward",
            Phase::Backward => "backward",
            Phase::Update => "update",
        })
    }
}

/// What one kind of op did in one phase.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProfileRow {
    /// The phase.
    pub phase: Phase,
    /// The op's name.
    pub op: &'static str,
    /// How often it ran.
    pub calls: u64,
    /// How long its kernels took, all calls together.
    pub time: Duration,
    /// How many bytes it read and wrote, counting each operand and each result once.
    pub bytes: u64,
    /// How many additions and multiplications it did (see [`Op::flops`](crate::Op::flops)).
    pub flops: u64,
}

/// What a tape's kernels did since [`Tape::start_profile`](crate::Tape::start_profile). Printed, it is a table, the slowest row first.
#[derive(Clone, Debug)]
pub struct Profile {
    rows: Vec<ProfileRow>,
    started: Instant,
    /// The time from the start to when the profile was asked for.
    elapsed: Duration,
}

impl Profile {
    pub(crate) fn start() -> Self {
        Profile { rows: Vec::new(), started: Instant::now(), elapsed: Duration::ZERO }
    }

    pub(crate) fn note(&mut self, phase: Phase, op: &'static str, time: Duration, bytes: u64, flops: u64) {
        let known = self.rows.iter().position(|row| (row.phase, row.op) == (phase, op));
        let place = known.unwrap_or_else(|| {
            self.rows.push(ProfileRow { phase, op, calls: 0, time: Duration::ZERO, bytes: 0, flops: 0 });
            self.rows.len() - 1
        });
        let row = &mut self.rows[place];
        row.calls += 1;
        row.time += time;
        row.bytes += bytes;
        row.flops += flops;
    }

    /// What was measured up to now.
    pub(crate) fn until_now(&self) -> Profile {
        let mut profile = Profile { elapsed: self.started.elapsed(), ..self.clone() };
        profile.rows.sort_by_key(|row| std::cmp::Reverse(row.time));
        profile
    }

    /// One row for each op and phase, the slowest first.
    pub fn rows(&self) -> &[ProfileRow] {
        &self.rows
    }

    /// The time since the profile was started, kernels or not.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// How long the kernels of one phase took.
    pub fn time_in(&self, phase: Phase) -> Duration {
        self.rows.iter().filter(|row| row.phase == phase).map(|row| row.time).sum()
    }

    /// The time that no kernel took: recording, walking back, and the program itself.
    pub fn outside_of_kernels(&self) -> Duration {
        self.elapsed.saturating_sub(self.rows.iter().map(|row| row.time).sum())
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let share = |time: Duration| 100.0 * time.as_secs_f64() / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        writeln!(f, "phase     op                          calls        us      %   us/call    GB/s  GFLOP/s")?;
        for row in &self.rows {
            let seconds = row.time.as_secs_f64().max(f64::MIN_POSITIVE);
            writeln!(
                f,
                "{:9} {:24} {:>8} {:>9.0} {:>6.1} {:>9.2} {:>7.1} {:>8.1}",
                row.phase,
                row.op,
                row.calls,
                micros(row.time),
                share(row.time),
                micros(row.time) / row.calls as f64,
                row.bytes as f64 / seconds / 1e9,
                row.flops as f64 / seconds / 1e9,
            )?;
        }
        let rest = self.outside_of_kernels();
        write!(f, "{:43} {:>9.0} {:>6.1}", "recording, and outside of the tape", micros(rest), share(rest))
    }
}
