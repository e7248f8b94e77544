//! One op at one point, differentiated in different ways.

use super::random;
use gradus::derivatives::grad;
use gradus::table::{Example, Hard, Program};
use gradus::{Dual, Scalar, Tape, Var};
use ndarray::{ArrayD, Zip};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// An op at a point, with a random cotangent and a random direction.
pub struct Trial {
    example: &'static Example,
    x: Vec<ArrayD<f64>>,
    differentiable: Vec<bool>,
    cotangent: ArrayD<f64>,
    direction: Vec<ArrayD<f64>>,
}

impl Trial {
    pub fn new(example: &'static Example, x: Vec<ArrayD<f64>>, rng: &mut ChaCha8Rng) -> Trial {
        let differentiable: Vec<bool> = example.operands.iter().map(|operand| operand.is_differentiable()).collect();
        let mut direction: Vec<ArrayD<f64>> = x.iter().map(|x| random(x.shape(), rng)).collect();
        direction.iter_mut().zip(&differentiable).filter(|(_, yes)| !**yes).for_each(|(labels, _)| labels.fill(0.0));
        let cotangent = random(run(example.f64, &x).shape(), rng);
        Trial { example, x, differentiable, cotangent, direction }
    }

    /// The same with a direction along which only one number changes, so that infinite slopes of several do not add up to NaN.
    pub fn at_one_direction(example: &'static Example, x: Vec<ArrayD<f64>>, rng: &mut ChaCha8Rng) -> Trial {
        let mut trial = Trial::new(example, x, rng);
        let moving: usize = trial.slots().map(|slot| trial.x[slot].len()).sum();
        let chosen = rng.random_range(0..moving.max(1));
        let mut place = 0;
        for (direction, _) in trial.direction.iter_mut().zip(&trial.differentiable).filter(|(_, yes)| **yes) {
            for number in direction {
                *number = if place == chosen { *number } else { 0.0 };
                place += 1;
            }
        }
        trial
    }

    /// The gradient of each operand agrees, element by element, with dual numbers and finite differences.
    pub fn check_first_order(&self) {
        let gradients = gradients(self.example.f64, &self.x, &self.cotangent);
        for slot in self.slots() {
            for (element, &reverse) in gradients[slot].iter().enumerate() {
                let place = format!("gradient of operand {}, element {element},", slot + 1);
                let mut nudge: Vec<ArrayD<f64>> = self.x.iter().map(|x| x * 0.0).collect();
                *nudge[slot].iter_mut().nth(element).unwrap() = 1.0;
                let dual = (self.slope(&nudge) * &self.cotangent).sum();
                self.agree(&place, "dual numbers", reverse, dual, 1e-12);
                let result = |step| (run(self.example.f64, &self.moved(&nudge, step)) * &self.cotangent).sum();
                self.agree(&place, "finite differences", reverse, (result(1e-5) - result(-1e-5)) / 2e-5, 1e-8);
            }
        }
    }

    /// With s = Σ <gradients, direction>: the gradient of s by a second reverse pass is the change of the gradients along
    /// the direction, by dual numbers and by finite differences; and for the cotangent, the change of the result.
    pub fn check_second_order(&self) {
        let (reverse, for_cotangent) = self.reverse_over_reverse();
        let forward = self.forward_over_reverse();
        let ahead = gradients(self.example.f64, &self.moved(&self.direction, 1e-5), &self.cotangent);
        let behind = gradients(self.example.f64, &self.moved(&self.direction, -1e-5), &self.cotangent);
        for slot in self.slots() {
            let place = format!("second derivative for operand {}", slot + 1);
            for (i, &reverse) in reverse[slot].iter().enumerate() {
                let [forward, ahead, behind] = [&forward, &ahead, &behind].map(|all| *all[slot].iter().nth(i).unwrap());
                self.agree(&place, "forward over reverse", reverse, forward, 1e-11);
                self.agree(&place, "finite differences", reverse, (ahead - behind) / 2e-5, 1e-6);
            }
        }
        for (&reverse, &dual) in for_cotangent.iter().zip(&self.slope(&self.direction)) {
            self.agree("second derivative for the cotangent", "dual numbers", reverse, dual, 1e-12);
        }
    }

