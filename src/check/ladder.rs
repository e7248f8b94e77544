//! Slopes over many steps, for an element whose gradient one central difference does not confirm. The one idea to know: **a slope is known only where
//! finer steps do not change it.** Whether a step is coarse or fine depends on the distance to the next pole, edge, bend or kink, which is not known
//! beforehand. So the steps go down a ladder until the slopes settle or drown in rounding.

use super::doubt::Doubt;
use super::measure::Probe;
use super::slope::{ROUNDINGS, Sides, Slope};

/// The slopes of one element for one step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rung {
    pub(super) step: f64,
    /// The slope by the central difference.
    pub(super) slope: Slope,
    pub(super) sides: Sides,
    /// Whether the nudges changed no result.
    pub(super) is_still: bool,
    /// The largest error of the slope that rounding inside the program can make; 0 if that is not known.
    inner_noise: f64,
}

/// The rungs for one element, from coarse to fine.
pub(super) struct Ladder {
    rungs: Vec<Rung>,
    /// Rungs with coarser steps than those, if the first rungs moved nothing.
    above: Vec<Rung>,
    x: f64,
    claimed: f64,
    /// Whether the result is a number where the gradient is taken.
    has_result: bool,
    /// Whether the function is a program of several ops, which can be tried alone if something looks wrong.
    can_be_proven: bool,
}

/// Ratio of each step to the next finer one. (With a power of 2, all steps would fall on the same places of a staircase.)
const RATIO: f64 = 3.7;
/// The coarsest step, in units of max(1, |x|).
const COARSEST: f64 = 0.087;
/// Number of rungs that are always tried, down to a step of 1e-9, unless rounding drowns the slopes before.
const USUAL: usize = 15;
/// Maximum number of rungs.
const MOST: usize = 60;
/// Maximum number of further rungs in units of |x|, where |x| is small.
const CLOSE: usize = 16;
/// Largest share of a difference that rounding may explain, if the difference is to prove a gradient wrong.
const EXPLAINED: f64 = 0.02;

impl Ladder {
    /// Measures one element, given its claimed gradient.
    pub(super) fn of(probe: &mut Probe, argument: usize, element: usize, claimed: f64) -> Ladder {
        let x = probe.function.point(argument)[element];
        let has_result = probe.stand_here(argument, element);
        let can_be_proven = probe.function.has_ops();
        let mut ladder = Ladder { rungs: Vec::new(), above: Vec::new(), x, claimed, has_result, can_be_proven };
        if !has_result {
            return ladder;
        }
        let mut step = COARSEST * x.abs().max(1.0);
        while ladder.rungs.len() < MOST && x + step != x && x - step != x {
            ladder.rungs.push(Rung::of(probe, argument, element, step));
            let enough = ladder.rungs.len() >= USUAL && ladder.has_settled();
            if enough || ladder.has_drowned() {
                break;
            }
            step /= RATIO;
        }
        // At 0 there may be a pole, an edge or a kink, so the distance to 0 sets a scale of steps, too.
        let (usual, finest) = (ladder.rungs.len(), ladder.rungs.last().map_or(0.0, |rung| rung.step));
        let mut step = x.abs() / RATIO;
        while ladder.rungs.len() < usual + CLOSE && x + step != x && x - step != x && step > 1e-7 * x.abs() {
            if step < finest {
                ladder.rungs.push(Rung::of(probe, argument, element, step));
            }
            step /= RATIO;
        }
        ladder.look_further_out(probe, argument, element);
        ladder
    }

    /// Whether the result is a number where the gradient is taken.
    pub(super) fn has_result(&self) -> bool {
        self.has_result
    }

    /// Whether a suspicion can be tested by trying the ops of the program one by one.
    pub(super) fn can_be_proven(&self) -> bool {
        self.can_be_proven
    }

    /// If small steps move nothing, tries larger ones, which tell a constant from a staircase.
    fn look_further_out(&mut self, probe: &mut Probe, argument: usize, element: usize) {
        let Some(still) = self.first_still() else { return };
        for k in still..3 {
            let step = self.rungs[0].step * RATIO.powi(k as i32 - still as i32 + 1);
            self.above.insert(0, Rung::of(probe, argument, element, step));
        }
    }

    /// The first rung from which on no step moves the result.
    fn first_still(&self) -> Option<usize> {
        let moving = self.rungs.iter().rposition(|rung| !rung.is_still);
        Some(moving.map_or(0, |last| last + 1)).filter(|&first| first < self.rungs.len())
    }

    /// Whether rounding is as large as the slopes on the last rungs, so that finer steps only make it worse.
    fn has_drowned(&self) -> bool {
        let drowned = |rung: &Rung| rung.slope.noise > 2.0 * rung.slope.value.abs().max(self.claimed.abs());
        self.rungs.len() > 4 && self.rungs[self.rungs.len() - 3..].iter().all(drowned)
    }

