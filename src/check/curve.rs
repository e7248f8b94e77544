//! The V-curve: the error of one element's slope against the step, from coarse to fine. A right gradient gives a V: truncation falls on the left,
//! rounding rises on the right, and between them the error is tiny. A wrong gradient gives a floor that no step gets below.

use super::measure::Probe;
use super::number::error;
use std::fmt;

/// The difference of nudging and the reverse pass at one element, for steps from 1e-1 down to 1e-11.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Curve {
    /// For each step: the step, the slope by nudging, and its relative difference from the reverse pass.
    pub points: Vec<(f64, f64, f64)>,
    /// The form of the curve.
    pub form: Form,
}

/// The forms of a V-curve.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Form {
    /// It goes down to the tolerance: the gradient is right, and the other steps are too coarse or too fine.
    Valley {
        /// The smallest difference.
        lowest: f64,
    },
    /// It stays at one height for finer and finer steps: the gradient is wrong.
    Flat {
        /// The height.
        height: f64,
    },
    /// The slope grows without bound as the step shrinks: the result jumps here.
    Jump,
    /// None of these.
    Irregular,
}

impl Curve {
    /// Takes the curve of one element.
    pub(super) fn of(probe: &mut Probe, argument: usize, element: usize, reverse: f64, tolerance: f64) -> Curve {
        let scale = probe.function.point(argument)[element].abs().max(1.0);
        let (mut points, mut trusted) = (Vec::<(f64, f64, f64)>::new(), Vec::new());
        for exponent in 1..=11 {
            let step = 10.0_f64.powi(-exponent);
            let slope = probe.central(argument, element, step * scale);
            let (difference, size) = ((slope.value - reverse).abs(), slope.value.abs().max(reverse.abs()));
            let relative = if difference == 0.0 { 0.0 } else { difference / size };
            points.push((step, slope.value, relative));
            // The height says nothing if rounding could explain the difference, or has swallowed the nudge.
            let swallowed = slope.value == 0.0 && points[0].1 != 0.0;
            trusted.push(if slope.noise < 0.2 * difference && !swallowed { relative } else { f64::NAN });
        }
        let lowest = points.iter().map(|&(_, _, relative)| relative).fold(f64::INFINITY, f64::min);
        let level = |run: &&[f64]| run.iter().all(|&height| height > 0.8 * run[0] && height < 1.25 * run[0]);
        // Coarse steps across a kink are level, too: only the lowest level counts, and only if nothing lies far below it.
        let undercut = |height: f64| trusted.iter().any(|&other| other < 0.5 * height);
        let flat = trusted.windows(3).filter(level).find(|run| !undercut(run[2]));
        let grows = (3..8).all(|k| points[k + 1].1.abs() > 5.0 * points[k].1.abs() && points[k].1 != 0.0);
        let form = match () {
            _ if grows => Form::Jump,
            _ if lowest <= tolerance => Form::Valley { lowest },
            _ => flat.map_or(Form::Irregular, |run| Form::Flat { height: run[2] }),
        };
        Curve { points, form }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Form::Valley { lowest } => write!(
                f,
                "With the best step the difference is {}: at this element the gradient agrees, and other steps are too \
                 coarse or too fine.",
                error(*lowest)
            ),
            Form::Flat { height } => write!(
                f,
                "The difference stays at {} however fine the step: this is not the error of the measurement, the gradient \
                 is wrong.",
                error(*height)
            ),
            Form::Jump => f.write_str(
                "The slope grows without bound as the step shrinks: the result jumps at this element, and there is no derivative.",
            ),
            Form::Irregular => f.write_str(
                "The difference follows no line: a kink close by, randomness in the program, or much rounding.",
            ),
        }
    }
}

/// The curve as a plot in text: a line for every second step, and a mark at the decade of the difference.
impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        const LOWEST: f64 = -12.0;
        writeln!(f, "step   difference  1e-12       1e-6         1")?;
        for &(step, _, relative) in self.points.iter().step_by(2) {
            let decade = relative.log10().clamp(LOWEST, 0.0) - LOWEST;
            let place = if decade.is_nan() { 0 } else { (2.0 * decade).round() as usize };
            writeln!(f, "{step:<5.0e}  {:<10}  {}o", error(relative), ".".repeat(place))?;
        }
        write!(f, "{}", self.form)
    }
}