    /// At a kink, a limit or an infinity: the reverse pass, dual numbers and, to second order, dual numbers of dual numbers agree; the slopes on
    /// either side by nudging lie around it; and a cotangent of 0 sends nothing on. Results that are NaN are left out. Returns the number of
    /// derivatives that were compared, and the faults.
    pub fn check_at_a_hard_place(&self, row: &Hard) -> (usize, Vec<String>) {
        let y = run(self.example.f64, &self.x);
        let cotangent = Zip::from(&self.cotangent).and(&y).map_collect(|&c, y| if y.is_nan() { 0.0 } else { c });
        let (x, direction, differentiable) = (self.x.clone(), self.direction.clone(), self.differentiable.clone());
        let here = Trial { example: self.example, x, differentiable, cotangent, direction };
        let gradients = |cotangent| gradients(self.example.f64, &self.x, cotangent);
        let (first, still) = (gradients(&here.cotangent), gradients(&ArrayD::zeros(y.raw_dim())));
        let (second, _) = here.reverse_over_reverse();
        let forward = here.forward_over_reverse();
        let (mut compared, mut wrong) = (0, Vec::new());
        if !row.sums && self.is_lost_on_f32(&here.cotangent) {
            wrong.push(format!("{}: on f32 a gradient is not a number; operands {:?}", self.example.op, self.x));
        }
        let all_are_numbers = !y.iter().any(|y| y.is_nan());
        for (slot, element) in self.slots().flat_map(|slot| (0..self.x[slot].len()).map(move |element| (slot, element)))
        {
            let of = |all: &[ArrayD<f64>]| *all[slot].iter().nth(element).unwrap();
            let mut nudge: Vec<ArrayD<f64>> = self.x.iter().map(|x| ArrayD::zeros(x.raw_dim())).collect();
            *nudge[slot].iter_mut().nth(element).unwrap() = 1.0;
            let gradient = of(&first);
            let pairs = [
                ("gradient", gradient, "dual numbers", here.along(&here.slope(&nudge))),
                ("gradient where nothing arrives", of(&still), "reason", 0.0),
                ("second derivative", of(&second), "forward over reverse", of(&forward)),
                ("second derivative", of(&second), "duals of duals", here.along(&here.slope_of_slope(&nudge))),
            ];
            for (what, ours, witness, theirs) in pairs {
                if what == "second derivative" && !all_are_numbers {
                    continue;
                }
                compared += 1;
                let off = (ours - theirs).abs();
                if ours != theirs
                    && !(row.sums && ours.is_nan() && theirs.is_nan())
                    && (off.is_nan() || off > 1e-11 * theirs.abs().max(1.0))
                {
                    wrong.push(format!("the {what} is {ours:e}, but by {witness} {theirs:e}"));
                }
            }
            if let Some([low, high]) =
                here.slopes_on_either_side(slot, element, &y).filter(|_| !row.jumps && gradient.is_finite())
            {
                compared += 1;
                if gradient < low || high < gradient {
                    wrong.push(format!("the gradient is {gradient:e}, but nudging says {low:e} to {high:e}"));
                }
            }
            for wrong in wrong.iter_mut().filter(|wrong| !wrong.contains("operand")) {
                let x = self.x.iter().map(|x| format!("{}", x.flatten())).collect::<Vec<_>>().join(" and ");
                *wrong = format!(
                    "{}: {wrong}, for operand {}, element {element}; operands {x}; cotangent {}",
                    self.example.op,
                    slot + 1,
                    here.cotangent.flatten()
                );
            }
        }
        (compared, wrong)
    }

    /// Whether some gradient on f32 is not a number, though all results are. (Operands that f32 cannot hold are another place there.)
    fn is_lost_on_f32(&self, cotangent: &ArrayD<f64>) -> bool {
        if self.x.iter().flatten().any(|&x| x.is_finite() && !(x as f32).is_finite()) {
            return false;
        }
        let is_nan = |x: &ArrayD<f64>| x.iter().any(|x| x.is_nan());
        let y = run(self.example.f32, &self.x);
        !is_nan(&y) && gradients(self.example.f32, &self.x, cotangent).iter().any(is_nan)
    }

    /// Σ cotangent * slope, over the results that the cotangent does not leave out.
    fn along(&self, slopes: &ArrayD<f64>) -> f64 {
        self.cotangent.iter().zip(slopes).filter(|(c, _)| **c != 0.0).map(|(c, slope)| c * slope).sum()
    }

    /// How the slope along `direction` changes along the trial's own direction.
    fn slope_of_slope(&self, direction: &[ArrayD<f64>]) -> ArrayD<f64> {
        let tape = Tape::new();
        let mut x = Vec::new();
        for ((value, first), second) in self.x.iter().zip(direction).zip(&self.direction) {
            let number = |&x: &f64, &first: &f64, &second: &f64| Dual::new(Dual::new(x, second), Dual::constant(first));
            x.push(tape.var(Zip::from(value).and(first).and(second).map_collect(number)));
        }
        (self.example.dual_of_dual)(&x).value().mapv(|y| y.tangent.tangent)
    }

    /// The slopes that nudging an element measures on either side, the lower one first, with what rounding and curvature may add; `None` if they
    /// cannot be measured.
    fn slopes_on_either_side(&self, slot: usize, element: usize, y: &ArrayD<f64>) -> Option<[f64; 2]> {
        let x = *self.x[slot].iter().nth(element).unwrap();
        let step = 1e-6 * if x == 0.0 { 1.0 } else { x.abs() };
        let mut noise = 0.0;
        let mut side = |step: f64| {
            let mut moved = self.x.clone();
            *moved[slot].iter_mut().nth(element).unwrap() += step;
            let mut slope = 0.0;
            for ((c, y), there) in
                self.cotangent.iter().zip(y).zip(&run(self.example.f64, &moved)).filter(|((c, _), _)| **c != 0.0)
            {
                slope += c * (there - y) / step;
                noise += c.abs() * 1e-15 * (y.abs() + there.abs()) / step.abs();
            }
            slope
        };
        let slopes = [side(-step), side(step)];
        let [low, high] = [slopes[0].min(slopes[1]), slopes[0].max(slopes[1])];
        noise += 1e-4 * low.abs().max(high.abs()) + 1e-14;
        // A number that is tiny beside another is lost in the sum, and a step may lead across the kink of one that is tiny.
        let is_plain = |x: &f64| *x == 0.0 || x.is_infinite() || (1e-3..1e3).contains(&x.abs());
        (x.is_finite() && self.x.iter().flatten().all(is_plain) && slopes.iter().all(|slope| slope.is_finite()))
            .then_some([low - noise, high + noise])
    }