    /// Whether the slope has stopped changing from step to step.
    fn has_settled(&self) -> bool {
        let [.., a, b, c] = &self.rungs[..] else { return false };
        let size = c.slope.value.abs().max(self.claimed.abs());
        let moves = (b.slope.value - c.slope.value).abs();
        c.slope.noise <= 0.1 * size
            && moves <= (1e-8 * size).max(2.0 * c.slope.noise)
            && is_level([a, b, c], f64::INFINITY)
    }

    /// The most trustworthy slope: central differences, each pair also extrapolated to step 0 (Richardson), and of all these the one
    /// that agrees best with its neighbour.
    pub(super) fn best(&self) -> Slope {
        let unknown = Slope { value: f64::NAN, noise: f64::NAN, uncertainty: f64::NAN };
        let surest = self.slopes().into_iter().min_by(|a, b| a.uncertainty.total_cmp(&b.uncertainty));
        surest.unwrap_or(unknown)
    }

    /// All slopes, each with its uncertainty. At the edge of a domain, the slopes to the side where the function is defined.
    pub(super) fn slopes(&self) -> Vec<Slope> {
        let central = self.extrapolated(2, |rung| rung.slope.value);
        if self.rungs.iter().any(|rung| rung.slope.value.is_finite()) {
            return central;
        }
        let mut one_sided = self.extrapolated(1, |rung| rung.sides.right);
        one_sided.extend(self.extrapolated(1, |rung| rung.sides.left));
        one_sided
    }

    /// Slopes whose error goes with a power of the step, as measured and extrapolated: D(h) = f' + a hᵖ + ..., so with a finer step h/r
    /// f' ≈ D(h/r) + (D(h/r) - D(h)) / (rᵖ - 1).
    fn extrapolated(&self, power: i32, value: impl Fn(&Rung) -> f64) -> Vec<Slope> {
        let plain: Vec<Slope> = self.rungs.iter().map(|rung| Slope { value: value(rung), ..rung.slope }).collect();
        let steps: Vec<f64> = self.rungs.iter().map(|rung| rung.step).collect();
        let finer = |(pair, steps): (&[Slope], &[f64])| Slope {
            value: pair[1].value + (pair[1].value - pair[0].value) / ((steps[0] / steps[1]).powi(power) - 1.0),
            ..pair[1]
        };
        let extrapolated: Vec<Slope> = plain.windows(2).zip(steps.windows(2)).map(finer).collect();
        let doubted = |pair: &[Slope]| Slope {
            uncertainty: 2.0 * (pair[0].value - pair[1].value).abs() + pair[1].noise,
            ..pair[1]
        };
        let all = plain.windows(2).chain(extrapolated.windows(2)).map(doubted);
        all.filter(|slope| slope.value.is_finite() && slope.uncertainty.is_finite()).collect()
    }

    /// The slopes to both sides, if there is a kink at the element (or too close to tell) and the claimed gradient lies between them.
    pub(super) fn kink(&self) -> Option<Sides> {
        let gap = |rung: &Rung| rung.sides.high - rung.sides.low;
        let noise = |rung: &Rung| rung.sides.noise.max(rung.inner_noise);
        let doubt = |place: usize| {
            (gap(&self.rungs[place]) - gap(&self.rungs[place + 1])).abs() + noise(&self.rungs[place + 1])
        };
        let is_kink = |place: &usize| {
            let (far, near) = (gap(&self.rungs[*place]), gap(&self.rungs[*place + 1]));
            let same = |rung: &Rung| (0.5..=2.0).contains(&(gap(rung) / near)) || 20.0 * noise(rung) >= near;
            let stays = self.rungs[*place + 2..].iter().all(same);
            near > 0.5 * far && near < 2.0 * far && near > 10.0 * noise(&self.rungs[*place + 1]) && stays
        };
        let places = 0..self.rungs.len().saturating_sub(1);
        let clearest = places.filter(is_kink).min_by(|&a, &b| doubt(a).total_cmp(&doubt(b)))?;
        Some(self.rungs[clearest + 1].sides).filter(|sides| sides.contains(self.claimed))
    }