    /// Results and gradients on f32 are those on f64, at the same point.
    pub fn check_f32(&self) {
        let rounded: Vec<ArrayD<f64>> = self.x.iter().map(|x| x.mapv(|x| f64::from(x as f32))).collect();
        let cotangent = self.cotangent.mapv(|c| f64::from(c as f32));
        for (&single, &double) in run(self.example.f32, &rounded).iter().zip(&run(self.example.f64, &rounded)) {
            self.agree("result on f32", "f64", single, double, 1e-5);
        }
        let on_f32 = gradients(self.example.f32, &rounded, &cotangent);
        let on_f64 = gradients(self.example.f64, &rounded, &cotangent);
        for (&single, &double) in on_f32.iter().flatten().zip(on_f64.iter().flatten()) {
            self.agree("gradient on f32", "f64", single, double, 1e-5);
        }
    }

    fn slots(&self) -> impl Iterator<Item = usize> {
        (0..self.x.len()).filter(|&slot| self.differentiable[slot])
    }

    fn moved(&self, direction: &[ArrayD<f64>], step: f64) -> Vec<ArrayD<f64>> {
        self.x.iter().zip(direction).map(|(x, direction)| x + &(direction * step)).collect()
    }

    /// How the result changes along a direction, by dual numbers.
    fn slope(&self, direction: &[ArrayD<f64>]) -> ArrayD<f64> {
        let tape = Tape::new();
        (self.example.dual)(&self.on_duals(&tape, direction)).value().mapv(|y| y.tangent)
    }

    fn on_duals<'t>(&self, tape: &'t Tape<Dual>, direction: &[ArrayD<f64>]) -> Vec<Var<'t, Dual>> {
        let dual = |(x, direction)| tape.var(Zip::from(x).and(direction).map_collect(|&x, &dx| Dual::new(x, dx)));
        self.x.iter().zip(direction).map(dual).collect()
    }

    fn forward_over_reverse(&self) -> Vec<ArrayD<f64>> {
        let tape = Tape::new();
        let x = self.on_duals(&tape, &self.direction);
        let cotangent = tape.input(self.cotangent.mapv(Dual::constant));
        let gradients = grad(((self.example.dual)(&x) * cotangent).sum(), &x);
        gradients.into_iter().map(|gradient| gradient.value().mapv(|g| g.tangent)).collect()
    }

    fn reverse_over_reverse(&self) -> (Vec<ArrayD<f64>>, ArrayD<f64>) {
        let tape = Tape::new();
        let x: Vec<Var<f64>> = self.x.iter().map(|x| tape.var(x)).collect();
        let cotangent = tape.var(&self.cotangent);
        let gradients = grad(((self.example.f64)(&x) * cotangent).sum(), &x);
        let mut sum = tape.constant(0.0);
        for (gradient, direction) in gradients.into_iter().zip(&self.direction) {
            sum += (gradient * tape.input(direction)).sum();
        }
        let second = grad(sum, &x).into_iter().map(Var::value).collect();
        (second, grad(sum, &[cotangent])[0].value())
    }

    fn agree(&self, place: &str, witness: &str, ours: f64, theirs: f64, tolerance: f64) {
        let close = (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0);
        assert!(close, "{}: the {place} is {ours}, but by {witness} {theirs}; operands {:?}", self.example.op, self.x);
    }
}

/// The result of a program on any kind of number.
pub fn run<F: Scalar>(program: Program<F>, x: &[ArrayD<f64>]) -> ArrayD<f64> {
    let tape = Tape::new();
    let x: Vec<Var<F>> = x.iter().map(|x| tape.input(x.mapv(F::from_f64))).collect();
    program(&x).value().mapv(F::to_f64)
}

/// The gradient of each operand for this cotangent; zeros where none flows.
pub fn gradients<F: Scalar>(program: Program<F>, x: &[ArrayD<f64>], cotangent: &ArrayD<f64>) -> Vec<ArrayD<f64>> {
    let tape = Tape::new();
    let x: Vec<Var<F>> = x.iter().map(|x| tape.var(x.mapv(F::from_f64))).collect();
    let sum = (program(&x) * tape.input(cotangent.mapv(F::from_f64))).sum();
    grad(sum, &x).into_iter().map(|gradient| gradient.value().mapv(F::to_f64)).collect()
}