    /// A slope that several steps agree on, that contradicts the claimed gradient, and that finer steps confirm as far as rounding lets them; and
    /// whether it is proven, or only a suspicion.
    pub(super) fn firm(&self) -> Option<(Slope, bool)> {
        if self.is_staircase() {
            return None;
        }
        let contradicts = |start: usize, count: usize, close: f64| {
            let run = self.rungs.get(start..start + count)?;
            let gap = run.iter().map(|rung| self.distance(rung)).fold(f64::INFINITY, f64::min);
            let trusted =
                |rung: &Rung| rung.slope.value.is_finite() && self.noise(rung) <= EXPLAINED * self.distance(rung);
            let level = |three: &[Rung]| is_level([&three[0], &three[1], &three[2]], close * gap);
            let plateau = run[count - 1].slope;
            let confirms = |rung: &Rung| {
                let off = (rung.slope.value - plateau.value).abs();
                !rung.slope.value.is_finite() || off <= 0.5 * gap + 20.0 * self.noise(rung)
            };
            let all = run.iter().all(trusted) && run.windows(3).all(level);
            (all && self.rungs[start + count..].iter().all(confirms)).then_some(plateau)
        };
        // Steps must get below the distance of x from 0.
        let is_fine = |start: &usize| self.x == 0.0 || self.rungs[start + 3].step <= 0.25 * self.x.abs();
        let count = self.rungs.len();
        let mut sure = (0..count.saturating_sub(3)).rev().filter(is_fine);
        let mut suspected = (0..count.saturating_sub(2)).rev();
        let firm = sure.find_map(|start| contradicts(start, 4, 0.05).map(|slope| (slope, self.moves_at(start))));
        firm.or_else(|| suspected.find_map(|start| contradicts(start, 3, 0.2)).map(|slope| (slope, false)))
    }

    /// Whether the steps measure more than that nothing moves. Beside a larger number any change can be lost in rounding; so as long as there are ops
    /// to try alone, a result that does not move is only suspicious.
    fn moves_at(&self, start: usize) -> bool {
        let rung = &self.rungs[start];
        !self.can_be_proven || !rung.is_still || rung.slope.noise == 0.0
    }

    /// How far a slope is from the claimed gradient.
    fn distance(&self, rung: &Rung) -> f64 {
        (rung.slope.value - self.claimed).abs()
    }

    fn noise(&self, rung: &Rung) -> f64 {
        rung.slope.noise.max(rung.inner_noise)
    }

    /// Whether the result moves in steps, as it does if it is computed in f32 or beside a huge number, and the claimed gradient is the slope of the
    /// whole staircase: then the results stay within a step or two of the line with that slope.
    fn is_staircase(&self) -> bool {
        let Some(still) = self.first_still() else { return false };
        let coarser: Vec<&Rung> = self.above.iter().chain(&self.rungs[..still]).rev().take(3).collect();
        let [first, ..] = coarser[..] else { return false };
        let height = 2.0 * first.step * first.slope.value.abs();
        let stays = |rung: &&Rung| 2.0 * rung.step * self.distance(rung) <= 2.5 * height;
        coarser.len() == 3 && coarser.iter().all(stays)
    }

    /// Why these slopes decide nothing.
    pub(super) fn doubt(&self) -> Doubt {
        let finite: Vec<&Rung> = self.rungs.iter().filter(|rung| rung.slope.value.is_finite()).collect();
        let drowned = |rung: &&Rung| self.noise(rung) > EXPLAINED * (rung.slope.value - self.claimed).abs();
        let grows = |pair: &[&Rung]| pair[1].slope.value.abs() > 2.5 * pair[0].slope.value.abs() && !drowned(&pair[1]);
        match () {
            _ if !self.has_result => Doubt::NoResult,
            _ if finite.is_empty() => Doubt::Edge,
            _ if self.is_staircase() => Doubt::Staircase,
            _ if finite.len() > 4 && finite[finite.len() - 4..].windows(2).all(grows) => Doubt::Jump,
            _ if finite.iter().all(drowned) => Doubt::Rounding,
            _ => Doubt::Unsettled,
        }
    }
}

/// Whether three slopes, from coarse to fine, measure the same number: no further apart than `close`, and either closer with each step or as close as
/// rounding allows. (The slopes at a logarithmic singularity lie close together, too, but keep growing.)
fn is_level(run: [&Rung; 3], close: f64) -> bool {
    let [a, b, c] = run.map(|rung| rung.slope.value);
    let (first, second) = ((a - b).abs(), (b - c).abs());
    let (largest, noise) = (a.abs().max(b.abs()).max(c.abs()), run[2].slope.noise);
    let are_close = first.max(second) <= close.min(0.25 * largest + 4.0 * noise);
    are_close && second <= (0.5 * first).max(4.0 * noise).max(1e-3 * close.min(largest))
}

impl Rung {
    /// Measures one element with one step. The probe stands at it.
    fn of(probe: &mut Probe, argument: usize, element: usize, step: f64) -> Rung {
        let slope = probe.central(argument, element, step);
        let inner_noise = ROUNDINGS * probe.function.rounding() / (2.0 * step);
        Rung { step, slope, sides: probe.sides_of(argument, element, step), is_still: probe.is_still(), inner_noise }
    }
}
